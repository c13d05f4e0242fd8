//! URLs of queues: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`.

use std::str::FromStr;

/// The URL of a queue, with the region and endpoint in its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueUrl {
    /// The URL as given. SQS identifies queues by it.
    pub(crate) text: String,
    /// The region, if the host is one of AWS.
    pub(crate) region: Option<String>,
    /// The endpoint, unless it is the default of the region.
    pub(crate) endpoint: Option<String>,
}

/// A text that is not the URL of a queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid queue URL {text:?} (expected https://sqs.REGION.amazonaws.com/ACCOUNT/NAME \
     (aws sqs get-queue-url --queue-name NAME says it)"
)]
pub(crate) struct BadQueueUrl {
    text: String,
}

impl FromStr for QueueUrl {
    type Err = BadQueueUrl;

    fn from_str(text: &str) -> Result<Self, BadQueueUrl> {
        let bad = || BadQueueUrl { text: text.to_owned() };
        let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
        let (authority, path) = rest.split_once('/').ok_or_else(bad)?;
        let host = authority.split(':').next().unwrap_or("").to_ascii_lowercase();
        let queue = path.rsplit('/').next().unwrap_or("");
        let good = ["http", "https"].contains(&scheme)
            && !host.is_empty()
            && !queue.is_empty()
            && !text.contains(|letter: char| {
                letter.is_whitespace() || letter.is_control() || "?#@".contains(letter)
            });
        if !good {
            return Err(bad());
        }
        let (region, usual) = region(&host);
        let region = region.map(str::to_owned);
        let endpoint = (!usual).then(|| format!("{scheme}://{authority}"));
        Ok(QueueUrl { text: text.to_owned(), region, endpoint })
    }
}

/// The region in a host of AWS, and whether the host is the default endpoint of the region:
/// <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>. The legacy names count as default.
fn region(host: &str) -> (Option<&str>, bool) {
    let end = |host: &'_ str| host.strip_suffix(".cn").map_or(host.len(), str::len);
    let labels: Vec<&str> = host[..end(host)].split('.').collect();
    match labels.as_slice() {
        ["sqs", region, "amazonaws", "com"] | [region, "queue", "amazonaws", "com"] => (Some(region), true),
        ["queue", "amazonaws", "com"] => (Some("us-east-1"), true),
        // FIPS, IPv6, an endpoint in a VPC
        ["sqs-fips", region, "amazonaws", "com"]
        | ["sqs" | "sqs-fips", region, "api", "aws"]
        | ["sqs", region, "api", "amazonwebservices", "com"]
        | [_, "sqs", region, "vpce", "amazonaws", "com"] => (Some(region), false),
        _ => (None, false),
    }
}

#[cfg(test)]
#[path = "queue_url_tests.rs"]
mod tests;
