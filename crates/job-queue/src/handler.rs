//! The handler port: handles messages, and returns log facts and metrics for each.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio::time::Instant;

/// Handles the messages of one queue, one by one.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The name in logs and metrics.
    fn name(&self) -> &'static str;

    /// Does the work of a message. The caller deletes the message if the result has no failure. At the soft deadline the
    /// handler must send the rest of the work as a new message, or fail.
    async fn handle(&self, body: &str, deadline: Option<Instant>) -> Handled;
}

/// The result of a message.
#[derive(Debug, Default)]
pub struct Handled {
    /// Facts for the log line.
    pub facts: Map<String, Value>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// The error, if the message must be received again. Facts and metrics are logged all the same.
    pub failure: Option<Box<dyn Error + Send + Sync>>,
}

/// A metric of a message. Values of the same name are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name, in upper camel case as in CloudWatch.
    pub name: &'static str,
    /// The unit.
    pub unit: Unit,
    /// The value.
    pub value: u64,
}

/// The unit of a metric, with CloudWatch's names:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A count.
    Count,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
}

impl Handled {
    /// The result of a message that failed, without facts or metrics.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Handled { failure: Some(error.into()), ..Handled::default() }
    }

    /// Adds a fact of any size. [`line`](crate::line()) cuts it if necessary.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }

    /// Adds a count to a metric.
    pub fn count(&mut self, name: &'static str, value: u64) {
        self.add(name, Unit::Count, value);
    }

    /// Adds a time to a metric, in whole milliseconds.
    pub fn time(&mut self, name: &'static str, time: Duration) {
        self.add(name, Unit::Milliseconds, millis(time));
    }

    /// Adds a value to a metric.
    pub fn add(&mut self, name: &'static str, unit: Unit, value: u64) {
        match self.metrics.iter_mut().find(|metric| metric.name == name) {
            Some(metric) => metric.value = metric.value.saturating_add(value),
            None => self.metrics.push(Metric { name, unit, value }),
        }
    }
}

/// A duration in whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::Count => "Count",
            Unit::Bytes => "Bytes",
            Unit::Milliseconds => "Milliseconds",
        }
    }
}
