//! What to say where nothing matches the days asked for.

use std::collections::BTreeSet;

use cloudtrail_model::Day;

use crate::args::DayArguments;

/// `the lake holds no partitions of 2026-11-25; its days are 2026-11-22 to 2026-11-23`
pub(crate) fn no_days_found(place: &str, what: &str, asked: DayArguments, there: &BTreeSet<Day>) -> String {
    let days = match (there.first(), there.last()) {
        (Some(first), Some(last)) if first == last => format!("; its only day is {first}"),
        (Some(first), Some(last)) => format!("; its days are {first} to {last}"),
        _ => String::new(),
    };
    format!("{place} holds no {what}{asked}{days}")
}

#[cfg(test)]
#[path = "no_days_tests.rs"]
mod tests;
