//! Large days: memory follows the largest account, and a late file reads back the parts of its account alone.
//!
//! Memory is that of a process, so it is measured in a child process. The largest days take a minute, and are run by hand:
//! `cargo nextest run -p daily-aggregator --run-ignored only large_days`.

use std::process::Command;

use async_trait::async_trait;
use bytes::Bytes;
use lake_store::{Created, Depth, DiskStore, Meter, ObjectMeta, Page, StagedUpload, StoreError};

use super::*;
use crate::testing::world::{World, committed, day, envelope, key, lines_of, put, record};

/// The prefix of the number in the output of a child.
const SAYS: &str = "peak memory, MiB: ";

/// Log files that are made when they are read.
#[derive(Debug, Clone, Copy)]
struct MadeFiles {
    accounts: u64,
    /// Log files of each account.
    files: u64,
    /// Records of each log file.
    records: u64,
}

/// Bytes of a record that tell nothing.
const FILLER: usize = 200;

impl MadeFiles {
    fn folder(account: u64) -> String {
        format!("AWSLogs/{account:012}/CloudTrail/us-east-1/{}/", day().as_path())
    }

    /// The text of the log file with a number.
    fn text(&self, number: u64) -> String {
        let filler = "x".repeat(FILLER);
        let records = (number * self.records..(number + 1) * self.records)
            .map(|at| record(at).replace("\"eventSource\"", &format!("\"x\":\"{filler}\",\"eventSource\"")));
        format!("{{\"Records\":[{}]}}", records.collect::<Vec<_>>().join(","))
    }

    fn bytes(&self) -> u64 {
        self.text(0).len() as u64
    }

    /// One page of the files of an account.
    fn page(&self, account: u64, first: u64) -> Page {
        let last = (first + 1000).min(self.files);
        let object = |file: u64| ObjectMeta {
            key: format!(
                "{}{account:012}_CloudTrail_us-east-1_20261122T{:02}{:02}Z_{file:016x}.json.gz",
                Self::folder(account),
                file * 24 / self.files,
                file * 1440 / self.files % 60,
            ),
            bytes: self.bytes(),
            etag: format!(
                "{:032x}",
                u128::from(file).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            ),
        };
        let next = (last < self.files).then(|| last.to_string());
        Page { objects: (first..last).map(object).collect(), prefixes: Vec::new(), next }
    }
}

#[async_trait]
impl Store for MadeFiles {
    async fn list(&self, prefix: &str, _: Depth, page: Option<&str>) -> lake_store::Result<Page> {
        let below = |names: Vec<String>| {
            let prefixes = names.into_iter().map(|name| format!("{prefix}{name}/")).collect();
            Page { prefixes, ..Page::default() }
        };
        let segments: Vec<&str> = prefix.split_terminator('/').collect();
        Ok(match segments[..] {
            [] => below(vec!["AWSLogs".to_owned()]),
            ["AWSLogs"] => below((1..=self.accounts).map(|account| format!("{account:012}")).collect()),
            ["AWSLogs", _] => below(vec!["CloudTrail".to_owned()]),
            ["AWSLogs", _, _] => below(vec!["us-east-1".to_owned()]),
            ["AWSLogs", account, ..] => {
                let first = page.map_or(0, |page| page.parse().unwrap());
                self.page(account.parse().unwrap(), first)
            }
            _ => Page::default(),
        })
    }

    async fn get(&self, key: &str, _: Option<&str>) -> lake_store::Result<Bytes> {
        let (account, file) = key.rsplit_once('_').unwrap();
        let account: u64 = account.rsplit('/').next().unwrap()[..12].parse().unwrap();
        let file = u64::from_str_radix(&file[..16], 16).unwrap();
        Ok(self.text((account - 1) * self.files + file).into())
    }

    async fn get_range(&self, key: &str, _: std::ops::Range<u64>) -> lake_store::Result<Bytes> {
        unreachable!("{key} is read whole")
    }
    async fn create_new(&self, key: &str, _: Bytes) -> lake_store::Result<Created> {
        unreachable!("{key} is not written")
    }
    async fn delete(&self, key: &str) -> lake_store::Result<()> {
        unreachable!("{key} is not deleted")
    }
    async fn stage(&self, key: &str) -> lake_store::Result<Box<dyn StagedUpload>> {
        unreachable!("{key} is not written")
    }
    async fn abandon_staged(&self, prefix: &str) -> Result<u64, StoreError> {
        unreachable!("{prefix} is not written")
    }
}

