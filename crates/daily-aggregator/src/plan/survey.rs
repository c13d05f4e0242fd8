//! The survey of a source: finds the regions that CloudTrail delivers to, from the top down, one level of prefixes at a time.
//!
//! A bucket may hold anything next to `AWSLogs/`, such as millions of access logs. So the survey holds no objects, leaves a
//! folder at the first page that has objects alone, and looks into the folders next to `AWSLogs/` only for a further trail.

use std::collections::BTreeSet;
use std::fmt;

use cloudtrail_model::{Kind, SourcePrefix, Table};
use futures::{StreamExt, TryStreamExt};
use lake_store::{Depth, Page, Store, StoreError};
use serde::Serialize;

use crate::plan::source::{listings_at_once, pages};

/// The maximum depth of folders above `AWSLogs`.
const MAX_LEVELS_ABOVE: usize = 4;

/// The number of folders that [`NotSearched`] names.
const NAMED: usize = 5;

/// Folders of a source that were not searched to the end, so that a trail may deliver below them unseen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NotSearched {
    /// Their number.
    pub count: u64,
    /// The first of them by their prefixes in the store, at most five; `/` is the top of the store.
    pub examples: Vec<String>,
}

/// One look at a prefix. Prefixes end with a slash; `""` is the top.
#[derive(Debug)]
enum Look {
    /// Lists the prefix, to go on below it.
    Into(String),
    /// Of a folder next to `AWSLogs/`, lists only the prefixes that a trail would deliver to.
    ForTrails(String),
}

/// The result of a survey.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    store: &'a dyn Store,
    /// Only keys below this prefix count.
    start: &'a str,
    /// The prefixes `…/ACCOUNT/KIND/REGION/`, with the table of the kind.
    pub(super) regions: Vec<(String, Table)>,
    /// The prefixes `…/ACCOUNT/CloudTrail-Digest/REGION/`.
    pub(super) digest_folders: Vec<String>,
    /// Folders that were not searched, other than the start.
    pub(super) not_searched: NotSearched,
    /// Whether the start was left at a page of objects alone.
    pub(super) left_start: bool,
}

/// What one look found.
#[derive(Debug, Default)]
struct Found {
    next: Vec<Look>,
    regions: Vec<(String, Table)>,
    digest_folders: Vec<String>,
    not_searched: Vec<String>,
}

/// The folders directly below a prefix.
#[derive(Debug)]
struct Level {
    folders: BTreeSet<String>,
    /// Whether every page was listed.
    is_whole: bool,
}

/// `1 folder (access-logs/)`, `12 folders (a/, b/, c/, d/, e/ and 7 more)`
impl fmt::Display for NotSearched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "folder" } else { "folders" };
        write!(f, "{} {noun} ({}", self.count, self.examples.join(", "))?;
        match self.count.saturating_sub(self.examples.len() as u64) {
            0 => f.write_str(")"),
            more => write!(f, " and {more} more)"),
        }
    }
}

impl NotSearched {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, folder: &str) {
        self.count += 1;
        let name = if folder.is_empty() { "/" } else { folder };
        let at = self.examples.partition_point(|example| example.as_str() < name);
        if at < NAMED {
            self.examples.insert(at, name.to_owned());
            self.examples.truncate(NAMED);
        }
    }
}

impl<'a> Survey<'a> {
    /// Searches a store from its top, as far as keys below `start` can be.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub(super) async fn of(store: &'a dyn Store, start: &'a str) -> Result<Self, StoreError> {
        let (regions, digest_folders, not_searched) = (Vec::new(), Vec::new(), NotSearched::default());
        let mut survey = Survey { store, start, regions, digest_folders, not_searched, left_start: false };
        survey.search(vec![Look::Into(String::new())]).await?;
        Ok(survey)
    }

    /// Searches again, now that every folder directly below the start is known.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub(super) async fn search_all_below_start(
        &mut self,
        folders: BTreeSet<String>,
    ) -> Result<(), StoreError> {
        (self.not_searched, self.left_start) = (NotSearched::default(), false);
        let mut found = below(self.start, self.start, Level { folders, is_whole: true });
        let next = std::mem::take(&mut found.next);
        self.add(found);
        self.search(next).await
    }

    /// Takes looks, and those that follow from them, level by level.
    async fn search(&mut self, mut looks: Vec<Look>) -> Result<(), StoreError> {
        let (store, start) = (self.store, self.start);
        while !looks.is_empty() {
            let mut taken = futures::stream::iter(std::mem::take(&mut looks))
                .map(|look| take(store, start, look))
                .buffer_unordered(listings_at_once(store));
            while let Some(mut found) = taken.try_next().await? {
                looks.append(&mut found.next);
                self.add(found);
            }
        }
        self.regions.sort_unstable();
        self.digest_folders.sort_unstable();
        Ok(())
    }

    fn add(&mut self, found: Found) {
        self.regions.extend(found.regions);
        self.digest_folders.extend(found.digest_folders);
        for folder in found.not_searched {
            if folder == self.start {
                self.left_start = true;
            } else {
                self.not_searched.add(&folder);
            }
        }
    }

    /// The folders that were not searched, the start included.
    pub(super) fn take_not_searched(&mut self) -> NotSearched {
        if self.left_start {
            self.not_searched.add(self.start);
        }
        std::mem::take(&mut self.not_searched)
    }
}

