//! The identity of a log file: the same however the source that it is read from is spelled.

use crate::delivery::source_key::is_account_id;
use crate::{LogFileName, SourceKey};

/// The identity of a log file, with what its key has besides. `above` + `identity` is the key.
///
/// ```
/// use cloudtrail_model::LogFileId;
///
/// let key = "backup/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz";
/// let id = LogFileId::in_layout(key).expect("CloudTrail's layout");
/// assert_eq!(id.above, "backup/");
/// assert_eq!(id.identity, "AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz");
/// assert_eq!(id.account, "111122223333");
/// ```
// in the order of the fields log files sort as they are read: account by account
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFileId<'a> {
    /// Twelve digits: the account folder, or the account in the name of a loose log file.
    pub account: &'a str,
    /// The key from `AWSLogs/` on; of a loose log file, its name.
    pub identity: &'a str,
    /// What precedes the identity in the key: empty, or ends with a slash.
    pub above: &'a str,
}

impl<'a> LogFileId<'a> {
    /// The identity of the log file with a key; `None` if the key is neither in CloudTrail's layout nor that of a loose log
    /// file directly below `start`. `start` is empty or ends with a slash.
    pub fn of(key: &'a str, start: &str) -> Option<Self> {
        Self::in_layout(key).or_else(|| Self::loose(key, start))
    }

    /// The identity of a log file in CloudTrail's layout: `None` if [`SourceKey::parse`] fails. If several segments of the
    /// key are `AWSLogs`, the one that the layout starts at counts, which is the last one above the account.
    pub fn in_layout(key: &'a str) -> Option<Self> {
        let above = SourceKey::parse(key).ok()?.prefix.map_or(0, |prefix| prefix.len() + 1);
        let (above, identity) = key.split_at_checked(above)?;
        Some(LogFileId { account: account_of(identity), identity, above })
    }

    /// The identity of a log file directly below `start`, outside CloudTrail's layout: `None` if [`LogFileName::parse`] does
    /// not know its name.
    pub fn loose(key: &'a str, start: &str) -> Option<Self> {
        let name = key.strip_prefix(start)?;
        if name.contains('/') {
            return None;
        }
        LogFileName::parse(name)?;
        Some(LogFileId { account: account_of(name), identity: name, above: &key[..key.len() - name.len()] })
    }
}

/// The account of a log file, by its identity or its key. Empty if there is none. Log files sort by account, then identity.
pub fn account_of(identity: &str) -> &str {
    let mut from_the_end = identity.rsplit('/');
    let name = from_the_end.next().unwrap_or(identity);
    // ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE
    let folder = from_the_end.nth(5);
    let account = folder.or_else(|| name.split_once('_').map(|(account, _)| account));
    account.filter(|account| is_account_id(account)).unwrap_or_default()
}

#[cfg(test)]
#[path = "log_file_id_tests.rs"]
mod tests;