/// Brings a day of made files up to date, in a lake on a disk. Says the peak memory of this process.
async fn measure(files: MadeFiles) {
    let folder = tempfile::tempdir().unwrap();
    let aggregator = DailyAggregator {
        source: Source::survey(Arc::new(files), "").await.unwrap(),
        lake: Arc::new(DiskStore::open(folder.path()).unwrap()),
        options: Options { threads: 2, ..Options::default() },
        proving: None,
        stamp: testkit::STAMP,
        progress: Arc::default(),
    };
    let report = aggregator.run(Table::CloudTrail, day(), Request::default()).await.unwrap();
    let made = committed(report.outcome);
    let MadeFiles { accounts, files, records } = files;
    assert_eq!(made.totals.files_in, accounts * files);
    assert_eq!((made.totals.records_out, made.totals.duplicates), (accounts * files * records, 0));
    // with all inputs in the journal
    let again = aggregator.run(Table::CloudTrail, day(), Request::default()).await.unwrap();
    assert_eq!(again.outcome, lake::Outcome::UpToDate);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    // a line of its own: the name of the test is printed without an end
    println!("\n{SAYS}{}", kib >> 10);
}

/// The peak memory of a child that runs another test of this file, in MiB.
fn peak_of(child: &str) -> u64 {
    let child = format!("aggregate::size_tests::{child}");
    let tests = std::env::current_exe().unwrap();
    let ran = Command::new(tests).args(["--exact", &child, "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let peak = said.lines().find_map(|line| line.strip_prefix(SAYS)).expect("the child says its peak");
    println!("{child}: {peak} MiB");
    peak.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_few_files() {
    measure(MadeFiles { accounts: 1, files: 200, records: 100 }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_many_files() {
    measure(MadeFiles { accounts: 20, files: 5_000, records: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_a_million_files() {
    measure(MadeFiles { accounts: 100, files: 10_000, records: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_ten_million_records() {
    measure(MadeFiles { accounts: 100, files: 100, records: 1_000 }).await;
}

#[test]
#[cfg(target_os = "linux")] // where a process can read its peak memory
fn a_log_file_costs_little_memory() {
    let (few, many) = (peak_of("child_of_few_files"), peak_of("child_of_many_files"));
    let each = ((many.saturating_sub(few)) << 20) / 100_000;
    assert!(each <= 380, "{each} bytes for each log file, {many} MiB in all");
}

#[test]
#[ignore = "takes a minute"]
fn large_days_stay_within_the_memory_that_the_guarantees_state() {
    let (files, records) = (peak_of("child_of_a_million_files"), peak_of("child_of_ten_million_records"));
    assert!(files <= 400, "{files} MiB for a million log files");
    assert!(records <= 160, "{records} MiB for ten million records in a hundred accounts");
}

#[tokio::test]
async fn a_late_file_reads_back_the_parts_that_can_hold_its_account() {
    let mut world = World::new();
    world.options.part_raw_bytes = 2_000;
    let key_of = |account: u64, name: &str| key(name).replace("111122223333", &format!("{account:012}"));
    for account in 1..=20 {
        let records: Vec<String> = (account * 100..account * 100 + 10).map(record).collect();
        put(&world.source, &key_of(account, "a"), envelope(&records)).await;
    }
    let parts = world.commit().await.parts;
    assert!(parts.len() > 10, "{}", parts.len());
    // a copy of a record, and a new one
    put(&world.source, &key_of(7, "late"), envelope(&[record(705), record(750)])).await;
    let lake = Meter::new(world.lake.clone());
    let counters = lake.counters();
    let report = world.run_over(world.source.clone(), lake, Request::default()).await.unwrap();
    assert_eq!(committed(report.outcome).totals.duplicates, 1);
    let account = format!("{:012}", 7);
    let needed: Vec<_> = parts.iter().filter(|part| part.can_hold(&account)).collect();
    assert!((1..=3).contains(&needed.len()), "{needed:?}");
    let read = counters.usage().get_range.bytes;
    assert_eq!(read, needed.iter().map(|part| part.bytes).sum::<u64>(), "bytes of parts that were read back");
    let all = (1..=20).flat_map(|account| account * 100..account * 100 + 10);
    world.assert_settled(&lines_of(all.chain([750])), "").await;
}
