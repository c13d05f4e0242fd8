//! Clients: configured as every AWS tool is. Those of S3 never retry by themselves.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Config, Credentials, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, tls};
use aws_types::service_config::ServiceConfigKey;
use job_queue::QueueError;
use lake_store::{Limit, Retry, Store, StoreError};

use crate::failure::{credentials_error, store_error};
use crate::queue_url::QueueUrl;
use crate::{BucketOptions, S3Location, S3Store, SqsQueue};

/// Time for a connection to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for one request and its answer, but for the body of a download.
const REQUEST: Duration = Duration::from_secs(30);
/// The same for a part of an upload: 8 MiB over a line of 0.3 Mbit/s. One that stalls is given up much earlier.
const UPLOAD: Duration = Duration::from_secs(240);
/// The same for a request to a queue, which carries 1 MiB at most; the time that it waits for a message comes on top.
const QUEUE_REQUEST: Duration = Duration::from_secs(15);
/// Tries of a request to a queue that may be repeated.
const QUEUE_TRIES: u32 = 4;
/// Requests to a bucket at once, at most. With fewer fetches at once, the rest is for listings and uploads.
const REQUESTS_AT_ONCE: usize = 256;
/// Where requests go first if nothing says where: any region knows the region of a bucket.
const FIRST_REGION: &str = "us-east-1";

/// What the environment says of AWS: profile, region, credentials (keys, role, SSO, a container's or a machine's),
/// `AWS_ENDPOINT_URL`, `HTTPS_PROXY`, as the AWS CLI reads them. Its clients share connections and credentials.
#[derive(Debug, Clone)]
pub struct Session {
    config: SdkConfig,
    /// Whether the environment names an endpoint for S3.
    own_endpoint: bool,
    /// The same for SQS.
    own_queue_endpoint: bool,
}

impl Session {
    /// Reads the environment and the files of the AWS CLI. Credentials are looked up by the first request.
    pub async fn from_environment() -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https());
        let config = loader.load().await;
        Self::of(config)
    }

    fn of(config: SdkConfig) -> Self {
        let own_endpoint = has_own_endpoint(&config, "S3");
        let own_queue_endpoint = has_own_endpoint(&config, "SQS");
        Session { config, own_endpoint, own_queue_endpoint }
    }

    /// A bucket as the command and the functions reach it: [`Session::bucket`] with retries, and no more requests at once
    /// than it bears.
    pub async fn store(
        &self,
        location: S3Location,
        options: BucketOptions,
    ) -> Result<Arc<dyn Store>, StoreError> {
        let bucket = self.bucket(location, options).await?;
        Ok(Arc::new(Retry::new(Limit::new(bucket, REQUESTS_AT_ONCE))))
    }

    /// A queue, by a client of the region that its URL names. A host that is not one of AWS's regions is itself where
    /// requests go. Both unless the environment names an endpoint for SQS: requests go there then, signed for the region
    /// that the environment names.
    ///
    /// Fails where the text is no URL; whatever else is wrong the first request says.
    pub fn queue(&self, url: &str) -> Result<SqsQueue, QueueError> {
        let url = queue_url(url)?;
        let mut builder = aws_sdk_sqs::config::Builder::from(&self.config);
        let configured = self.config.region().cloned();
        let named = url.region.map(Region::new);
        let region = if self.own_queue_endpoint { configured.or(named) } else { named.or(configured) };
        builder.set_region(Some(region.unwrap_or(Region::from_static(FIRST_REGION))));
        if !self.own_queue_endpoint && url.endpoint.is_some() {
            builder.set_endpoint_url(url.endpoint);
        }
        Ok(SqsQueue::new(aws_sdk_sqs::Client::from_conf(ours_of_queues(builder)), url.text))
    }

    /// A bucket, by a client of the bucket's own region: S3 is asked where that is, so that it need not be set.
    ///
    /// An endpoint of one's own is addressed by path (`http://host/bucket/key`), since few of them have a name for each
    /// bucket, and is not asked.
    ///
    /// Fails where there are no credentials to ask with; whatever else is wrong the first request says that needs an
    /// answer.
    pub async fn bucket(&self, location: S3Location, options: BucketOptions) -> Result<S3Store, StoreError> {
        let mut builder = Builder::from(&self.config).force_path_style(self.own_endpoint);
        if self.config.region().is_none() {
            builder = builder.region(Region::new(FIRST_REGION));
        }
        let mut client = Client::from_conf(ours(builder));
        if !self.own_endpoint
            && let Some(region) = region_of(&client, &location, &options).await?
        {
            client = Client::from_conf(client.config().to_builder().region(Region::new(region)).build());
        }
        Ok(S3Store::new(client, location, options))
    }
}

