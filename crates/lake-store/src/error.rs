//! What can go wrong at a store, sorted by what the caller should do about it.

use std::error::Error;
use std::fmt;

/// What the caller should do about a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object is not there (any more). Plan again.
    NotFound,
    /// The object is there, but is no longer the version that was asked for. Plan again.
    Changed,
    /// The same call may succeed later, and may have been carried out. Retry.
    Transient,
    /// The store asks for fewer calls. Nothing was done. Retry later, and less.
    Throttled,
    /// Permissions or credentials. A person must change the configuration.
    Denied,
    /// The call can never succeed: a key the store cannot hold, a full disk, a missing bucket. Stop.
    Permanent,
}

/// A failed call to a store.
#[derive(Debug)]
pub struct StoreError {
    /// What to do about it.
    pub kind: ErrorKind,
    /// What was tried, as a verb: `read`, `list`, `create` …
    pub action: &'static str,
    /// The key or prefix.
    pub key: String,
    /// What went wrong below, where something did.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error without a cause below it.
    pub fn new(kind: ErrorKind, action: &'static str, key: impl Into<String>) -> Self {
        StoreError { kind, action, key: key.into(), source: None }
    }

    /// The same error with its cause.
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, key, .. } = self;
        let key = if key.is_empty() { "the top of the store" } else { key };
        match self.kind {
            ErrorKind::NotFound => write!(f, "cannot {action} {key}: it does not exist"),
            ErrorKind::Changed => write!(f, "cannot {action} {key}: it was replaced after it was listed"),
            ErrorKind::Transient => write!(f, "cannot {action} {key} for the moment"),
            ErrorKind::Throttled => write!(f, "cannot {action} {key}: the store asks for fewer requests"),
            ErrorKind::Denied => write!(f, "cannot {action} {key}: permission denied"),
            ErrorKind::Permanent => write!(f, "cannot {action} {key}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// An error with its causes, on one line.
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
