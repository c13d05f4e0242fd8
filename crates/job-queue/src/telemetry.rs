//! What came of a message as one line of JSON: a log entry that CloudWatch also reads metrics from.
//!
//! The embedded metric format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::Duration;

use lake_store::with_causes;
use serde_json::{Map, Value, json};

use crate::handler::millis;
use crate::{Handled, Metric, Unit};

/// The namespace of the metrics.
const NAMESPACE: &str = "Trailmill";

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

/// The line, without its end. `Failures` and `Duration` are counted of every message.
pub fn line(handled: &Handled, origin: &Origin<'_>) -> String {
    let always = [
        Metric { name: "Failures", unit: Unit::Count, value: u64::from(handled.failure.is_some()) },
        Metric { name: "Duration", unit: Unit::Milliseconds, value: millis(origin.took) },
    ];
    let metrics: Vec<Metric> = handled.metrics.iter().copied().chain(always).collect();
    let definitions: Vec<Value> =
        metrics.iter().map(|metric| json!({"Name": metric.name, "Unit": metric.unit.name()})).collect();
    let level = if handled.failure.is_some() { "error" } else { "info" };
    let mut line = Map::new();
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
    put("Stack", origin.stack.into());
    put("Function", origin.function.into());
    put("message_id", origin.message.into());
    put("received", origin.received.into());
    if let Some(failure) = &handled.failure {
        put("error", with_causes(&**failure).into());
    }
    for (name, value) in &handled.facts {
        put(name, value.clone());
    }
    for metric in metrics {
        put(metric.name, metric.value.into());
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
#[path = "telemetry_tests.rs"]
mod tests;
