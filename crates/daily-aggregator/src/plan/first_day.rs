//! Finds the delivery days of the first and the last log file of a source.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cloudtrail_model::{Day, Month};
use futures::{StreamExt, TryStreamExt};
use lake_store::StoreError;

use crate::Source;
use crate::plan::source::{children, has_log_file, listings_at_once, within};

/// A region's folder is no date; a year's has one segment, a month's two, a day's three.
const DAY_SEGMENTS: usize = 3;

impl Source {
    /// The delivery day of the first log file, over all tables; `None` if there is no log file. Folders that are no dates, or
    /// are days without log files, do not count. Lists the first year, month and day only, unless they have no log files.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn first_day(&self) -> Result<Option<Day>, StoreError> {
        let loose = self.layout.loose.keys().map(|(day, _)| *day).min();
        let regions = self.layout.regions.iter().map(|(region, _)| region.clone());
        // folders not yet looked into, by the first day that they can have, those nearer to the top first
        let mut folders = BTreeMap::from([((Day::FIRST, 0), regions.collect::<Vec<_>>())]);
        while let Some(((day, segments), first)) = folders.pop_first() {
            if loose.is_some_and(|loose| loose <= day) {
                break;
            }
            if segments == DAY_SEGMENTS {
                if self.any_has_log_file(&first).await? {
                    return Ok(Some(day));
                }
                continue;
            }
            for folder in self.below(first).await? {
                if let Some(day) = first_day_of(&folder, segments + 1) {
                    folders.entry((day, segments + 1)).or_default().push(folder);
                }
            }
        }
        Ok(loose)
    }

    /// The delivery day of the last log file, likewise.
    ///
    /// # Errors
    /// Fails if a listing fails.
    pub async fn last_day(&self) -> Result<Option<Day>, StoreError> {
        let loose = self.layout.loose.keys().map(|(day, _)| *day).max();
        let regions = self.layout.regions.iter().map(|(region, _)| region.clone());
        // folders not yet looked into, by the last day that they can have, those nearer to the top first
        let mut folders = BTreeMap::from([((Day::LAST, Reverse(0)), regions.collect::<Vec<_>>())]);
        while let Some(((day, Reverse(segments)), last)) = folders.pop_last() {
            if loose.is_some_and(|loose| day <= loose) {
                break;
            }
            if segments == DAY_SEGMENTS {
                if self.any_has_log_file(&last).await? {
                    return Ok(Some(day));
                }
                continue;
            }
            for folder in self.below(last).await? {
                if let Some(day) = last_day_of(&folder, segments + 1) {
                    folders.entry((day, Reverse(segments + 1))).or_default().push(folder);
                }
            }
        }
        Ok(loose)
    }

    /// The folders one level below some folders.
    async fn below(&self, folders: Vec<String>) -> Result<Vec<String>, StoreError> {
        let below = futures::stream::iter(folders)
            .map(|folder| children(&*self.store, &self.layout.start, folder))
            .buffer_unordered(listings_at_once(&*self.store))
            .try_collect::<Vec<_>>()
            .await?;
        Ok(below.into_iter().flatten().collect())
    }

    /// Whether one of some folders of days has a log file.
    async fn any_has_log_file(&self, folders: &[String]) -> Result<bool, StoreError> {
        let folders = folders.iter().filter_map(|folder| within(&self.layout.start, folder));
        let folders: Vec<String> = folders.map(str::to_owned).collect();
        let mut found = futures::stream::iter(folders)
            .map(|folder| async move { has_log_file(&*self.store, &folder).await })
            .buffer_unordered(listings_at_once(&*self.store));
        while let Some(found) = found.try_next().await? {
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The first day of the year, month or day at the end of a folder's prefix, by its last one, two or three segments.
fn first_day_of(folder: &str, segments: usize) -> Option<Day> {
    let mut date: Vec<&str> = folder.strip_suffix('/')?.rsplit('/').take(segments).collect();
    date.reverse();
    date.resize(DAY_SEGMENTS, "01");
    date.join("-").parse().ok()
}

/// The last day of the year, month or day at the end of a folder's prefix, by its last one, two or three segments.
fn last_day_of(folder: &str, segments: usize) -> Option<Day> {
    let mut date: Vec<&str> = folder.strip_suffix('/')?.rsplit('/').take(segments).collect();
    date.reverse();
    match date[..] {
        [year] => format!("{year}-12-31").parse().ok(),
        [year, month] => format!("{year}-{month}").parse::<Month>().ok()?.days().last(),
        _ => date.join("-").parse().ok(),
    }
}

#[cfg(test)]
#[path = "first_day_tests.rs"]
mod tests;
