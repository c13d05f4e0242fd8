//! Broken and odd log files among good ones.

use std::collections::BTreeMap;
use std::path::Path;

use cloudtrail_corpus::{BrokenKind, OddKind, broken, odd, write_day};
use serde_json::Value;
use testkit::Oracle;

use crate::command::{Ran, daily, daily_command, status, trailmill};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, part_bodies};
use crate::made_source::{day, good_log_file, key_of, main_partition, put, small_day};

/// The quarantine reason of each kind of broken file: stable codes.
const REASONS: [(BrokenKind, &str); 14] = [
    (BrokenKind::TruncatedGzip, "truncated_gzip"),
    (BrokenKind::BadCrc, "bad_gzip"),
    (BrokenKind::BytesAfterGzip, "bad_gzip"),
    (BrokenKind::NotGzipNotJson, "not_json"),
    (BrokenKind::TruncatedJson, "truncated_json"),
    (BrokenKind::BadUtf8, "not_utf8"),
    (BrokenKind::NoRecords, "no_records"),
    (BrokenKind::RecordsNull, "records_not_array"),
    (BrokenKind::RecordsObject, "records_not_array"),
    (BrokenKind::RecordNotObject, "record_not_object"),
    (BrokenKind::DeepNesting, "too_deep"),
    (BrokenKind::GzipBomb, "gzip_bomb"),
    (BrokenKind::Empty, "empty"),
    (BrokenKind::RecordsTwice, "records_repeated"),
];

fn broken_key(kind: BrokenKind) -> String {
    key_of(&format!("991122223333_CloudTrail_eu-west-1_20261122T1000Z_broken{kind:?}.json.gz"))
}

/// A small day with one file of each broken and each odd kind.
fn make_source(root: &Path) {
    write_day(&small_day(60, 300), day(), root).unwrap();
    for kind in BrokenKind::ALL {
        put(root, &broken_key(kind), &broken(kind, 5));
    }
    for (seed, kind) in (100..).zip(OddKind::ALL) {
        let name = format!("991122223333_CloudTrail_eu-west-1_20261122T1005Z_odd{kind:?}.json.gz");
        put(root, &key_of(&name), &odd(kind, seed));
    }
}

/// The files that a run reports as quarantined by itself, or by earlier runs (`quarantined_earlier`), by key.
fn quarantined(ran: &Ran, whose: &str) -> BTreeMap<String, (String, String)> {
    named(&ran.partitions()[&main_partition().to_string()][whose])
}

/// The quarantined files in JSON, by key: reason and detail.
fn named(files: &Value) -> BTreeMap<String, (String, String)> {
    let files = files.as_array().unwrap();
    let text = |file: &Value, name: &str| file[name].as_str().unwrap().to_owned();
    files.iter().map(|file| (text(file, "key"), (text(file, "reason"), text(file, "detail")))).collect()
}

#[test]
fn each_broken_file_is_named_with_its_reason_and_the_rest_arrives() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_source(source.path());
    let ran = daily(source.path(), lake.path(), &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), ""));
    let found = quarantined(&ran, "quarantined");
    let reasons: BTreeMap<String, &str> =
        found.iter().map(|(key, (reason, _))| (key.clone(), reason.as_str())).collect();
    let golden: BTreeMap<String, &str> =
        REASONS.into_iter().map(|(kind, reason)| (broken_key(kind), reason)).collect();
    assert_eq!(reasons, golden);
    assert!(found.values().all(|(_, detail)| !detail.is_empty() && !detail.contains('\n')), "{found:?}");
    assert_eq!(ran.summary()["quarantined_in_all"], 14);
    assert_eq!(ran.summary()["summary"]["files_quarantined"], 14);
    let oracle = Oracle::read(source.path()).unwrap();
    assert_holds(lake.path(), &oracle);
    assert_verifies(lake.path());

    let before = files_below(lake.path());
    let again = daily(source.path(), lake.path(), &[]);
    assert_eq!((again.status, again.stderr.as_str()), (Some(2), ""));
    again.assert_nothing_done();
    assert_eq!(again.summary()["quarantined_in_all"], 14);
    assert_eq!(quarantined(&again, "quarantined_earlier"), found, "each is named again");
    assert!(quarantined(&again, "quarantined").is_empty());
    let days = status(source.path(), lake.path()).objects();
    assert_eq!(named(&days[0]["quarantined_files"]), found);
    assert!(files_below(lake.path()) == before, "a run with nothing to do changed the lake");
}

