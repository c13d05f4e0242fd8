//! Compares a lake on disk with its journal and with its expected content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use cloudtrail_model::{Stage, Table};
use lake::{DayState, Journal, Partition, PartitionState};
use lake_store::{DiskStore, Store};
use testkit::{Oracle, OraclePartition, partition_lines};
use walkdir::WalkDir;

use crate::command::verify;

/// Every file below a folder, by relative path: its modification time and content.
pub(crate) fn files_below(root: &Path) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
    let entries = WalkDir::new(root).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let changed = entry.metadata().unwrap().modified().unwrap();
            (name, (changed, std::fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// The parts of a partition on disk, in key order.
pub(crate) fn part_bodies(lake: &Path, partition: Partition) -> BTreeMap<String, Vec<u8>> {
    let prefix = partition.prefix();
    let parts = files_below(lake).into_iter().filter(|(name, _)| name.starts_with(&prefix));
    parts.map(|(name, (_, body))| (name, body)).collect()
}

/// Staged files of a partition, in progress or left behind.
pub(crate) fn staged_files(lake: &Path) -> Vec<String> {
    let staged = files_below(lake).into_keys().filter(|name| name.starts_with("_staging/"));
    // files in `_new` are never parts, and may be deleted
    staged.filter(|name| !name.starts_with("_staging/_new/")).collect()
}

/// The state of a partition by its journal.
pub(crate) fn journal_state(lake: &Path, partition: Partition) -> PartitionState {
    let store: Arc<dyn Store> = Arc::new(DiskStore::open(lake).unwrap());
    wait(async { Journal::new(store, partition).read().await.unwrap() })
}

/// The daily partitions that have a journal, but for days without log files.
pub(crate) fn journaled(lake: &Path) -> BTreeSet<Partition> {
    let store: Arc<dyn Store> = Arc::new(DiskStore::open(lake).unwrap());
    wait(async {
        let mut found = BTreeSet::new();
        for table in Table::ALL {
            for partition in lake::partitions(&*store, table, Stage::Daily).await.unwrap() {
                let state = Journal::new(store.clone(), partition).read_outline().await.unwrap();
                if state.day.is_none_or(|state| state == DayState::Committed) {
                    found.insert(partition);
                }
            }
        }
        found
    })
}

pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

/// Fails unless the daily tables of a lake hold exactly what they must: every partition, every line of it byte for byte, journals that agree,
/// and no orphans.
pub(crate) fn assert_holds(lake: &Path, expected: &Oracle) {
    let wanted: BTreeSet<Partition> =
        expected.partitions.keys().map(|(table, day)| Partition::day(*table, *day)).collect();
    assert_eq!(journaled(lake), wanted, "partitions");
    let mut named = BTreeSet::new();
    for ((table, day), expected) in &expected.partitions {
        let partition = Partition::day(*table, *day);
        let state = journal_state(lake, partition);
        assert_lines(&partition_lines(lake, partition).unwrap(), &expected.lines, &partition.to_string());
        assert_journal(&state, expected, partition);
        named.extend(state.parts.into_keys());
    }
    let daily = |name: &String| name.split('/').next().is_some_and(|table| table.ends_with("_daily"));
    let visible = files_below(lake).into_keys().filter(daily);
    assert_eq!(visible.collect::<BTreeSet<_>>(), named, "visible files, and parts the journals name");
    assert_eq!(staged_files(lake), [""; 0]);
}

fn assert_journal(state: &PartitionState, expected: &OraclePartition, partition: Partition) {
    let quarantined = state.inputs.iter().filter(|input| !input.is_ok());
    let quarantined: Vec<String> = quarantined.map(|input| input.key).collect();
    assert_eq!(quarantined, expected.broken, "quarantined files of {partition}");
    let totals = state.totals;
    let found = (
        state.inputs.len() as u64,
        totals.records_in,
        totals.records_out,
        totals.duplicates,
        totals.conflicts,
    );
    let OraclePartition { files, records_in, duplicates, conflicts, .. } = *expected;
    let wanted = (files, records_in, expected.records_out(), duplicates, conflicts);
    assert_eq!(found, wanted, "files, records in and out, duplicates, conflicts of {partition}");
    assert_eq!(state.open_claim, None, "an unfinished attempt at {partition}");
}

/// Compares sorted lines, and prints the first difference.
pub(crate) fn assert_lines(found: &[Vec<u8>], expected: &[Vec<u8>], what: &str) {
    if found == expected {
        return;
    }
    let at = found.iter().zip(expected).position(|(a, b)| a != b);
    let at = at.unwrap_or(found.len().min(expected.len()));
    let show = |lines: &[Vec<u8>]| lines.get(at).map(|line| String::from_utf8_lossy(line).into_owned());
    panic!(
        "{what}: {} lines, expected {}; line {at} is\n{:?}, expected\n{:?}",
        found.len(),
        expected.len(),
        show(found),
        show(expected)
    );
}

/// Fails if `trailmill verify` finds a problem.
pub(crate) fn assert_verifies(lake: &Path) {
    let ran = verify(lake);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    assert!(ran.stdout.ends_with(": all is well\n"), "{ran:?}");
}
