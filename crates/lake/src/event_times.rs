//! The min/max statistics of eventTime of a part.

/// The earliest and latest eventTime of some records. Only times in CloudTrail's format count, since their text sorts by time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventTimes {
    range: Option<(String, String)>,
}

impl EventTimes {
    /// Adds the eventTime of a record.
    pub fn add(&mut self, time: Option<&str>) {
        let Some(time) = time.filter(|time| is_canonical(time)) else { return };
        match &mut self.range {
            None => self.range = Some((time.to_owned(), time.to_owned())),
            Some((min, _)) if time < min.as_str() => time.clone_into(min),
            Some((_, max)) if time > max.as_str() => time.clone_into(max),
            Some(_) => {}
        }
    }

    /// Adds the times of other records.
    pub fn merge(&mut self, other: EventTimes) {
        if let Some((min, max)) = other.range {
            self.add(Some(&min));
            self.add(Some(&max));
        }
    }

    /// The earliest and the latest; `None` for both if no record had such a time.
    pub fn into_bounds(self) -> (Option<String>, Option<String>) {
        self.range.unzip()
    }
}

/// Whether a text has CloudTrail's format: `2026-11-22T10:11:12Z`.
fn is_canonical(time: &str) -> bool {
    let shape = b"0000-00-00T00:00:00Z";
    time.len() == shape.len()
        && time
            .bytes()
            .zip(shape)
            .all(|(byte, of)| if *of == b'0' { byte.is_ascii_digit() } else { byte == *of })
}

#[cfg(test)]
#[path = "event_times_tests.rs"]
mod tests;
