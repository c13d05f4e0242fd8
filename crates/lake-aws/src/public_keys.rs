//! CloudTrail's ListPublicKeys, the one operation of CloudTrail that is called: signed by `aws-sigv4`, sent by the SDK's connector.
//! The crate of CloudTrail's client has sixty operations, and would add a minute to every cold build.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use cloudtrail_model::digest::Window;
use proof::{AskForPublicKeys, PublicKeysFailure};

/// The timeout of a request.
const REQUEST: Duration = Duration::from_secs(15);
/// Tries of a request that did not reach AWS, or that AWS is too busy for.
const TRIES: u32 = 3;
/// The wait before the second try; each further one is twice as long.
const WAIT: Duration = Duration::from_millis(200);
/// The maximum of pages. CloudTrail has never needed a second one.
const MAX_PAGES: usize = 20;
const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys";

/// Asks CloudTrail for its public keys
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html>). Needs
/// `cloudtrail:ListPublicKeys`.
#[derive(Debug)]
pub struct CloudTrailPublicKeys {
    config: SdkConfig,
    /// The endpoint of all regions, if the environment names one.
    endpoint: Option<String>,
}

/// An answer other than a list.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("cannot ask {url} for public keys")]
    Unreachable { url: String, source: PublicKeysFailure },
    #[error(
        "{url} refused to list public keys, with status {status}: {answer} (needs cloudtrail:ListPublicKeys)"
    )]
    Refused { url: String, status: u16, answer: String },
}

impl CloudTrailPublicKeys {
    /// With the configuration of the environment.
    pub(crate) fn new(config: SdkConfig, endpoint: Option<String>) -> Self {
        CloudTrailPublicKeys { config, endpoint }
    }

    /// The URL of a region ("AWS CloudTrail endpoints and quotas", AWS General Reference). Others are named by
    /// `AWS_ENDPOINT_URL_CLOUDTRAIL`.
    fn url(&self, region: &str) -> String {
        if let Some(endpoint) = &self.endpoint {
            return format!("{}/", endpoint.trim_end_matches('/'));
        }
        let service = if self.config.use_fips() == Some(true) { "cloudtrail-fips" } else { "cloudtrail" };
        let suffix = match region.split('-').next() {
            Some("cn") => "amazonaws.com.cn",
            Some("eusc") => "amazonaws.eu",
            _ if self.config.use_dual_stack() == Some(true) => "api.aws",
            _ => "amazonaws.com",
        };
        format!("https://{service}.{region}.{suffix}/")
    }

    /// Sends a request, and again if it may help.
    async fn send(&self, url: &str, region: &str, body: &str) -> Result<Vec<u8>, PublicKeysFailure> {
        let connector = connector(url);
        let mut wait = WAIT;
        for attempt in 1.. {
            let request = self.request(url, region, body).await?;
            let may_help = match tokio::time::timeout(REQUEST, exchange(&connector, request)).await {
                Ok(Ok((200, answer))) => return Ok(answer),
                Ok(Ok((status, answer))) => {
                    let answer = String::from_utf8_lossy(&answer).chars().take(300).collect::<String>();
                    let answer = answer.escape_debug().to_string();
                    let busy = status == 429 || status >= 500 || answer.contains("Throttling");
                    let failed = Failed::Refused { url: url.to_owned(), status, answer };
                    if busy { failed } else { return Err(failed.into()) }
                }
                Ok(Err(source)) => Failed::Unreachable { url: url.to_owned(), source },
                Err(slow) => Failed::Unreachable { url: url.to_owned(), source: slow.into() },
            };
            if attempt >= TRIES {
                return Err(may_help.into());
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Ok(Vec::new())
    }

    /// A signed request.
    async fn request(&self, url: &str, region: &str, body: &str) -> Result<HttpRequest, PublicKeysFailure> {
        let credentials = self.config.credentials_provider().ok_or("no AWS credentials are configured")?;
        let identity = credentials.provide_credentials().await?.into();
        let now = self.config.time_source().ok_or("there is no clock")?.now();
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", TARGET)];
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("cloudtrail")
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable =
            SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _signature) = sign(signable, &params)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri(url)?;
        for (name, value) in headers.into_iter().chain(instructions.headers()) {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned())?;
        }
        Ok(request)
    }
}

#[async_trait]
impl AskForPublicKeys for CloudTrailPublicKeys {
    async fn ask(&self, region: &str, window: Window) -> Result<Vec<u8>, PublicKeysFailure> {
        let url = self.url(region);
        let (mut pages, mut token) = (Vec::new(), None::<String>);
        for _page in 0..MAX_PAGES {
            let (from, until) = (window.from.as_second(), window.until.as_second());
            let mut asked = serde_json::json!({ "StartTime": from, "EndTime": until });
            if let Some(token) = token {
                asked["NextToken"] = token.into();
            }
            let page = self.send(&url, region, &asked.to_string()).await?;
            token = serde_json::from_slice::<serde_json::Value>(&page)
                .ok()
                .and_then(|page| Some(page.get("NextToken")?.as_str()?.to_owned()));
            pages.extend(page);
            if token.is_none() {
                break;
            }
        }
        Ok(pages)
    }
}

fn connector(url: &str) -> SharedHttpConnector {
    let builder = Connector::builder();
    if url.starts_with("http://") {
        return SharedHttpConnector::new(builder.build_http());
    }
    let builder = builder.proxy_config(ProxyConfig::from_env());
    let tls =
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls::TlsContext::default());
    SharedHttpConnector::new(tls.build())
}

/// The status and the body of the response to a request.
async fn exchange(
    connector: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<(u16, Vec<u8>), PublicKeysFailure> {
    let response = connector.call(request).await?;
    let status = response.status().as_u16();
    Ok((status, ByteStream::new(response.into_body()).collect().await?.to_vec()))
}

#[cfg(test)]
#[path = "public_keys_tests.rs"]
mod tests;
