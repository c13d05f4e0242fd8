//! Large months: memory depends neither on the number of records nor on how many of them are late.
//!
//! Memory is that of a process, so it is measured in a child process. The largest months take minutes, and are run by hand:
//! `cargo nextest run -p monthly-aggregator --run-ignored only large_months --no-capture`.

use std::io::Write;
use std::process::Command;

use cloudtrail_model::{Day, event_instant};
use flate2::Compression;
use flate2::write::GzEncoder;
use lake::{Attempt, Changes, EventDays, Input, InputsWriter, Journal, Lane, Outcome, WrittenRecords};
use lake_store::{DiskStore, Store};

use super::*;
use crate::testing::world::{GAPS, october, record};

/// The prefixes of the numbers in the output of a child.
const PEAK: &str = "peak memory, MiB: ";
const CPU: &str = "CPU, ms: ";

/// Records of one block of a daily part.
const BLOCK: usize = 2_000;

/// A month of made records.
#[derive(Debug, Clone, Copy)]
struct MadeMonth {
    /// Records of each event day.
    of_day: u64,
    /// Of 1,000 records, those that are delivered on the next day. Every tenth of them is delivered on its own day, too.
    late: u64,
}

/// A line of about 400 bytes.
fn line(number: u64, day: Day) -> String {
    let second = number % 86_400;
    let time = format!("{day}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60);
    let digits = format!("{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let more = format!(
        "\"sourceIPAddress\":\"10.0.{}.{}\",\"userAgent\":\"agent/{digits}{}\",",
        number % 7,
        number % 200,
        "x".repeat(150)
    );
    record(number, &time).replacen('{', &format!("{{{more}"), 1)
}

impl MadeMonth {
    /// The numbers of the on-day and off-day records that a delivery day brings, each with its event day.
    fn delivered(self, delivered: Day) -> [Box<dyn Iterator<Item = (u64, Day)>>; 2] {
        let number = |day: Day| u64::from(day.day_of_month().unsigned_abs()) << 40;
        let is_late = move |at: u64| at * 7_919 % 1_000 < self.late;
        let on_day = (0..self.of_day).filter(move |at| !is_late(*at) || at % 10 == 0);
        let on_day = on_day.map(move |at| (number(delivered) + at, delivered));
        let before = delivered.previous().unwrap();
        let off_day =
            (0..self.of_day).filter(move |at| is_late(*at)).map(move |at| (number(before) + at, before));
        let is_of_month = |day: Day| day.month() == october();
        [
            if is_of_month(delivered) { Box::new(on_day) } else { Box::new(std::iter::empty()) },
            if is_of_month(before) { Box::new(off_day) } else { Box::new(std::iter::empty()) },
        ]
    }

    /// Commits the days, as the daily stage does, in little memory. Returns the number of records.
    async fn deliver(self, lake: &Arc<dyn Store>) -> u64 {
        let mut all = 0;
        let after = october().next().unwrap().days().take(1);
        for delivered in october().days().chain(after) {
            let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, delivered));
            let state = journal.read().await.unwrap();
            let attempt =
                Attempt::begin(lake.clone(), journal, &state, testkit::STAMP).await.unwrap().unwrap();
            let mut parts = PartSink::new(&attempt);
            let (mut records, mut raw_bytes) = (0, 0);
            for (lane, numbers) in [Lane::Main, Lane::OffDay].into_iter().zip(self.delivered(delivered)) {
                let mut numbers = numbers.peekable();
                while numbers.peek().is_some() {
                    let block: Vec<(u64, Day)> = numbers.by_ref().take(BLOCK).collect();
                    let written = write_block(&mut parts, lane, delivered, &block).await;
                    records += written.0;
                    raw_bytes += written.1;
                }
                parts.end_part(lane).await.unwrap();
            }
            let key = format!("file of {delivered}");
            let input = Input { key, bytes: 1, raw_bytes, records, ..Input::default() };
            let (inputs, parts) = (InputsWriter::write_all(&[input]), parts.into_sealed());
            attempt.finish(Changes { inputs, parts, ..Changes::default() }).await.unwrap();
            all += records;
        }
        all
    }
}

