//! The server: passes every request through the script of faults.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use hyper::body::Incoming;
use hyper::{Request, Response};
use s3s::auth::SimpleAuth;
use s3s::dto::StreamingBlob;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpResponse};

use super::protocol::{Buckets, REGION, collected};
use crate::http_server::{Answers, HttpServer, cut};
use crate::s3::{Call, Fault, Operation};
use crate::server_script::ServerScript;

/// An S3 on a port of 127.0.0.1, until it is dropped. It runs in its own thread, so the clock of a test may be paused.
#[derive(Debug)]
pub struct S3Server {
    server: HttpServer,
    buckets: Buckets,
    script: Arc<ServerScript<Call, Fault>>,
}

impl S3Server {
    /// The ID of the access key that requests must be signed with.
    pub const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
    /// The secret of that key.
    pub const SECRET_KEY: &str = "secret-of-the-tests";

    /// The region of its buckets.
    pub const REGION: &str = REGION;

    /// Starts a server with these buckets, empty.
    ///
    /// # Errors
    /// Fails if no port can be opened.
    pub fn start(buckets: &[&str]) -> io::Result<Self> {
        let (buckets, script) = (Buckets::named(buckets), Arc::new(ServerScript::default()));
        let door = Door { service: service(buckets.clone()), script: script.clone() };
        Ok(S3Server { server: HttpServer::start("s3", door)?, buckets, script })
    }

    /// The URL: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Sets the script that chooses the fault of each further request by its number, from 0. Replaces the previous script.
    pub fn fault(&self, script: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
        self.script.set(Some(Arc::new(script)));
    }

    /// Removes the script.
    pub fn no_faults(&self) {
        self.script.set(None);
    }

    /// The number of faults of the last script.
    pub fn faults_happened(&self) -> u64 {
        self.script.happened()
    }

    /// Sets the minimum latency of requests.
    pub fn set_latency(&self, latency: Duration) {
        self.script.set_latency(latency);
    }

    /// Takes the requests since the start, or since the last call, in order of arrival.
    pub fn take_calls(&self) -> Vec<Call> {
        self.script.take_calls()
    }

    /// The maximum of requests in progress at once since the start.
    pub fn most_at_once(&self) -> usize {
        self.script.most_at_once()
    }

    /// Puts an object, without a request.
    pub fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) {
        let put = self.buckets.with(bucket, |bucket| Ok(bucket.put(key, body.into(), [].into(), false)?));
        debug_assert!(put.is_ok(), "{bucket} is no bucket of this server");
    }

    /// From now on, `If-None-Match` has no effect at an operation of a bucket: [`Operation::Put`] or
    /// [`Operation::CompleteUpload`]. Some stores are like that.
    pub fn ignore_conditions(&self, bucket: &str, operation: Operation) {
        let told = self.buckets.with(bucket, |bucket| {
            bucket.ignore_conditions(operation);
            Ok(())
        });
        debug_assert!(told.is_ok(), "{bucket} is no bucket of this server");
    }

    /// Every object of a bucket, without a request.
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        self.buckets.with(bucket, |bucket| Ok(bucket.objects())).unwrap_or_default()
    }

    /// The number of multipart uploads of a bucket in progress.
    pub fn uploads_in_progress(&self, bucket: &str) -> usize {
        self.buckets.with(bucket, |bucket| Ok(bucket.uploads_in_progress())).unwrap_or(0)
    }
}

fn service(buckets: Buckets) -> S3Service {
    let mut builder = S3ServiceBuilder::new(buckets);
    builder.set_auth(SimpleAuth::from_single(S3Server::ACCESS_KEY, S3Server::SECRET_KEY));
    builder.build()
}

/// The handler of requests.
#[derive(Clone)]
struct Door {
    service: S3Service,
    script: Arc<ServerScript<Call, Fault>>,
}

impl Answers for Door {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<HttpResponse> {
        let request = request.map(Body::from);
        let _in_progress = self.script.begin();
        let (latency, fault) = self.script.next(Call::of(&request));
        tokio::time::sleep(latency).await;
        if let Some(Fault::Slow(time)) = fault {
            tokio::time::sleep(time).await;
        }
        match fault {
            Some(Fault::Reset) => return Err(cut()),
            Some(Fault::Fail(status, code)) => {
                // read to the end, so that the client reads the response
                let _ = collected(request.into_body()).await;
                return failure(status, code);
            }
            _ => {}
        }
        let answer = self.service.call(request).await.map_err(|_| cut())?;
        match fault {
            Some(Fault::DoneThenFail(status, code)) => failure(status, code),
            Some(Fault::ReplyLost) => Err(cut()),
            Some(Fault::ShortBody) => short(answer).await,
            _ => Ok(answer),
        }
    }
}

fn failure(status: u16, code: &str) -> io::Result<HttpResponse> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>The fault of this test\n({code})</Message><RequestId>1</RequestId></Error>"
    );
    let answer = Response::builder()
        .status(status)
        .header("content-type", "application/xml")
        .header("x-amz-bucket-region", REGION);
    answer.body(Body::from(body)).map_err(io::Error::other)
}

/// The first half of a response, with the length of the whole.
async fn short(answer: HttpResponse) -> io::Result<HttpResponse> {
    let (mut head, body) = answer.into_parts();
    let body = collected(body).await.map_err(io::Error::other)?;
    if body.is_empty() {
        return Err(cut());
    }
    head.headers.insert("content-length", body.len().into());
    let half = body.slice(..body.len() / 2);
    // the pause lets the first half be sent before the connection is closed
    let parts = stream::iter([Ok(half), Err(cut())]);
    Ok(Response::from_parts(head, Body::from(StreamingBlob::wrap(parts))))
}
