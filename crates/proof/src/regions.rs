//! Groups log files and folders of digest files by account and region.

use std::collections::BTreeMap;
use std::iter::Peekable;

use cloudtrail_model::digest::LogFileContent;
use cloudtrail_model::{LogFileName, SourceKey, account_of};
use lake::{Input, Inputs, Verdict};

/// A log file of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its key in the store of the source.
    pub key: String,
    /// What reading it gave.
    pub content: LogFileContent,
}

/// The log files of inputs, in the order of account and key, with what precedes their keys in the source. Of a key that both have,
/// the newer input stays.
pub fn log_files<'a>(
    older: &'a Inputs,
    older_above: &'a [String],
    newer: &'a Inputs,
    newer_above: &'a [String],
) -> impl Iterator<Item = LogFile> + 'a {
    let mut older = older.iter().map(move |input| (log_file(&input, older_above), input.key)).peekable();
    let mut newer = newer.iter().map(move |input| (log_file(&input, newer_above), input.key)).peekable();
    std::iter::from_fn(move || {
        let place = |key: &String| (account_of(key).to_owned(), key.clone());
        let (Some((_, first)), Some((_, second))) = (older.peek(), newer.peek()) else {
            return older.next().or_else(|| newer.next()).map(|(file, _)| file);
        };
        let (first, second) = (place(first), place(second));
        if first == second {
            older.next();
        }
        if first < second { older.next() } else { newer.next() }.map(|(file, _)| file)
    })
}

fn log_file(input: &Input, above: &[String]) -> LogFile {
    let above = usize::try_from(input.above).ok().and_then(|index| above.get(index));
    let above = above.map_or("", String::as_str);
    LogFile { key: format!("{above}{}", input.key), content: content(input) }
}

/// What reading a log file gave. Log files that earlier versions have read are not hashed.
fn content(input: &Input) -> LogFileContent {
    match (&input.verdict, input.first_member_sha256) {
        (_, Some(first_member_sha256)) => {
            LogFileContent::Text { first_member_sha256, trailing_member: input.trailing_member }
        }
        (Verdict::Quarantined(why), None) if is_damaged_gzip(&why.reason) => LogFileContent::Damaged,
        _ => LogFileContent::NotRead,
    }
}

/// Whether a reason for quarantine says that a log file is not whole gzip.
fn is_damaged_gzip(reason: &str) -> bool {
    matches!(reason, "empty" | "truncated_gzip" | "bad_gzip")
}

/// One account and region.
#[derive(Debug, Default)]
pub(crate) struct Region {
    pub(crate) account: String,
    pub(crate) region: String,
    /// Folders of digest files.
    pub(crate) folders: Vec<String>,
    pub(crate) log_files: Vec<LogFile>,
}

/// Groups log files, which come in the order of account and key, and folders. The regions of one account are held at a time.
pub(crate) struct Regions<I: Iterator<Item = LogFile>> {
    log_files: Peekable<I>,
    /// By account and region.
    folders: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    of_account: std::vec::IntoIter<Region>,
}

impl<I: Iterator<Item = LogFile>> Regions<I> {
    pub(crate) fn new(log_files: I, folders: &[String]) -> Self {
        let mut by_account: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for folder in folders {
            let Some((account, region)) = account_and_region(folder) else { continue };
            by_account.entry(account).or_default().entry(region).or_default().push(folder.clone());
        }
        Regions { log_files: log_files.peekable(), folders: by_account, of_account: Vec::new().into_iter() }
    }

    /// The regions of the next account, in the order of accounts.
    fn next_account(&mut self) -> Option<Vec<Region>> {
        let of_files = self.log_files.peek().map(|file| account_of(&file.key).to_owned());
        let of_folders = self.folders.keys().next().cloned();
        let account = of_files.into_iter().chain(of_folders).min()?;
        let mut regions: BTreeMap<String, Region> = BTreeMap::new();
        for (region, folders) in self.folders.remove(&account).unwrap_or_default() {
            let of =
                Region { account: account.clone(), region: region.clone(), folders, ..Region::default() };
            regions.insert(region, of);
        }
        while let Some(file) = self.log_files.next_if(|file| account_of(&file.key) == account) {
            let region = region_of(&file.key);
            let of = regions.entry(region.clone()).or_insert_with(|| Region {
                account: account.clone(),
                region,
                ..Region::default()
            });
            of.log_files.push(file);
        }
        Some(regions.into_values().collect())
    }
}

impl<I: Iterator<Item = LogFile>> Iterator for Regions<I> {
    type Item = Region;

    fn next(&mut self) -> Option<Region> {
        loop {
            if let Some(region) = self.of_account.next() {
                return Some(region);
            }
            self.of_account = self.next_account()?.into_iter();
        }
    }
}

/// The region of a log file; empty if its key does not have one.
fn region_of(key: &str) -> String {
    match SourceKey::parse(key) {
        Ok(key) => key.region,
        Err(_) => {
            let name = key.rsplit('/').next().unwrap_or(key);
            LogFileName::parse(name).map(|name| name.region).unwrap_or_default()
        }
    }
}

/// The account and the region of a folder `…/ACCOUNT/KIND/REGION/`.
fn account_and_region(folder: &str) -> Option<(String, String)> {
    let mut segments = folder.strip_suffix('/')?.rsplit('/');
    let (region, _kind, account) = (segments.next()?, segments.next()?, segments.next()?);
    Some((account.to_owned(), region.to_owned()))
}

#[cfg(test)]
#[path = "regions_tests.rs"]
mod tests;