/// Writes one gzip member; returns its records and bytes of text.
async fn write_block(
    parts: &mut PartSink<'_>,
    lane: Lane,
    delivered: Day,
    block: &[(u64, Day)],
) -> (u64, u64) {
    let mut event_days = EventDays::default();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let mut raw_bytes = 0;
    for (number, day) in block {
        let line = line(*number, *day);
        event_days
            .add(delivered, event_instant(&cloudtrail_model::Record::from_line(line.as_bytes()).unwrap()));
        gzip.write_all(line.as_bytes()).unwrap();
        gzip.write_all(b"\n").unwrap();
        raw_bytes += line.len() as u64 + 1;
    }
    let records = block.len() as u64;
    let written = WrittenRecords { records, raw_bytes, event_days, ..WrittenRecords::default() };
    parts.write(lane, gzip.finish().unwrap().into(), written).await.unwrap();
    (records, raw_bytes)
}

/// User and system time of this process, in milliseconds.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // fields 14 and 15 of proc(5), in hundredths of a second
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10
}

/// Writes a made month from a lake on a disk. Says the peak memory of this process, and the time of the stage.
async fn measure(made: MadeMonth) {
    let folder = tempfile::tempdir().unwrap();
    let lake: Arc<dyn Store> = Arc::new(DiskStore::open(folder.path()).unwrap());
    let delivered = made.deliver(&lake).await;
    let before = cpu_ms();
    let stage = MonthlyAggregator {
        lake: lake.clone(),
        options: Options { threads: 2, ..Options::default() },
        stamp: testkit::STAMP,
        progress: Arc::default(),
        days_there: DaysThere::default(),
    };
    let report = stage.run(Table::CloudTrail, october(), GAPS).await.unwrap();
    let cpu = cpu_ms() - before;
    let Outcome::Committed(committed) = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!(committed.totals.records_out, 31 * made.of_day, "each event once");
    assert_eq!(committed.totals.records_out + committed.totals.duplicates, delivered);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    // lines of their own: the name of the test is printed without an end
    println!("\n{PEAK}{}\n{CPU}{cpu}", kib >> 10);
}

/// The peak memory in MiB and the CPU in milliseconds of a child that runs another test of this file.
fn measured(child: &str) -> (u64, u64) {
    let child = format!("aggregate::size_tests::{child}");
    let tests = std::env::current_exe().unwrap();
    let mut command = Command::new(tests);
    // as infra/template.yaml sets it: with an arena for each thread, glibc keeps 100 MiB of freed memory
    command.env("MALLOC_ARENA_MAX", "1").args(["--exact", &child, "--ignored", "--nocapture"]);
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let number = |prefix| said.lines().find_map(|line| line.strip_prefix(prefix)).unwrap().parse().unwrap();
    let (peak, cpu) = (number(PEAK), number(CPU));
    println!("{child}: {peak} MiB, {cpu} ms");
    (peak, cpu)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_a_million_records() {
    measure(MadeMonth { of_day: 1_000_000 / 31, late: 7 }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_ten_million_records() {
    measure(MadeMonth { of_day: 10_000_000 / 31, late: 7 }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn child_of_ten_million_late_records() {
    measure(MadeMonth { of_day: 10_000_000 / 31, late: 1_000 }).await;
}

#[test]
#[ignore = "takes minutes"]
#[cfg(target_os = "linux")] // where a process can read its peak memory
fn large_months_stay_within_the_memory_that_the_guarantees_state() {
    let children =
        ["child_of_a_million_records", "child_of_ten_million_records", "child_of_ten_million_late_records"];
    let found = children.map(measured);
    assert!(found.iter().all(|(peak, _)| *peak <= 256), "MiB and ms: {found:?}");
}
