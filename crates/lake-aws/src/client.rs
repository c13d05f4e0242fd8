//! Clients of S3 and SQS, configured like other AWS tools. Clients of S3 do not retry.

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
use crate::{BucketOptions, CloudTrailPublicKeys, S3Location, S3Store, SqsQueue};

/// The timeout of a connection attempt.
const CONNECT: Duration = Duration::from_secs(5);
/// The timeout of one request, without the body of a download.
const REQUEST: Duration = Duration::from_secs(30);
/// The timeout of the upload of a part: 8 MiB at 0.3 Mbit/s. A stalled upload fails much earlier.
const UPLOAD: Duration = Duration::from_secs(240);
/// The timeout of a request to a queue, which has at most 1 MiB; the wait for messages is added.
const QUEUE_REQUEST: Duration = Duration::from_secs(15);
/// Tries of an idempotent request to a queue.
const QUEUE_TRIES: u32 = 4;
/// The maximum of requests to a bucket at once: more than fetches, to leave room for listings and uploads.
const REQUESTS_AT_ONCE: usize = 256;
/// The region of first requests if none is configured: any region knows the region of a bucket.
const FIRST_REGION: &str = "us-east-1";

/// The AWS configuration of the environment, read as by the AWS CLI: profile, region, credentials (keys, role, SSO, container
/// or instance), `AWS_ENDPOINT_URL`, `HTTPS_PROXY`. Its clients share connections and credentials.
#[derive(Debug, Clone)]
pub struct Session {
    config: SdkConfig,
    /// Whether the environment names an endpoint for S3.
    own_endpoint: bool,
    /// Whether the environment names an endpoint for SQS.
    own_queue_endpoint: bool,
}

impl Session {
    /// Reads the environment, proxies included, and the files of the AWS CLI. The first request loads credentials.
    pub async fn from_environment() -> Self {
        let loader =
            aws_config::defaults(BehaviorVersion::latest()).http_client(https(ProxyConfig::from_env()));
        let config = loader.load().await;
        Self::of(config)
    }

    fn of(config: SdkConfig) -> Self {
        let own_endpoint = own_endpoint(&config, "S3").is_some();
        let own_queue_endpoint = self::own_endpoint(&config, "SQS").is_some();
        Session { config, own_endpoint, own_queue_endpoint }
    }

    /// A bucket for the command and the functions: [`Session::bucket`] with retries and an adaptive limit on requests.
    ///
    /// # Errors
    /// Fails if there are no credentials.
    pub async fn store(
        &self,
        location: S3Location,
        options: BucketOptions,
    ) -> Result<Arc<dyn Store>, StoreError> {
        let bucket = self.bucket(location, options).await?;
        Ok(Arc::new(Retry::new(Limit::new(bucket, REQUESTS_AT_ONCE))))
    }

    /// CloudTrail's public keys; `None` if S3 is not that of AWS: then there is nobody to ask.
    pub fn public_keys(&self) -> Option<CloudTrailPublicKeys> {
        let endpoint = endpoint_of_service(&self.config, "CloudTrail");
        (!self.own_endpoint).then(|| CloudTrailPublicKeys::new(self.config.clone(), endpoint))
    }

    /// A queue, with a client of the region in its URL. If the host is not one of AWS, it is the endpoint. An endpoint for SQS
    /// in the environment takes precedence; requests are then signed for the region of the environment.
    ///
    /// # Errors
    /// Fails if the text is not the URL of a queue. Makes no request.
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

    /// A bucket, with a client of its region, which is queried from S3, so it need not be configured.
    ///
    /// A custom endpoint is addressed by path (`http://host/bucket/key`), since few have a host name for each bucket, and is
    /// not queried for a region.
    ///
    /// # Errors
    /// Fails if there are no credentials. Other failures of the query are ignored; the first call reports them.
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

/// The endpoint that the variable of the service, `AWS_ENDPOINT_URL` or the profile sets.
fn own_endpoint(config: &SdkConfig, service: &str) -> Option<String> {
    endpoint_of_service(config, service).or_else(|| config.endpoint_url().map(str::to_owned))
}

/// The endpoint that the variable of the service, such as `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` or the profile sets.
fn endpoint_of_service(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    config.service_config()?.load_config(key.build().ok()?)
}

/// The region of a bucket, which S3 returns to any caller, even to those without access:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>. `None` if it does not.
async fn region_of(
    client: &Client,
    location: &S3Location,
    options: &BucketOptions,
) -> Result<Option<String>, StoreError> {
    // an ARN contains its region
    if location.bucket.starts_with("arn:") {
        return Ok(None);
    }
    let asked = client.head_bucket().bucket(&location.bucket);
    match asked.set_expected_bucket_owner(options.expected_owner.clone()).send().await {
        Ok(found) => Ok(found.bucket_region),
        // reported now: a provider of credentials may report the cause only once
        Err(error) if credentials_error(&error).is_some() => {
            Err(store_error("reach the bucket", &location.bucket, error))
        }
        Err(error) => {
            let answer = error.raw_response();
            Ok(answer.and_then(|answer| answer.headers().get("x-amz-bucket-region")).map(str::to_owned))
        }
    }
}

/// An endpoint of S3 or SQS with credentials: all that a client needs, independent of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The URL. Buckets are addressed by path.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The ID of the access key.
    pub access_key: String,
    /// The secret of the access key.
    pub secret_key: String,
}

impl Connection {
    /// A client of S3.
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

    /// A client of SQS.
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
        if self.endpoint.starts_with("http://") { http() } else { https(ProxyConfig::from_env()) }
    }
}

/// HTTPS by rustls and ring, by way of a proxy.
pub(crate) fn https(proxy: ProxyConfig) -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
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

/// Plain HTTP, without the certificates of the machine, which take time to load.
fn http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

pub(crate) fn ours(builder: Builder) -> Config {
    builder
        // lake_store::Retry owns the retries: two layers would multiply them
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(REQUEST))
        // for downloads: a timeout on each chunk of a body does the same at less cost
        .stalled_stream_protection(uploads_only())
        // log files have the checksum of gzip, parts have a SHA-256 in the journal
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build()
}

fn ours_of_queues(builder: aws_sdk_sqs::config::Builder) -> aws_sdk_sqs::Config {
    builder
        // job_queue::send_all owns the retries of sends
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts(QUEUE_REQUEST))
        // responses are read whole, within the timeout of the request
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// The overrides for idempotent requests to a queue.
pub(crate) fn repeated() -> aws_sdk_sqs::config::Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(QUEUE_TRIES)
        .with_initial_backoff(Duration::from_millis(100));
    aws_sdk_sqs::Config::builder().retry_config(retries)
}

/// The overrides for a request that waits for messages.
pub(crate) fn patient_receive(wait: Duration) -> aws_sdk_sqs::config::Builder {
    aws_sdk_sqs::Config::builder().timeout_config(timeouts(wait + QUEUE_REQUEST))
}

/// The overrides for the upload of a part.
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
