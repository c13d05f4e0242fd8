//! The result of a message as one line of JSON: a log entry from which CloudWatch also reads metrics.
//!
//! The embedded metric format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::Duration;

use lake_store::with_causes;
use serde_json::{Map, Value, json};

use crate::bounds::Bounds;
use crate::handler::millis;
use crate::{Handled, Metric, Unit};

/// The namespace of the metrics.
const NAMESPACE: &str = "Trailmill";

/// The maximum of bytes in a line. CloudWatch Logs cuts events beyond 256 KB, and reads no metrics from those:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const LINE_BYTES: usize = 64 << 10;

/// The origin of a line.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The installation (the name of its stack).
    pub stack: &'a str,
    /// The name of the handler.
    pub function: &'a str,
    /// The id of the message.
    pub message: &'a str,
    /// The number of receives of the message.
    pub received: u32,
    /// The duration of its handling.
    pub took: Duration,
    /// The end of its handling, in milliseconds since 1970.
    pub ended_millis: u64,
}

/// The log line, without a line end, of at most 64 KiB. Every message has the metrics `Failures` and `Duration`.
///
/// Metrics are never cut, and a fact cannot replace one. Of facts, at any depth, the line has the first 1,024 bytes of a text,
/// the first 20 entries of a list and the first 100 members of an object, with the total if there are more; of the error the
/// first 1,024 bytes. If the line is still too long, these limits are halved until it fits.
pub fn line(handled: &Handled, origin: &Origin<'_>) -> String {
    let mut bounds = Bounds::WIDEST;
    loop {
        let line = line_within(bounds, handled, origin);
        // the narrowest limits leave less than 10 KiB of facts
        match bounds.narrower() {
            Some(narrower) if line.len() > LINE_BYTES => bounds = narrower,
            _ => return line,
        }
    }
}

fn line_within(facts: Bounds, handled: &Handled, origin: &Origin<'_>) -> String {
    let always = [
        Metric { name: "Failures", unit: Unit::Count, value: u64::from(handled.failure.is_some()) },
        Metric { name: "Duration", unit: Unit::Milliseconds, value: millis(origin.took) },
    ];
    let metrics: Vec<Metric> = handled.metrics.iter().copied().chain(always).collect();
    let definitions: Vec<Value> =
        metrics.iter().map(|metric| json!({"Name": metric.name, "Unit": metric.unit.name()})).collect();
    let level = if handled.failure.is_some() { "error" } else { "info" };
    let text = |text: &str| Value::from(Bounds::WIDEST.text(text));
    let mut line: Map<String, Value> = facts.object(&handled.facts);
    let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
    put(
        "_aws",
        json!({
            "Timestamp": origin.ended_millis,
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["Stack", "Function"]], "Metrics": definitions}
            ],
        }),
    );
    put("level", level.into());
    put("Stack", text(origin.stack));
    put("Function", text(origin.function));
    put("message_id", text(origin.message));
    put("received", origin.received.into());
    if let Some(failure) = &handled.failure {
        put("error", text(&with_causes(&**failure)));
    }
    for metric in metrics {
        put(metric.name, metric.value.into());
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
#[path = "telemetry_tests.rs"]
mod tests;
