//! Metrics of the storage requests of a message.

use std::time::Duration;

use job_queue::Handled;
use lake_store::{CallUsage, Usage};

/// Counts the requests to the source and the lake and their durations, by operation. The sum of durations exceeds the time
/// passed if requests ran concurrently.
pub(crate) fn count_stores(handled: &mut Handled, source: Usage, lake: Usage) {
    let sum = |calls: &[CallUsage]| {
        calls.iter().fold((0, Duration::ZERO), |sum, call| (sum.0 + call.calls, sum.1 + call.time))
    };
    let reads = |usage: Usage| [usage.get, usage.get_range];
    let puts = [lake.create_new, lake.stage, lake.write, lake.seal, lake.publish];
    for (requests, time, (number, took)) in [
        ("Lists", "ListTime", sum(&[source.list, lake.list])),
        ("Gets", "GetTime", sum(&[reads(source), reads(lake)].concat())),
        ("Puts", "PutTime", sum(&puts)),
    ] {
        handled.count(requests, number);
        handled.time(time, took);
    }
}
