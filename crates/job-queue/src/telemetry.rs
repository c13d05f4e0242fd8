//! What came of a message as one line of JSON: a log entry that CloudWatch also reads metrics from.
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

/// The longest line, in bytes. CloudWatch Logs cuts an event beyond 256 KB, and reads no metrics from one that was cut:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const LINE_BYTES: usize = 64 << 10;

/// What a line says of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Which of several installations.
    pub stack: &'a str,
    /// The handler's name.
    pub function: &'a str,
    /// The id of the message.
    pub message: &'a str,
    /// How often the message has been received.
    pub received: u32,
    /// How long its handling took.
    pub took: Duration,
    /// When it ended, in milliseconds since 1970.
    pub ended_millis: u64,
}

/// The line, without its end, of at most 64 KiB. `Failures` and `Duration` are counted of every message.
///
/// Metrics are always there, and no fact takes their place. Of facts, at any depth, there are the first 1,024 bytes of a
/// text, the first 20 entries of a list and the first 100 members of an object, with their number where there are more; of
/// the error the first 1,024 bytes. Where that is too much for a line, it is half of each, and so on.
pub fn line(handled: &Handled, origin: &Origin<'_>) -> String {
    let mut bounds = Bounds::WIDEST;
    loop {
        let line = line_within(bounds, handled, origin);
        // the narrowest bounds leave less than 10 KiB of facts, whatever they are
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