#[test]
fn a_person_reads_a_line_for_each_broken_file() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_source(source.path());
    let run = || -> Ran {
        let mut command = trailmill();
        command.arg("daily").arg("--source").arg(source.path()).arg("--lake").arg(lake.path());
        command.output().unwrap().into()
    };
    // the first run, one with nothing to do, and one of a late file
    for (what, late) in [("quarantined", false), ("still quarantined", false), ("still quarantined", true)] {
        if late {
            put(source.path(), &key_of("late.json"), &good_log_file(800));
        }
        let ran = run();
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), ""));
        for kind in BrokenKind::ALL {
            let start = format!("  {what} {}: ", broken_key(kind));
            let line = ran.stdout.lines().find_map(|line| line.strip_prefix(&start));
            assert!(line.is_some_and(|detail| !detail.is_empty()), "{kind:?}: {}", ran.stdout);
        }
        let last = ran.stdout.lines().last().unwrap();
        assert!(last.starts_with("14 log files quarantined"), "{last}");
    }
    let calendar: Ran = trailmill().args(["status", "--lake"]).arg(lake.path()).output().unwrap().into();
    let lines = calendar.stdout.lines().filter(|line| line.starts_with("  quarantined AWSLogs/"));
    assert_eq!(lines.count(), 10, "{}", calendar.stdout);
    assert!(calendar.stdout.contains("\n  and 4 more quarantined: trailmill status --json "), "{calendar:?}");
}

#[test]
fn a_broken_file_that_is_replaced_is_picked_up() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_source(source.path());
    daily(source.path(), lake.path(), &[]);
    let before = part_bodies(lake.path(), main_partition());
    put(source.path(), &broken_key(BrokenKind::TruncatedGzip), &good_log_file(900));
    let ran = daily(source.path(), lake.path(), &[]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert_eq!(ran.summary()["summary"]["files_in"], 1);
    assert_eq!(ran.summary()["summary"]["records_in"], 5);
    assert_eq!(ran.summary()["quarantined_in_all"], 13);
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    let after = part_bodies(lake.path(), main_partition());
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|(name, body)| after.get(name) == Some(body)), "an earlier part changed");

    for (seed, kind) in (901..).zip(BrokenKind::ALL) {
        put(source.path(), &broken_key(kind), &good_log_file(seed));
    }
    let ran = daily(source.path(), lake.path(), &[]);
    assert_eq!(ran.status, Some(0), "nothing is quarantined any more: {ran:?}");
    assert_eq!(ran.summary()["quarantined_in_all"], 0);
}

#[test]
fn quarantined_files_are_tried_again_when_asked() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_day(&small_day(20, 60), day(), source.path()).unwrap();
    // valid, but larger than one run allows: the next one allows more, and the file has not changed
    let records = cloudtrail_corpus::sample_records(77, 1_500).join(",");
    put(source.path(), &key_of("large.json"), format!("{{\"Records\":[{records}]}}").as_bytes());
    put(source.path(), &broken_key(BrokenKind::BadCrc), &broken(BrokenKind::BadCrc, 5));
    let ran = daily(source.path(), lake.path(), &["--max-file", "1"]);
    assert_eq!(ran.status, Some(2));
    let found = quarantined(&ran, "quarantined");
    assert_eq!(found[&key_of("large.json")].0, "too_large");
    assert_eq!(found.len(), 2);
    daily(source.path(), lake.path(), &[]).assert_nothing_done();

    let output = daily_command(source.path(), lake.path(), &["--retry-quarantined"]).output().unwrap();
    let retried: Ran = output.into();
    assert_eq!(retried.status, Some(2), "one is still broken: {retried:?}");
    assert_eq!(retried.summary()["summary"]["files_in"], 1);
    assert_eq!(retried.summary()["summary"]["records_in"], 1_500);
    assert_eq!(retried.summary()["quarantined_in_all"], 1);
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    assert_verifies(lake.path());
}
