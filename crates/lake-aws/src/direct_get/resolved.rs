//! What a GetObject to a bucket needs, resolved once by the SDK.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::endpoint::Endpoint;
use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{ConfigBag, HttpClient, Intercept, Layer, ResolveCachedIdentity, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::get_object::GetObject;
use aws_smithy_runtime_api::client::auth::{AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::{Identity, SharedIdentityResolver};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_types::endpoint::EndpointAuthScheme;
use aws_types::SigningName;
use aws_types::region::SigningRegion;

use super::Failed;
use super::clock::SigningClock;
use super::request::Wanted;

/// The scheme of AWS Signature Version 4.
const SIGV4: AuthSchemeId = AuthSchemeId::new("sigv4");
/// What its header `authorization` begins with.
const SIGV4_HEADER: &str = "AWS4-HMAC-SHA256 ";

/// A bucket's endpoint, and the parts of the SDK that its client has for it.
#[derive(Debug)]
pub(super) struct Resolved {
    /// The URL that keys are appended to, without a slash at its end.
    pub(super) base_url: String,
    pub(super) user_agent: Option<String>,
    /// The connector that the client's other requests use too: connections are shared.
    pub(super) connector: SharedHttpConnector,
    /// The timeout of a request, without the body of the response.
    pub(super) timeout: Option<Duration>,
    /// The settings of the operation that signer, credentials and parser of errors read.
    pub(super) settings: ConfigBag,
    pub(super) clock: SigningClock,
    /// The name and region for signatures.
    scheme: EndpointAuthScheme,
    credentials: SharedIdentityResolver,
    components: RuntimeComponents,
    /// The same with [`SigningClock`] as the clock.
    signing: RuntimeComponents,
}

/// Resolves a bucket: the SDK prepares the request for an object, and is stopped before it sends. `None` if the bucket needs
/// more than a signature of version 4, as directory buckets do.
///
/// # Errors
/// Fails if the SDK cannot prepare the request: without credentials, or with a bucket or key that its rules do not allow.
pub(super) async fn resolve(client: &Client, wanted: &Wanted<'_>) -> Result<Option<Resolved>, Failed> {
    let stop = StopBeforeSending::default();
    let stopped = wanted.operation(client).customize().interceptor(stop.clone()).send().await;
    let found = stop.found.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (found, stopped) {
        (Some(resolved), _) => Ok(resolved),
        (None, Err(error)) => Err(error),
        // not reached: a stopped request has no response
        (None, Ok(_)) => Ok(None),
    }
}

/// Takes what a prepared request was made of, and fails it, so that it is not sent.
#[derive(Debug, Clone, Default)]
struct StopBeforeSending {
    found: Arc<Mutex<Option<Option<Resolved>>>>,
}

impl Intercept for StopBeforeSending {
    fn name(&self) -> &'static str {
        "StopBeforeSending"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let resolved = Resolved::of(context.request(), components, settings)?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(resolved);
        Err("stopped before sending".into())
    }
}

impl Resolved {
    fn of(
        prepared: &HttpRequest,
        components: &RuntimeComponents,
        settings: &ConfigBag,
    ) -> Result<Option<Self>, BoxError> {
        let headers = prepared.headers();
        let signed_as_v4 =
            headers.get("authorization").is_some_and(|signed| signed.starts_with(SIGV4_HEADER));
        let (Some(endpoint), Some(timeouts)) =
            (settings.load::<Endpoint>(), settings.load::<TimeoutConfig>())
        else {
            return Ok(None);
        };
        let parts = (
            endpoint.auth_schemes().iter().find(|scheme| scheme.name() == SIGV4.inner()),
            components.auth_scheme(SIGV4).and_then(|scheme| scheme.identity_resolver(components)),
            components.http_client(),
            components.time_source(),
        );
        let (Some(scheme), Some(credentials), Some(http), Some(machine)) = parts else { return Ok(None) };
        if !signed_as_v4 || endpoint.headers().next().is_some() {
            return Ok(None);
        }
        let mut connecting = HttpConnectorSettings::builder();
        connecting.set_connect_timeout(timeouts.connect_timeout()).set_read_timeout(timeouts.read_timeout());
        let clock = SigningClock::new(machine);
        let signing = components.to_builder().with_time_source(Some(clock.clone())).build()?;
        Ok(Some(Resolved {
            base_url: endpoint.url().trim_end_matches('/').to_owned(),
            user_agent: headers.get("user-agent").map(str::to_owned),
            connector: http.http_connector(&connecting.build(), components),
            timeout: timeouts.operation_attempt_timeout(),
            settings: settings_of(settings),
            clock,
            scheme: scheme.clone(),
            credentials,
            components: components.clone(),
            signing,
        }))
    }

    /// The credentials, from the cache of the client until they are about to expire.
    pub(super) async fn identity(&self) -> Result<Identity, BoxError> {
        let cache = self.components.identity_cache();
        cache.resolve_cached_identity(self.credentials.clone(), &self.components, &self.settings).await
    }

    /// Signs a request.
    pub(super) fn sign(&self, request: &mut HttpRequest, identity: &Identity) -> Result<(), BoxError> {
        let scheme = self.signing.auth_scheme(SIGV4).ok_or("no signer of version 4")?;
        let endpoint = AuthSchemeEndpointConfig::from_typed(&self.scheme);
        scheme.signer().sign_http_request(request, identity, endpoint, &self.signing, &self.settings)
    }
}

/// Those of the settings of a prepared request that are read later.
fn settings_of(prepared: &ConfigBag) -> ConfigBag {
    let mut kept = Layer::new("direct get");
    if let Some(name) = prepared.load::<SigningName>() {
        kept.store_put(name.clone());
    }
    if let Some(region) = prepared.load::<SigningRegion>() {
        kept.store_put(region.clone());
    }
    // how long the provider of credentials may take
    if let Some(retries) = prepared.load::<RetryConfig>() {
        kept.store_put(retries.clone());
    }
    if let Some(timeouts) = prepared.load::<TimeoutConfig>() {
        kept.store_put(timeouts.clone());
    }
    let mut settings = ConfigBag::base();
    // how S3 wants requests signed, and the parser of errors
    if let Some(operation) = GetObject::new().config() {
        settings.push_shared_layer(operation);
    }
    settings.push_layer(kept);
    settings
}

#[cfg(test)]
#[path = "resolved_tests.rs"]
mod tests;
