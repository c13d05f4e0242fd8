//! Accounts and regions that have fallen silent: they delivered log files on each of the days before, and none on the day.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use cloudtrail_model::{Day, Table};
use futures::{StreamExt, TryStreamExt};
use lake::{Journal, JournalError, Partition};
use lake_store::Store;

/// Days before the day on each of which there must be log files: an account or region that is seldom used is not silent.
const DAYS_BEFORE: usize = 7;
/// The newest days that are over, which are looked at. In a backlog nobody needs to know of accounts that were closed long ago.
const NEWEST_DAYS: usize = 3;
/// The maximum of journals read at once.
const READS_AT_ONCE: usize = 4;

/// Accounts, or regions of accounts, that are meant to be silent. Written `111122223333,444455556666/eu-west-1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeantToBeSilent(BTreeSet<String>);

/// A text that is not the ID of an account, with or without a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an account of 12 digits, or one with a region, as 111122223333/eu-west-1")]
pub struct BadAccount(String);

impl FromStr for MeantToBeSilent {
    type Err = BadAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let checked = named.map(|name| {
            let (account, region) = name.split_once('/').unwrap_or((name, "any"));
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            if is_account && !region.is_empty() {
                Ok(name.to_owned())
            } else {
                Err(BadAccount(name.to_owned()))
            }
        });
        checked.collect::<Result<_, _>>().map(MeantToBeSilent)
    }
}

impl MeantToBeSilent {
    fn has(&self, account: &str, region: &str) -> bool {
        self.0.contains(account) || self.0.contains(&format!("{account}/{region}"))
    }
}

/// Account and region.
type Place = (String, String);

/// The accounts, and regions of other accounts (`111122223333/eu-west-1`), that have fallen silent on a day. Empty if the day is not one
/// of the newest that are over, if one of the days is not in the lake, or if no log file at all was delivered on the day.
///
/// # Errors
/// Fails if the journal of one of the days cannot be read.
pub(crate) async fn silent(
    lake: &Arc<dyn Store>,
    day: Day,
    today: Day,
    meant: &MeantToBeSilent,
) -> Result<Vec<String>, JournalError> {
    let newest: Vec<Day> = days_before(today).take(NEWEST_DAYS).collect();
    let days: Vec<Day> = std::iter::once(day).chain(days_before(day).take(DAYS_BEFORE)).collect();
    if !newest.contains(&day) {
        return Ok(Vec::new());
    }
    let read = |day| places_of(lake, day);
    let mut read = futures::stream::iter(days).map(read).buffered(READS_AT_ONCE);
    let Some(now) = read.try_next().await?.flatten() else { return Ok(Vec::new()) };
    let mut expected: Option<BTreeSet<Place>> = None;
    while let Some(before) = read.try_next().await? {
        let Some(before) = before else { return Ok(Vec::new()) };
        expected = Some(match expected {
            None => before,
            Some(expected) => expected.intersection(&before).cloned().collect(),
        });
    }
    Ok(names_of_silent(&now, &expected.unwrap_or_default(), meant))
}

fn days_before(day: Day) -> impl Iterator<Item = Day> {
    std::iter::successors(day.previous(), |day| day.previous())
}

/// The places with log files on a day; `None` if it is not in the lake, or has none.
async fn places_of(lake: &Arc<dyn Store>, day: Day) -> Result<Option<BTreeSet<Place>>, JournalError> {
    let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day));
    let state = journal.read_outline().await?;
    let places: BTreeSet<Place> = journal.read_facts(&state).await?.into_keys().collect();
    Ok((state.is_there() && !places.is_empty()).then_some(places))
}

fn names_of_silent(
    now: &BTreeSet<Place>,
    expected: &BTreeSet<Place>,
    meant: &MeantToBeSilent,
) -> Vec<String> {
    let accounts: BTreeSet<&str> = now.iter().map(|(account, _)| account.as_str()).collect();
    let silent = expected.difference(now).filter(|(account, region)| !meant.has(account, region));
    let names: BTreeSet<String> = silent
        .map(|(account, region)| match accounts.contains(account.as_str()) {
            true => format!("{account}/{region}"),
            false => account.clone(),
        })
        .collect();
    names.into_iter().collect()
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
