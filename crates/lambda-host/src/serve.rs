//! The loop with Lambda's runtime API.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lambda_events::sqs::SqsEvent;
use job_queue::{Handler, Origin, Queue, line};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::json;

use crate::batch::{Done, handle_batch};
use crate::deadline::soft_deadline;

/// Handles batches until Lambda ends the process. Writes one line for each message to standard output: a log entry with
/// metrics of the `stack` in CloudWatch's embedded format. If `queue` is given, failed messages are delivered again sooner.
///
/// # Errors
/// Fails if the runtime API fails.
pub async fn serve(
    handler: Arc<dyn Handler>,
    queue: Option<Arc<dyn Queue>>,
    stack: String,
) -> Result<(), Error> {
    let (stack, queue): (&str, _) = (&stack, queue.as_deref());
    let handler = &*handler;
    let function = service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let deadline = soft_deadline(event.context.deadline(), now());
        let function = handler.name();
        let report = |done: Done<'_>| {
            let Done { message, took, .. } = done;
            let (received, ended_millis) = (message.received, now_millis());
            let origin = Origin { stack, function, message: &message.id, received, took, ended_millis };
            say(&line(&done.handled, &origin));
        };
        Ok::<_, Error>(handle_batch(&event.payload, handler, queue, deadline, report).await?)
    });
    lambda_runtime::run(function).await
}

/// Logs why the configuration of the function is invalid. Returns the exit code of a failure: Lambda then fails every message.
pub fn refuse_to_start(problem: &str) -> ExitCode {
    say(&json!({"level": "error", "error": format!("the function cannot start: {problem}")}).to_string());
    ExitCode::FAILURE
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the functions, for deadlines")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The time in milliseconds since 1970.
fn now_millis() -> u64 {
    let since = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Writes a line to standard output. A failed write must not stop the work.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _unsaid = writeln!(out, "{line}").and_then(|()| out.flush());
}
