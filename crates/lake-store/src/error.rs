//! Errors of a store, classified by what the caller should do.

use std::error::Error;
use std::fmt;

/// The kind of a [`StoreError`]: what the caller should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object does not exist, or no longer. Plan again.
    NotFound,
    /// The object exists in another version than the one requested. Plan again.
    Changed,
    /// A temporary failure. The call may have been carried out. Retry.
    Transient,
    /// The store throttles. The call was not carried out. Retry later, with fewer calls.
    Throttled,
    /// Permissions or credentials are missing. Someone must change the configuration.
    Denied,
    /// The store does not give out the content of this object, which it has. Other objects may be readable.
    Unreadable(Unreadable),
    /// The call can never succeed: a key the store cannot hold, a full disk, a missing bucket. Stop.
    Permanent,
}

/// Why a store does not give out the content of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is in an archive (S3 Glacier), and must be restored first.
    Archived,
    /// Its encryption key is disabled, deleted, or may not be used.
    EncryptionKey,
    /// Access to it is denied: by a policy, or since it belongs to another owner.
    AccessDenied,
}

impl Unreadable {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Unreadable::Archived => "archived",
            Unreadable::EncryptionKey => "encryption_key",
            Unreadable::AccessDenied => "access_denied",
        }
    }
}

/// A failed call to a store.
#[derive(Debug)]
pub struct StoreError {
    /// The kind: what the caller should do.
    pub kind: ErrorKind,
    /// The operation, as a verb: `read`, `list`, `create` …
    pub action: &'static str,
    /// The key or prefix.
    pub key: String,
    /// The cause, if any.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error without a cause.
    pub fn new(kind: ErrorKind, action: &'static str, key: impl Into<String>) -> Self {
        StoreError { kind, action, key: key.into(), source: None }
    }

    /// Adds the cause.
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, key, .. } = self;
        let key = if key.is_empty() { "the root of the store" } else { key };
        match self.kind {
            ErrorKind::NotFound => write!(f, "cannot {action} {key}: it does not exist"),
            ErrorKind::Changed => write!(f, "cannot {action} {key}: it was replaced after it was listed"),
            ErrorKind::Transient => write!(f, "cannot {action} {key}: temporary failure, retry later"),
            ErrorKind::Throttled => write!(f, "cannot {action} {key}: throttled by the store, retry later"),
            ErrorKind::Denied | ErrorKind::Unreadable(Unreadable::AccessDenied) => {
                write!(f, "cannot {action} {key}: permission denied")
            }
            ErrorKind::Unreadable(Unreadable::Archived) => write!(f, "cannot {action} {key}: it is archived"),
            ErrorKind::Unreadable(Unreadable::EncryptionKey) => {
                write!(f, "cannot {action} {key}: its encryption key cannot be used")
            }
            ErrorKind::Permanent => write!(f, "cannot {action} {key}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// An error with its causes, in one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
