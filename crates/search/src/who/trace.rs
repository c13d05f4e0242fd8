//! Roles that were assumed, and keys and principals that were made: which record says so, by whom and what for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use cloudtrail_model::{Member, members};

use crate::filter::rule::Rule;
use crate::record::tokens::{Token, Tokens, text_of};

/// Calls that give out credentials or make a principal.
pub(crate) const CALLS: [&str; 11] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetSessionToken",
    "GetFederationToken",
    "SwitchRole",
    "CreateAccessKey",
    "CreateLoginProfile",
    "CreateRole",
    "CreateUser",
];

/// Traces that are told apart, at most.
const TRACES: usize = 1024;

/// Such a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// The call.
    pub call: String,
    /// The caller, by ARN or the best there is.
    pub by: String,
    /// What the credentials are of: a session, a role, a user.
    pub of: String,
    /// The error, if it failed.
    pub error: String,
}

/// When a call was made, and how often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// Number of records.
    pub records: u64,
    /// The first instant, in microseconds since 1970-01-01T00:00:00Z.
    pub first: Option<i64>,
    /// The last one.
    pub last: Option<i64>,
}

/// Calls with their occurrences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The calls that are told apart.
    pub traces: BTreeMap<Trace, Occurrences>,
    /// Number of records of further ones.
    pub beyond: u64,
}

impl Occurrences {
    /// Adds a record.
    pub(crate) fn add(&mut self, instant: Option<i64>) {
        self.records += 1;
        self.first = self.first.into_iter().chain(instant).min();
        self.last = self.last.max(instant);
    }
}

impl Traces {
    /// Adds a record, if it is of such a call.
    pub(crate) fn add(&mut self, record: &[Member<'_>], instant: Option<i64>) {
        let Some(trace) = trace(record) else { return };
        if self.traces.len() < TRACES || self.traces.contains_key(&trace) {
            self.traces.entry(trace).or_default().add(instant);
        } else {
            self.beyond += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.traces.is_empty()
    }
}

/// What a record says of such a call; `None` if it is of another.
fn trace(record: &[Member<'_>]) -> Option<Trace> {
    let call = text(record, &["eventName"])?;
    if !CALLS.contains(&call.as_ref()) {
        return None;
    }
    let first = |paths: &[&[&str]]| paths.iter().find_map(|path| text(record, path)).unwrap_or_default();
    let of = first(&[
        &["responseElements", "assumedRoleUser", "arn"],
        &["responseElements", "federatedUser", "arn"],
        &["responseElements", "accessKey", "accessKeyId"],
        &["requestParameters", "roleArn"],
        &["responseElements", "user", "arn"],
        &["responseElements", "role", "arn"],
        &["responseElements", "credentials", "accessKeyId"],
        &["requestParameters", "userName"],
        &["requestParameters", "roleName"],
    ]);
    let by = caller(record);
    let error = first(&[&["errorCode"]]);
    Some(Trace { call: short(&call), by: short(&by), of: short(&of), error: short(&error) })
}

/// The caller of a record, by ARN or the best there is.
pub(crate) fn caller<'a>(record: &[Member<'a>]) -> Cow<'a, str> {
    let names = ["arn", "userName", "principalId", "invokedBy", "accountId", "type"];
    names.iter().find_map(|name| text(record, &["userIdentity", name])).unwrap_or_default()
}

/// Whether a record gives something to a subject, or makes it: it names it among the parameters or in the response.
pub(crate) fn names(record: &[Member<'_>], subject: &str) -> bool {
    ["requestParameters", "responseElements"].iter().any(|name| {
        let json = record.iter().rfind(|member| member.name == *name).map(|member| member.value);
        Tokens::of(json.unwrap_or_default()).any(|token| match token {
            Token::Text(written) => Rule::Ending.accepts(subject, &text_of(written)),
            Token::Name(_) | Token::Scalar(_) | Token::Object | Token::Array | Token::End => false,
        })
    })
}

/// The text of a member; of a name that is there twice the last.
pub(crate) fn text<'a>(object: &[Member<'a>], path: &[&str]) -> Option<Cow<'a, str>> {
    let (name, below) = path.split_first()?;
    let value = object.iter().rfind(|member| member.name == *name)?.value;
    match below {
        [] => (value != b"null").then(|| text_of(value)),
        below => text(&members(value).ok()?, below),
    }
}

/// At most this many bytes of a text are kept.
const TEXT_BYTES: usize = 512;

fn short(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES)].to_owned()
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
