//! The server: passes every request through the script of faults.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use s3s::{Body, HttpResponse};
use serde_json::{Value, json};

use super::protocol::{Queues, Refusal};
use super::{Call, Fault, Operation};
use crate::MemoryQueue;
use crate::http_server::{Answers, HttpServer, cut};
use crate::server_script::ServerScript;

/// An SQS on a port of 127.0.0.1, until it is dropped. It runs in its own thread with a running clock, even if the clock of a
/// test is paused. It supports the JSON protocol, and checks the ID of the access key of requests, not their signatures.
/// Responses have no MD5 sums, which the SDK for Rust ignores.
#[derive(Debug)]
pub struct SqsServer {
    server: HttpServer,
    queues: Queues,
    script: Arc<ServerScript<Call, Fault>>,
}

impl SqsServer {
    /// The ID of the access key that requests must be signed with.
    pub const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
    /// The account of its queues.
    pub const ACCOUNT: &str = "123456789012";

    /// Starts a server with these queues. FIFO queues, and only those, have names that end in `.fifo`.
    ///
    /// # Errors
    /// Fails if no port can be opened.
    pub fn start(queues: &[(&str, MemoryQueue)]) -> io::Result<Self> {
        let (all, script) = (Queues::default(), Arc::new(ServerScript::default()));
        let door = Door { queues: all.clone(), script: script.clone() };
        let server = SqsServer { server: HttpServer::start("sqs", door)?, queues: all, script };
        for (name, queue) in queues {
            server.add(name, queue.clone());
        }
        Ok(server)
    }

    /// Adds a queue, or replaces the one with its name.
    pub fn add(&self, name: &str, queue: MemoryQueue) {
        debug_assert_eq!(queue.is_fifo(), name.ends_with(".fifo"), "{name} is of the other kind");
        self.queues.add(name, queue);
    }

    /// The URL: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// The URL of a queue, which need not exist.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.endpoint(), Self::ACCOUNT)
    }

    /// Sets the script that chooses the fault of each further request by its number, from 0. Replaces the previous script.
    pub fn fault(&self, script: impl Fn(&Call, u64) -> Option<Fault> + Send + Sync + 'static) {
        self.script.set(Some(Arc::new(script)));
    }

    /// Sets the faults of the next requests; later ones have none.
    pub fn fault_next(&self, faults: &[Fault]) {
        let faults = faults.to_vec();
        self.fault(move |_, number| faults.get(usize::try_from(number).ok()?).copied());
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
}

/// The handler of requests.
#[derive(Clone)]
struct Door {
    queues: Queues,
    script: Arc<ServerScript<Call, Fault>>,
}

impl Answers for Door {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<HttpResponse> {
        let (head, body) = request.into_parts();
        let body = crate::s3::collected(Body::from(body)).await.map_err(io::Error::other)?;
        let mut call = Call::of(&head, &body);
        let _in_progress = self.script.begin();
        let (latency, fault) = self.script.next(call.clone());
        tokio::time::sleep(latency).await;
        match fault {
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Refused(places, _) | Fault::Forgotten(places)) => leave_out(&mut call, places),
            _ => {}
        }
        if let Some(fault) = fault
            && !fault.is_done()
        {
            return scripted(fault);
        }
        if call.access_key != SqsServer::ACCESS_KEY {
            let message = "The security token included in the request is invalid.";
            return refused(&Refusal { status: 403, ..Refusal::new("InvalidClientTokenId", message) });
        }
        let origin = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        let mut answer = if fault.is_some() && call.body["Entries"] == json!([]) {
            // the script removed the whole batch
            json!({ "Successful": [] })
        } else {
            match self.queues.answer(&call, &format!("http://{origin}")).await {
                Ok(answer) => answer,
                Err(refusal) => return refused(&refusal),
            }
        };
        match fault {
            Some(fault @ (Fault::DoneThenFail(..) | Fault::ReplyLost | Fault::Garbled)) => scripted(fault),
            Some(Fault::Refused(places, refused)) => {
                answer["Failed"] = places
                    .iter()
                    .map(|place| {
                        json!({
                            "Id": place.to_string(), "SenderFault": refused.senders_fault, "Code": refused.code,
                            "Message": "The fault of\nthis test.",
                        })
                    })
                    .collect();
                answered(200, None, &answer)
            }
            Some(Fault::Unmentioned(places)) => {
                if let Some(confirmed) = answer["Successful"].as_array_mut() {
                    confirmed.retain(|entry| !is_at(entry, places));
                }
                answered(200, None, &answer)
            }
            _ => answered(200, None, &answer),
        }
    }
}

/// Removes the messages at these indexes from a batch. Their IDs are their indexes.
fn leave_out(call: &mut Call, places: &[usize]) {
    debug_assert_eq!(call.operation, Operation::SendMessageBatch, "only a batch is taken in part");
    if let Some(entries) = call.body["Entries"].as_array_mut() {
        entries.retain(|entry| !is_at(entry, places));
    }
}

fn is_at(entry: &Value, places: &[usize]) -> bool {
    let place = entry["Id"].as_str().and_then(|id| id.parse().ok());
    place.is_some_and(|place| places.contains(&place))
}

fn scripted(fault: Fault) -> io::Result<HttpResponse> {
    match fault {
        Fault::Fail(status, code) | Fault::DoneThenFail(status, code) => {
            refused(&Refusal { status, ..Refusal::new(code, "The fault of\nthis test.") })
        }
        Fault::Garbled => {
            Response::builder().status(200).body(Body::from("<html>".to_owned())).map_err(io::Error::other)
        }
        _ => Err(cut()),
    }
}

fn refused(refusal: &Refusal) -> io::Result<HttpResponse> {
    let body =
        json!({ "__type": format!("com.amazonaws.sqs#{}", refusal.shape), "message": refusal.message });
    let to_blame = if refusal.status < 500 { "Sender" } else { "Receiver" };
    answered(refusal.status, Some(format!("{};{to_blame}", refusal.code)), &body)
}

fn answered(status: u16, error: Option<String>, body: &Value) -> io::Result<HttpResponse> {
    let mut answer = Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
    if let Some(error) = error {
        // the code of this error in the query protocol, which the SDKs use
        answer = answer.header("x-amzn-query-error", error);
    }
    answer.body(Body::from(body.to_string())).map_err(io::Error::other)
}
