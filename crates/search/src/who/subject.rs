//! Who is asked about.

use std::net::IpAddr;

use crate::{Condition, Field};

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An IP address.
    Ip(String),
    /// An access key.
    AccessKey(String),
    /// A user, a role, a session, or a service: what `--principal` of a search takes.
    Principal(String),
}

/// What access keys begin with: long-term ones, and those of sessions.
const KEY_PREFIXES: [&str; 2] = ["AKIA", "ASIA"];

/// The shortest access key.
const KEY_LENGTH: usize = 16;

impl Subject {
    /// Tells what a text is: an address, an access key, or else a principal.
    pub fn of(text: &str) -> Self {
        let is_key = text.len() >= KEY_LENGTH
            && KEY_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        match text.parse::<IpAddr>() {
            Ok(_) => Subject::Ip(text.to_owned()),
            Err(_) if is_key => Subject::AccessKey(text.to_owned()),
            Err(_) => Subject::Principal(text.to_owned()),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Subject::Ip(text) | Subject::AccessKey(text) | Subject::Principal(text) => text,
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Subject::Ip(_) => "address",
            Subject::AccessKey(_) => "access key",
            Subject::Principal(_) => "principal",
        }
    }

    /// The records of what it did.
    pub(crate) fn condition(&self) -> Condition {
        let field = match self {
            Subject::Ip(_) => Field::Ip,
            Subject::AccessKey(_) => Field::AccessKey,
            Subject::Principal(_) => Field::Principal,
        };
        Condition { field, any_of: vec![self.text().to_owned()] }
    }
}

#[cfg(test)]
#[path = "subject_tests.rs"]
mod tests;
