//! Generated days: every count of the report against the generator and the reference.

use std::path::Path;

use cloudtrail_corpus::{DaySummary, OrganizationConfig, write_day};
use cloudtrail_model::Table;
use lake::Partition;
use serde_json::Value;
use testkit::Oracle;

use crate::command::daily_well;
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, journaled, part_bodies};
use crate::made_source::{day, main_partition, small_day};

fn number(object: &Value, name: &str) -> u64 {
    object[name].as_u64().unwrap_or_else(|| panic!("{name} of {object}"))
}

/// The counts of a commit's totals that the generator knows.
fn counts(totals: &Value) -> [u64; 4] {
    ["files_in", "records_in", "duplicates", "conflicts"].map(|name| number(totals, name))
}

#[test]
fn the_reports_of_an_ordinary_day_reconcile() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = write_day(&OrganizationConfig::article_day(), day(), source.path()).unwrap();
    assert_eq!((made.files, made.records), (3_911, 17_648));
    let ran = daily_well(source.path(), lake.path(), &[]);
    let oracle = Oracle::read(source.path()).unwrap();
    assert_holds(lake.path(), &oracle);
    assert_verifies(lake.path());

    let partitions = ran.partitions();
    let main = &partitions[&main_partition().to_string()];
    let totals = &main["committed"]["totals"];
    assert_eq!(counts(totals), [made.files, made.records, made.duplicates, made.conflicts]);
    assert_eq!(number(totals, "records_out"), made.records - made.duplicates);
    assert_eq!(number(main, "listed"), made.files);

    // every table, each against the reference
    assert_eq!(partitions.len(), oracle.partitions.len());
    for ((table, day), expected) in &oracle.partitions {
        let partition = Partition::day(*table, *day);
        let totals = &partitions[&partition.to_string()]["committed"]["totals"];
        let wanted = [expected.files, expected.records_in, expected.duplicates, expected.conflicts];
        assert_eq!(counts(totals), wanted, "{partition}");
        assert_bytes_out(lake.path(), partition, totals);
    }
    let sums = ran.summary();
    assert_summary(&sums["summary"], &made, source.path());
    assert_eq!(number(&sums, "committed"), oracle.partitions.len() as u64);
    assert_eq!((number(&sums, "failed"), number(&sums, "quarantined_in_all")), (0, 0));
}

/// Bytes of the parts on disk, and of their lines.
fn assert_bytes_out(lake: &Path, partition: Partition, totals: &Value) {
    let bodies = part_bodies(lake, partition);
    let stored: usize = bodies.values().map(Vec::len).sum();
    let lines = bodies.values().flat_map(|body| testkit::part_lines(body).unwrap());
    let raw: usize = lines.map(|line| line.len() + 1).sum();
    let told = (number(totals, "bytes_out"), number(totals, "raw_bytes_out"));
    assert_eq!(told, (stored as u64, raw as u64), "{partition}");
}

/// The sums of the generator over all tables, without digests, which are not read.
fn assert_summary(totals: &Value, made: &DaySummary, source: &Path) {
    let digests = |key: &str| key.contains("/CloudTrail-Digest/");
    let read = files_below(source).into_iter().filter(|(key, _)| !digests(key));
    let (files, bytes) = read.fold((0, 0), |(files, bytes), (_, (_, body))| (files + 1, bytes + body.len()));
    assert_eq!((number(totals, "files_in"), number(totals, "bytes_in")), (files, bytes as u64));
    assert_eq!(number(totals, "records_in"), made.records + made.other_records);
    assert_eq!(number(totals, "files_ok"), number(totals, "files_in"));
    let raw = number(totals, "raw_bytes_in");
    assert!(raw <= made.raw_bytes && raw > made.raw_bytes * 9 / 10, "{raw} of {} bytes", made.raw_bytes);
}

#[test]
fn parts_are_the_same_whatever_the_concurrency() {
    let (source, lakes) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // about ten blocks of records, so that threads compete
    write_day(&small_day(400, 12_000), day(), source.path()).unwrap();
    let (slow, fast) = (lakes.path().join("slow"), lakes.path().join("fast"));
    daily_well(source.path(), &slow, &["--threads", "1", "--fetches", "1"]);
    daily_well(source.path(), &fast, &["--threads", "4", "--fetches", "64"]);
    assert_holds(&slow, &Oracle::read(source.path()).unwrap());
    assert_eq!(journaled(&slow).len(), Table::ALL.len());
    for partition in journaled(&slow) {
        let (slow, fast) = (part_bodies(&slow, partition), part_bodies(&fast, partition));
        assert!(slow == fast, "{partition}: parts differ");
        assert!(!slow.is_empty(), "{partition}");
    }
    let bytes: usize = part_bodies(&slow, main_partition()).values().map(Vec::len).sum();
    assert!(bytes > 1_000_000, "{bytes} bytes are too few to prove anything");
}

#[test]
fn one_day_of_several_can_be_asked_for() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let days = ["2026-11-22", "2026-11-23", "2026-11-24"].map(|day| day.parse().unwrap());
    for day in days {
        write_day(&small_day(20, 60), day, source.path()).unwrap();
    }
    let mut oracle = Oracle::read(source.path()).unwrap();
    let all = oracle.clone();
    oracle.partitions.retain(|(_, day), _| *day == days[1]);
    daily_well(source.path(), lake.path(), &["--day", "2026-11-23"]);
    assert_holds(lake.path(), &oracle);
    daily_well(source.path(), lake.path(), &["--from", "2026-11-22", "--to", "2026-11-24"]);
    assert_holds(lake.path(), &all);
}

#[test]
fn a_day_without_log_files_leaves_no_trace() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_day(&small_day(20, 60), day(), source.path()).unwrap();
    daily_well(source.path(), lake.path(), &["--day", "2026-11-25"]).assert_nothing_done();
    assert!(files_below(lake.path()).is_empty());
}