fn queue_url(text: &str) -> Result<QueueUrl, QueueError> {
    text.parse().map_err(|bad: crate::queue_url::BadQueueUrl| QueueError {
        action: "open a queue",
        transient: false,
        source: Box::new(bad),
    })
}

/// Whether there is an `AWS_ENDPOINT_URL`, or one for this service, or what the profile says of it.
fn has_own_endpoint(config: &SdkConfig, service: &str) -> bool {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let of_service = || config.service_config()?.load_config(key.build().ok()?);
    config.endpoint_url().is_some() || of_service().is_some()
}

/// The region of a bucket, which S3 says to everybody, those it refuses too:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>. `None` where it does not.
async fn region_of(
    client: &Client,
    location: &S3Location,
    options: &BucketOptions,
) -> Result<Option<String>, StoreError> {
    // an ARN names its region
    if location.bucket.starts_with("arn:") {
        return Ok(None);
    }
    let asked = client.head_bucket().bucket(&location.bucket);
    match asked.set_expected_bucket_owner(options.expected_owner.clone()).send().await {
        Ok(found) => Ok(found.bucket_region),
        // said now: a provider of credentials may say only once what is wrong
        Err(error) if credentials_error(&error).is_some() => {
            Err(store_error("reach the bucket", &location.bucket, error))
        }
        Err(error) => {
            let answer = error.raw_response();
            Ok(answer.and_then(|answer| answer.headers().get("x-amz-bucket-region")).map(str::to_owned))
        }
    }
}

/// A place that speaks S3 or SQS, and keys to it: all that a client needs, with nothing read from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its URL. Buckets are addressed by path.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The id of the access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

impl Connection {
    /// A client of its buckets.
    pub fn client(&self) -> Client {
        let builder = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client())
            .endpoint_url(&self.endpoint)
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials())
            .force_path_style(true);
        Client::from_conf(ours(builder))
    }

    /// A client of its queues.
    pub fn queue_client(&self) -> aws_sdk_sqs::Client {
        let builder = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client())
            .endpoint_url(&self.endpoint)
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials());
        aws_sdk_sqs::Client::from_conf(ours_of_queues(builder))
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(&self.access_key, &self.secret_key, None, None, "given")
    }

    fn http_client(&self) -> SharedHttpClient {
        if self.endpoint.starts_with("http://") { http() } else { https() }
    }
}

/// By rustls over ring, through the proxy of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls::TlsContext::default())
            .build()
    })
}

/// Without the certificates of the machine, which take a while to read.
fn http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

fn ours(builder: Builder) -> Config {
    builder
        // lake_store::Retry owns the retries: two layers would multiply them
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(REQUEST))
        // of downloads, a timeout of ours on each piece of a body does the same for less
        .stalled_stream_protection(uploads_only())
        // log files are gzip with a checksum of their own, parts have their SHA-256 in the journal
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build()
}

fn ours_of_queues(builder: aws_sdk_sqs::config::Builder) -> aws_sdk_sqs::Config {
    builder
        // job_queue::send_all owns the retries of what is sent
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(QUEUE_REQUEST))
        // an answer is read whole, within the time of its request
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// What is different where a request to a queue may be repeated.
pub(crate) fn repeated() -> aws_sdk_sqs::config::Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(QUEUE_TRIES)
        .with_initial_backoff(Duration::from_millis(100));
    aws_sdk_sqs::Config::builder().retry_config(retries)
}

/// What is different where an answer may be so long in coming.
pub(crate) fn patient_receive(wait: Duration) -> aws_sdk_sqs::config::Builder {
    aws_sdk_sqs::Config::builder().timeout_config(timeouts(wait + QUEUE_REQUEST))
}

/// What is different where a request carries much.
pub(crate) fn long_upload() -> Builder {
    Config::builder().timeout_config(timeouts(UPLOAD))
}

fn uploads_only() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().upload_enabled(true).download_enabled(false).build()
}

fn timeouts(request: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(request).build()
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
