//! The source: finds the log files in a bucket or a folder by day.
//!
//! A [survey](crate::plan::survey) lists the prefixes down to regions; after it only the requested days are listed. So a bucket
//! with years of logs costs the listing of one day.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use cloudtrail_model::{Day, LogFileId, LogFileName, SourceKey, Table};
use futures::{Stream, StreamExt, TryStreamExt};
use lake_store::{Depth, Page, Store, StoreError};

use crate::plan::listed_block::Block;
use crate::plan::survey::{Survey, next_to_start};
use crate::{ListedFiles, NotSearched};

/// The maximum of listings at once.
const LISTINGS_AT_ONCE: usize = 256;

/// A source of log files.
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) store: Arc<dyn Store>,
    pub(super) layout: Arc<Layout>,
}

/// The result of a survey of the store.
#[derive(Debug)]
pub(super) struct Layout {
    /// Only keys below this prefix count.
    pub(super) start: String,
    /// The prefixes `…/ACCOUNT/KIND/REGION/`, with the table of the kind.
    pub(super) regions: Vec<(String, Table)>,
    /// The prefixes `…/ACCOUNT/CloudTrail-Digest/REGION/`, those that `start` is below left out.
    digest_folders: Arc<[String]>,
    /// Log files directly in the start folder, outside CloudTrail's layout, with the table and day in their names.
    pub(super) loose: Loose,
    not_searched: NotSearched,
}

/// Loose log files by day and table.
type Loose = BTreeMap<(Day, Table), Vec<Arc<Block>>>;

/// The log files of one table delivered on one day.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The log files, in the order of (account, identity).
    pub files: ListedFiles,
    /// Number of other objects in the same folders.
    pub others: u64,
    /// The key of one of them.
    pub other_example: Option<String>,
}

impl Source {
    /// Finds the layout below a prefix of a store. `start` is empty or ends with a slash. It may be above `AWSLogs` or at any
    /// depth below it; only keys below it are read. Folders of other services are ignored. Of the folders next to
    /// `AWSLogs/`, only `FOLDER/AWSLogs/` and `FOLDER/o-id/AWSLogs/` are looked at: see [`Source::not_searched`].
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn survey(store: Arc<dyn Store>, start: &str) -> Result<Self, StoreError> {
        let mut survey = Survey::of(&*store, start).await?;
        let mut loose = Loose::new();
        if survey.regions.is_empty() {
            let folders;
            (loose, folders) = loose_files(&*store, start).await?;
            if survey.left_start {
                survey.search_all_below_start(folders).await?;
            }
            if !survey.regions.is_empty() {
                loose = Loose::new();
            }
        }
        let not_searched = survey.take_not_searched();
        let Survey { regions, mut digest_folders, .. } = survey;
        digest_folders.retain(|folder| folder.starts_with(start));
        let (start, digest_folders) = (start.to_owned(), digest_folders.into());
        let layout = Arc::new(Layout { start, regions, digest_folders, loose, not_searched });
        Ok(Source { store, layout })
    }

    /// Whether the survey found no log files of CloudTrail.
    pub fn is_empty(&self) -> bool {
        self.layout.regions.is_empty() && self.layout.loose.is_empty()
    }

    /// Number of listings that a day costs: one for each account, kind and region.
    pub fn listings_of_a_day(&self) -> usize {
        self.layout.regions.len()
    }

    /// The prefixes that CloudTrail delivers digest files to.
    pub fn digest_folders(&self) -> &Arc<[String]> {
        &self.layout.digest_folders
    }

    /// The folders that the survey did not search to the end.
    pub fn not_searched(&self) -> &NotSearched {
        &self.layout.not_searched
    }

    /// The store that the keys of a [`Listing`] are in.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The tables the source has log files of.
    pub fn tables(&self) -> BTreeSet<Table> {
        let folders = self.layout.regions.iter().map(|(_, table)| *table);
        folders.chain(self.layout.loose.keys().map(|(_, table)| *table)).collect()
    }

    /// Every day of `wanted` that has a folder in the source, with its tables. Other years and months are not listed.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn days(&self, wanted: &RangeInclusive<Day>) -> Result<BTreeSet<(Day, Table)>, StoreError> {
        let mut level: Vec<(String, Table)> = self.layout.regions.clone();
        for width in ["2026", "2026/11", "2026/11/22"].map(str::len) {
            level = futures::stream::iter(level)
                .map(|(prefix, table)| async move {
                    let below = children(&*self.store, &self.layout.start, prefix).await?;
                    Ok::<_, StoreError>(
                        below
                            .into_iter()
                            .filter(|folder| overlaps(folder, width, wanted))
                            .map(move |folder| (folder, table))
                            .collect::<Vec<_>>(),
                    )
                })
                .buffer_unordered(listings_at_once(&*self.store))
                .try_collect::<Vec<_>>()
                .await?
                .into_iter()
                .flatten()
                .collect();
        }
        let folders = level.into_iter().filter_map(|(prefix, table)| Some((day_of_folder(&prefix)?, table)));
        let loose = self.layout.loose.keys().copied().filter(|(day, _)| wanted.contains(day));
        Ok(folders.chain(loose).collect())
    }

    /// Whether a table has a log file delivered on a day. Lists folder after folder, up to the first with a log file.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn has_log_files(&self, table: Table, day: Day) -> Result<bool, StoreError> {
        if self.layout.loose.contains_key(&(day, table)) {
            return Ok(true);
        }
        for folder in self.folders(table, day) {
            if has_log_file(&*self.store, &folder).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lists the log files of a table delivered on a day, of every account and region.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn list(&self, table: Table, day: Day) -> Result<Listing, StoreError> {
        let folders = futures::stream::iter(self.folders(table, day))
            .map(|folder| async move { Folder::list(&*self.store, &folder).await })
            .buffer_unordered(listings_at_once(&*self.store))
            .try_collect::<Vec<_>>()
            .await?;
        let mut listing = Listing::default();
        let mut blocks = self.layout.loose.get(&(day, table)).cloned().unwrap_or_default();
        for folder in folders {
            blocks.extend(folder.blocks);
            listing.others += folder.others;
            // of several the first, so that every listing names the same one
            let examples = listing.other_example.into_iter().chain(folder.other_example);
            listing.other_example = examples.min();
        }
        listing.files = ListedFiles::of(blocks);
        Ok(listing)
    }

    /// The prefixes of a table's log files delivered on a day.
    fn folders(&self, table: Table, day: Day) -> Vec<String> {
        let regions = self.layout.regions.iter().filter(|(_, of)| *of == table);
        let folder = |(region, _): &(String, Table)| {
            let folder = format!("{region}{}/", day.as_path());
            within(&self.layout.start, &folder).map(str::to_owned)
        };
        regions.filter_map(folder).collect()
    }
}

