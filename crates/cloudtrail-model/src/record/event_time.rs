//! `eventTime`, as an instant where it is one.

/// Milliseconds since 1970-01-01T00:00:00Z of an RFC 3339 time, fractions of a millisecond dropped towards the past;
/// `None` where the text is not an instant (missing offset, garbage). CloudTrail writes `2026-11-22T10:11:12Z`.
pub fn event_time_millis(text: &str) -> Option<i64> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    Some(timestamp.as_millisecond() - i64::from(timestamp.subsec_nanosecond() % 1_000_000 < 0))
}

#[cfg(test)]
#[path = "event_time_tests.rs"]
mod tests;
