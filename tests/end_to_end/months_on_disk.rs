//! The monthly table as exported, and its expected content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cloudtrail_model::{Day, Month, Stage, Table};
use lake::Partition;
use lake_store::DiskStore;
use serde_json::Value;
use testkit::Oracle;

use crate::command::export_command;
use crate::lake_on_disk::{files_below, journal_state, part_bodies, wait};

/// The monthly partitions that have a journal.
pub(crate) fn months(lake: &Path) -> BTreeSet<(Table, Month)> {
    let store = DiskStore::open(lake).unwrap();
    let found = Table::ALL.map(|table| {
        let found = wait(lake::partitions(&store, table, Stage::Monthly)).unwrap();
        found.into_iter().map(move |partition| (table, month_of(partition)))
    });
    found.into_iter().flatten().collect()
}

fn month_of(partition: Partition) -> Month {
    partition.span.to_string().parse().unwrap()
}

/// The output of `trailmill export` of a month, as canonical JSON, sorted.
pub(crate) fn exported(lake: &Path, table: Table, month: Month) -> Vec<Vec<u8>> {
    let output = export_command(lake, table, month).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines = output
        .stdout
        .strip_suffix(b"\n")
        .map_or(vec![], |text| text.split(|byte| *byte == b'\n').map(one_spelling).collect::<Vec<_>>());
    sorted(lines)
}

/// JSON with sorted members and without white space.
pub(crate) fn one_spelling(line: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<Value>(line).unwrap().to_string().into_bytes()
}

/// The expected content of the months of a source, from the oracle of its days: each dated record in the month of its event time,
/// once if it has an ID; each undated one in the month of its delivery day.
pub(crate) fn expected_months(oracle: &Oracle) -> BTreeMap<(Table, Month), Vec<Vec<u8>>> {
    let mut months: BTreeMap<(Table, Month), Vec<Vec<u8>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for ((table, delivered), partition) in &oracle.partitions {
        for line in &partition.lines {
            let record: Value = serde_json::from_slice(line).unwrap();
            let dated = date(&record).filter(|date| {
                *date >= Day::FIRST_DELIVERY && (date <= delivered || Some(*date) == delivered.next())
            });
            let has_id = ["eventID", "eventId"].iter().any(|name| record[name].as_str().is_some());
            if dated.is_none() || !has_id || seen.insert((*table, line)) {
                let month = dated.unwrap_or(*delivered).month();
                months.entry((*table, month)).or_default().push(record.to_string().into_bytes());
            }
        }
    }
    months.into_iter().map(|(place, lines)| (place, sorted(lines))).collect()
}

/// The UTC date of a record, if it has a time as CloudTrail writes it.
fn date(record: &Value) -> Option<Day> {
    let time = record["eventTime"].as_str().or(record["timeWindow"]["windowStart"].as_str())?;
    let shape: String =
        time.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    (shape == "0000-00-00T00:00:00Z").then(|| time[..10].parse().ok())?
}

fn sorted(mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    lines.sort();
    lines
}

/// Fails unless the visible objects of every month are those that its journal names.
pub(crate) fn assert_no_orphans(lake: &Path) {
    let mut named = BTreeSet::new();
    for (table, month) in months(lake) {
        let state = journal_state(lake, Partition::month(table, month));
        assert_eq!(state.open_claim, None, "an unfinished attempt at {table} {month}");
        named.extend(state.parts.into_keys());
    }
    let visible = files_below(lake).into_keys().filter(|name| name.contains("_monthly/"));
    let visible: BTreeSet<String> = visible.filter(|name| !name.starts_with('_')).collect();
    assert_eq!(visible, named, "visible Parquet, and parts the journals name");
}

/// The Parquet of a month of the main table, in key order.
pub(crate) fn parquet(lake: &Path, month: Month) -> BTreeMap<String, Vec<u8>> {
    part_bodies(lake, Partition::month(Table::CloudTrail, month))
}
