//! Locations in S3: `s3://bucket/prefix`.

use std::fmt;
use std::str::FromStr;

/// A bucket and a prefix in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location {
    /// The bucket, or the ARN or alias of an access point.
    pub bucket: String,
    /// The prefix of every key: empty, or with a trailing slash.
    pub prefix: String,
}

/// A text that is not a location in S3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid location {text:?} (expected s3://bucket/prefix)")]
pub struct BadLocation {
    text: String,
}

impl S3Location {
    /// Whether a text begins like a location in S3, valid or not.
    pub fn is_meant(text: &str) -> bool {
        text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("s3://"))
    }

    /// Splits the prefix at the last segment called `name`: the location above it, and the rest, empty if there is none.
    pub fn above(&self, name: &str) -> (S3Location, String) {
        let mut at = 0;
        let starts = self.prefix.split_inclusive('/').filter_map(|segment| {
            let start = at;
            at += segment.len();
            (segment.strip_suffix('/') == Some(name)).then_some(start)
        });
        let end = starts.last().unwrap_or(self.prefix.len());
        let (above, below) = self.prefix.split_at(end);
        (S3Location { bucket: self.bucket.clone(), prefix: above.to_owned() }, below.to_owned())
    }
}

impl FromStr for S3Location {
    type Err = BadLocation;

    fn from_str(text: &str) -> Result<Self, BadLocation> {
        let rest = S3Location::is_meant(text).then(|| &text[5..]);
        let (bucket, prefix) = match rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            Some((bucket, prefix)) if !bucket.is_empty() => (bucket, prefix.trim_matches('/')),
            _ => return Err(BadLocation { text: text.to_owned() }),
        };
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(S3Location { bucket: bucket.to_owned(), prefix })
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
#[path = "location_tests.rs"]
mod tests;