async fn take(store: &dyn Store, start: &str, look: Look) -> Result<Found, StoreError> {
    match look {
        Look::Into(prefix) => {
            let level = level(store, start, &prefix).await?;
            Ok(below(start, &prefix, level))
        }
        Look::ForTrails(folder) => {
            let trails = trails_in(store, &folder).await?;
            if trails.contains(&logs_of(&folder)) {
                // a folder like any other that has AWSLogs/
                return Ok(Found { next: vec![Look::Into(folder)], ..Found::default() });
            }
            let organizations = trails.into_iter().map(Look::ForTrails).collect();
            Ok(Found { next: organizations, not_searched: vec![folder], ..Found::default() })
        }
    }
}

/// The looks that follow from the folders below a prefix.
fn below(start: &str, prefix: &str, level: Level) -> Found {
    let mut found = Found::default();
    let is_next_to_logs = SourcePrefix::parse(prefix) == Some(SourcePrefix::Accounts)
        || level.folders.contains(&logs_of(prefix));
    if !level.is_whole {
        found.not_searched.push(prefix.to_owned());
    }
    for folder in level.folders {
        let is_on_the_way = start.starts_with(&folder);
        match SourcePrefix::parse(&folder) {
            Some(SourcePrefix::Days(Kind::Digest)) => found.digest_folders.push(folder),
            Some(SourcePrefix::Days(kind)) => {
                found.regions.extend(kind.table().map(|table| (folder, table)));
            }
            Some(SourcePrefix::Above(levels)) if levels > MAX_LEVELS_ABOVE && !is_on_the_way => {
                found.not_searched.push(folder);
            }
            Some(SourcePrefix::Above(_)) if is_next_to_logs && !is_on_the_way => {
                found.next.push(Look::ForTrails(folder));
            }
            Some(_) => found.next.push(Look::Into(folder)),
            None => {}
        }
    }
    found
}

/// Lists one level below a prefix, restricted to `start`. Above `AWSLogs/`, it leaves the listing at the first page of objects
/// alone, and lists what a trail would deliver to in its stead.
async fn level(store: &dyn Store, start: &str, prefix: &str) -> Result<Level, StoreError> {
    if let Some(folder) = next_to_start(start, prefix) {
        return Ok(Level { folders: [folder].into(), is_whole: true });
    }
    let is_above = matches!(SourcePrefix::parse(prefix), Some(SourcePrefix::Above(_)));
    let mut folders = BTreeSet::new();
    let mut pages = pages(store, prefix);
    while let Some(page) = pages.try_next().await? {
        let is_objects_alone = page.prefixes.is_empty() && !page.objects.is_empty();
        folders.extend(page.prefixes);
        if is_above && is_objects_alone && page.next.is_some() {
            folders.extend(trails_in(store, prefix).await?);
            return Ok(Level { folders, is_whole: false });
        }
    }
    Ok(Level { folders, is_whole: true })
}

/// The folders directly in a folder that a trail delivers to, one page of each: `AWSLogs/`, and those of organisations, in
/// which Control Tower has `o-id/AWSLogs/`.
async fn trails_in(store: &dyn Store, folder: &str) -> Result<BTreeSet<String>, StoreError> {
    let (logs, organizations) = (logs_of(folder), format!("{folder}o-"));
    let page = |prefix| store.list(prefix, Depth::Level, None);
    let (in_logs, in_organizations) = futures::try_join!(page(&logs), page(&organizations))?;
    let is_there = in_logs != Page::default();
    Ok(in_organizations.prefixes.into_iter().chain(is_there.then_some(logs)).collect())
}

fn logs_of(folder: &str) -> String {
    format!("{folder}AWSLogs/")
}

/// The folder below a prefix that `start` is in, if the prefix is above `start`.
pub(super) fn next_to_start(start: &str, prefix: &str) -> Option<String> {
    let rest = start.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
    Some(format!("{prefix}{}", rest.split_inclusive('/').next().unwrap_or(rest)))
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
