//! What handles messages, and what it says of each.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio::time::Instant;

/// Handles the messages of one queue, each by itself.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Its name in logs and metrics.
    fn name(&self) -> &'static str;

    /// Does what a message asks for. It may be deleted if nothing of that failed. What is not done at the deadline must be
    /// sent again by the handler, or fail.
    async fn handle(&self, body: &str, deadline: Option<Instant>) -> Handled;
}

/// What came of a message.
#[derive(Debug, Default)]
pub struct Handled {
    /// What to say of it in the log.
    pub facts: Map<String, Value>,
    /// What to count.
    pub metrics: Vec<Metric>,
    /// Why the message is to be received again; what else is here still counts.
    pub failure: Option<Box<dyn Error + Send + Sync>>,
}

/// A number of a message's handling. Those of one name are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// In upper camel case, as CloudWatch has it.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// How many.
    pub value: u64,
}

/// What a metric is counted in, by CloudWatch's names:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Thousandths of a second.
    Milliseconds,
}

impl Handled {
    /// A message that failed, with nothing else to say.
    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Handled { failure: Some(error.into()), ..Handled::default() }
    }

    /// Adds a fact, of any size: [`line`](crate::line()) says as much of it as there is room for.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }

    /// Adds a number.
    pub fn count(&mut self, name: &'static str, value: u64) {
        self.add(name, Unit::Count, value);
    }

    /// Adds a time, in whole milliseconds.
    pub fn time(&mut self, name: &'static str, time: Duration) {
        self.add(name, Unit::Milliseconds, millis(time));
    }

    /// Adds a number of some unit to what there is of it.
    pub fn add(&mut self, name: &'static str, unit: Unit, value: u64) {
        match self.metrics.iter_mut().find(|metric| metric.name == name) {
            Some(metric) => metric.value = metric.value.saturating_add(value),
            None => self.metrics.push(Metric { name, unit, value }),
        }
    }
}

/// Whole milliseconds.
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
