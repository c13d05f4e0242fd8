//! Numbers as people read them.

/// `17,648`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 part`, `2 parts`
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `12.3 MB`; a kB is 1,000 bytes.
pub(crate) fn bytes(number: u64) -> String {
    let mut scaled = number;
    let mut rest = 0;
    let mut unit = 0;
    while scaled >= 1000 {
        rest = scaled % 1000 / 100;
        scaled /= 1000;
        unit += 1;
    }
    match ["B", "kB", "MB", "GB", "TB", "PB", "EB"].get(unit) {
        Some(&"B") | None => format!("{number} B"),
        Some(name) => format!("{scaled}.{rest} {name}"),
    }
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