/// The objects of one folder.
#[derive(Debug, Default)]
struct Folder {
    blocks: Vec<Arc<Block>>,
    /// Number of objects that are no log files.
    others: u64,
    /// The key of the first of them.
    other_example: Option<String>,
}

impl Folder {
    /// Lists a folder. Each page is made compact before the next is listed.
    async fn list(store: &dyn Store, folder: &str) -> Result<Self, StoreError> {
        let mut listed = Folder::default();
        let mut pages = pages(store, folder);
        while let Some(page) = pages.try_next().await? {
            let mut files = Vec::with_capacity(page.objects.len());
            for object in &page.objects {
                match LogFileId::in_layout(&object.key) {
                    Some(id) => files.push((id, object)),
                    None if object.key.ends_with('/') => {}
                    None => {
                        listed.others += 1;
                        listed.other_example.get_or_insert_with(|| object.key.clone());
                    }
                }
            }
            listed.blocks.extend(Block::of(files));
        }
        Ok(listed)
    }
}

/// The pages of one level of a folder.
pub(super) fn pages<'a>(
    store: &'a dyn Store,
    folder: &'a str,
) -> impl Stream<Item = Result<Page, StoreError>> + Send + Unpin + 'a {
    let list = move |token: Option<Option<String>>| async move {
        let Some(token) = token else { return Ok(None) };
        let page = store.list(folder, Depth::Level, token.as_deref()).await?;
        let next = page.next.clone().map(Some);
        Ok(Some((page, next)))
    };
    Box::pin(futures::stream::try_unfold(Some(None), list))
}

/// Whether a folder has a log file.
pub(super) async fn has_log_file(store: &dyn Store, folder: &str) -> Result<bool, StoreError> {
    let mut pages = pages(store, folder);
    while let Some(page) = pages.try_next().await? {
        if page.objects.iter().any(|object| SourceKey::parse(&object.key).is_ok()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Listings at once: bounded by what is useful for the store.
pub(super) fn listings_at_once(store: &dyn Store) -> usize {
    LISTINGS_AT_ONCE.min(store.calls_at_once())
}

/// The prefixes one level below a prefix, restricted to `start`. No objects are held.
pub(super) async fn children(
    store: &dyn Store,
    start: &str,
    prefix: String,
) -> Result<Vec<String>, StoreError> {
    if let Some(folder) = next_to_start(start, &prefix) {
        return Ok(vec![folder]);
    }
    let mut folders = Vec::new();
    let mut pages = pages(store, &prefix);
    while let Some(page) = pages.try_next().await? {
        folders.extend(page.prefixes);
    }
    Ok(folders)
}

/// The longer of two prefixes if one contains the other; `None` otherwise.
pub(super) fn within<'a>(start: &'a str, folder: &'a str) -> Option<&'a str> {
    if folder.starts_with(start) { Some(folder) } else { start.starts_with(folder).then_some(start) }
}

/// Whether the folder of a year, month or day overlaps `days`. Compares texts, since dates sort by their text.
fn overlaps(folder: &str, width: usize, days: &RangeInclusive<Day>) -> bool {
    let (first, last) = (days.start().as_path(), days.end().as_path());
    let folder = folder.trim_end_matches('/');
    let date = folder.len().checked_sub(width).and_then(|at| folder.get(at..));
    date.is_some_and(|date| first.get(..width) <= Some(date) && Some(date) <= last.get(..width))
}

/// The date at the end of a prefix: `…/2026/11/22/`.
fn day_of_folder(prefix: &str) -> Option<Day> {
    let mut segments = prefix.strip_suffix('/')?.rsplit('/');
    let (day, month, year) = (segments.next()?, segments.next()?, segments.next()?);
    format!("{year}-{month}-{day}").parse().ok()
}

/// Log files directly in a folder, without CloudTrail's layout: copied by hand, for example. And the folders next to them.
async fn loose_files(store: &dyn Store, start: &str) -> Result<(Loose, BTreeSet<String>), StoreError> {
    let (mut found, mut folders) = (Loose::new(), BTreeSet::new());
    let mut pages = pages(store, start);
    while let Some(page) = pages.try_next().await? {
        let mut of_page: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for object in &page.objects {
            let id = LogFileId::loose(&object.key, start);
            let Some((id, name)) = id.and_then(|id| Some((id, LogFileName::parse(id.identity)?))) else {
                continue;
            };
            if let Some(table) = name.kind.table() {
                of_page.entry((name.day, table)).or_default().push((id, object));
            }
        }
        for (partition, files) in of_page {
            found.entry(partition).or_default().extend(Block::of(files));
        }
        folders.extend(page.prefixes);
    }
    Ok((found, folders))
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
