//! Parses the operation of a request.

use std::collections::BTreeMap;

use s3s::HttpRequest;

/// An operation on a bucket or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A page of a listing.
    List,
    /// A page of the multipart uploads in progress.
    ListUploads,
    /// A read of an object, or of a range.
    Get,
    /// The metadata of an object.
    Head,
    /// The metadata of a bucket.
    HeadBucket,
    /// A put of an object.
    Put,
    /// A delete of an object.
    Delete,
    /// The start of a multipart upload.
    CreateUpload,
    /// A part of a multipart upload.
    UploadPart,
    /// The completion of a multipart upload.
    CompleteUpload,
    /// The abort of a multipart upload.
    AbortUpload,
}

impl Operation {
    /// Whether it changes the bucket.
    pub fn is_effect(self) -> bool {
        !matches!(
            self,
            Operation::List
                | Operation::ListUploads
                | Operation::Get
                | Operation::Head
                | Operation::HeadBucket
        )
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// The bucket.
    pub bucket: String,
    /// The key, or the prefix of a listing.
    pub key: String,
    /// The headers `x-amz-…`, except those of the signature, and `if-…`.
    pub headers: BTreeMap<String, String>,
}

impl Call {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let query: Vec<(&str, &str)> = request.uri().query().map_or(Vec::new(), |query| {
            query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
        });
        let parameter = |name: &str| query.iter().find(|(found, _)| *found == name).map(|(_, value)| *value);
        let has = |name: &str| parameter(name).is_some();
        let operation = match (request.method().as_str(), key.is_empty()) {
            ("HEAD", true) => Operation::HeadBucket,
            ("GET", true) if has("uploads") => Operation::ListUploads,
            ("GET", true) => Operation::List,
            ("HEAD", _) => Operation::Head,
            ("PUT", _) if has("partNumber") => Operation::UploadPart,
            ("PUT", _) => Operation::Put,
            ("POST", _) if has("uploadId") => Operation::CompleteUpload,
            ("POST", _) => Operation::CreateUpload,
            ("DELETE", _) if has("uploadId") => Operation::AbortUpload,
            ("DELETE", _) => Operation::Delete,
            _ => Operation::Get,
        };
        let headers = request.headers().iter().filter_map(|(name, value)| {
            let signature =
                ["x-amz-date", "x-amz-content-sha256", "x-amz-user-agent"].contains(&name.as_str());
            let wanted = name.as_str().starts_with("x-amz-") || name.as_str().starts_with("if-");
            (wanted && !signature).then(|| Some((name.to_string(), value.to_str().ok()?.to_owned())))?
        });
        let headers = headers.collect();
        let key = if key.is_empty() { parameter("prefix").unwrap_or("") } else { key };
        Call { operation, bucket: bucket.to_owned(), key: decoded(key), headers }
    }
}

/// Percent-decodes a part of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
