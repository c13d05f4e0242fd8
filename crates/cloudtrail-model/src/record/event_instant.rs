//! The instant that decides a record's event day.

use crate::delivery::calendar::days_since_1970;
use crate::{Record, members, string_text};

/// The instant that decides a record's event day, in microseconds since 1970-01-01T00:00:00Z, fractions of a microsecond
/// dropped towards the past: `eventTime`, or where the record has none `timeWindow.windowStart`, as aggregated events have
/// it. Of repeated members the last counts. `None` where the text is not an instant (missing offset, garbage).
pub fn event_instant(record: &Record<'_>) -> Option<i64> {
    match record.event_time {
        Some(text) => usual_micros(text.as_bytes()).or_else(|| written_micros(text)),
        None => window_start_micros(record.line),
    }
}

/// The instant of `2026-11-22T10:11:12Z`, the text that CloudTrail writes. `None` for every other text, and for the few of
/// this shape that need a closer look: dates that do not exist, leap seconds, the years 0000 and 9999.
fn usual_micros(text: &[u8]) -> Option<i64> {
    let text: &[u8; 20] = text.try_into().ok()?;
    let date = two_digit_numbers(text[0..8].try_into().ok()?, *b"0000-00-")?;
    let time = two_digit_numbers(text[8..16].try_into().ok()?, *b"00T00:00")?;
    let rest = two_digit_numbers(text[12..20].try_into().ok()?, *b"0:00:00Z")?;
    let (year, month, day) =
        (u32::from(date[0]) * 100 + u32::from(date[2]), u32::from(date[5]), u32::from(time[0]));
    let (hour, minute, second) = (u32::from(time[3]), u32::from(time[6]), u32::from(rest[5]));
    let valid = (1..=9998).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !valid {
        return None;
    }
    let second_of_day = i64::from(hour * 3_600 + minute * 60 + second);
    Some((days_since_1970(year, month, day) * 86_400 + second_of_day) * 1_000_000)
}

/// Each two adjacent digits as a number, at the place of the first digit. `None` unless the text has a digit for each `0` of
/// the shape and equals it elsewhere. Works on all eight bytes at once, because it runs for each record.
fn two_digit_numbers(text: [u8; 8], shape: [u8; 8]) -> Option<[u8; 8]> {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    // a digit becomes 0 to 9, any other byte that equals the shape 0
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(shape);
    // a larger number sets the high bit of its byte; one that overflows into the next byte has its own high bit set
    let room = u64::from_le_bytes(shape.map(|byte| if byte == b'0' { 0x7F - 9 } else { 0x7F }));
    if (digits.wrapping_add(room) | digits) & HIGH_BITS != 0 {
        return None;
    }
    Some((digits * 10 + (digits >> 8)).to_le_bytes())
}

/// Number of days of a month from 1 to 12.
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The instant of the inside of a JSON string as written.
#[cold]
fn written_micros(inside: &str) -> Option<i64> {
    if !inside.contains('\\') {
        return parsed_micros(inside);
    }
    parsed_micros(&string_text(format!("\"{inside}\"").as_bytes())?)
}

/// The instant of `timeWindow.windowStart` of a record.
#[cold]
fn window_start_micros(line: &[u8]) -> Option<i64> {
    let window = last_member(line, "timeWindow")?;
    parsed_micros(&string_text(last_member(window, "windowStart")?)?)
}

/// The value of a member of an object as written: the last one, if the name is there more than once.
fn last_member<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    members(object).ok()?.into_iter().rfind(|member| member.name == name).map(|member| member.value)
}

/// The instant of an RFC 3339 time.
fn parsed_micros(text: &str) -> Option<i64> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    Some(timestamp.as_microsecond() - i64::from(timestamp.subsec_nanosecond() % 1_000 < 0))
}

#[cfg(test)]
#[path = "event_instant_tests.rs"]
mod tests;
