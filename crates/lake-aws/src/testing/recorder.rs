//! An HTTP client that answers by itself and keeps the requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};

/// A request that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Sent {
    /// `KEY/DAY/REGION/SERVICE/aws4_request` of the signature.
    pub(crate) fn scope(&self) -> &str {
        let signed = self.headers["authorization"].strip_prefix("AWS4-HMAC-SHA256 Credential=").unwrap();
        signed.split_once(',').unwrap().0
    }
}

/// The client. Clones share the requests.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    sent: Arc<Mutex<Vec<Sent>>>,
    answer: fn(&HttpRequest) -> HttpResponse,
}

impl Recorder {
    pub(crate) fn answering(answer: fn(&HttpRequest) -> HttpResponse) -> Self {
        Recorder { sent: Arc::default(), answer }
    }

    pub(crate) fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Takes the requests since the last call.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sent = Sent { url: request.uri().to_owned(), headers: headers.collect() };
        self.sent.lock().unwrap().push(sent);
        HttpConnectorFuture::ready(Ok((self.answer)(&request)))
    }
}

/// A response.
pub(crate) fn response(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), body.into());
    for (name, value) in headers {
        response.headers_mut().insert(*name, *value);
    }
    response
}
