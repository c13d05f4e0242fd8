//! `trailmill search` as scripts and people run it.

use std::path::Path;

use tempfile::TempDir;

use crate::command::{Ran, daily_well, monthly_well, trailmill};
use crate::made_source::{day, event, key_of, log_file, put};

/// A lake with three records. One is delivered after the month is written.
fn lake() -> (TempDir, TempDir) {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let records = [event(1, "2026-11-22T10:11:12Z"), event(2, "2026-11-22T11:11:12Z")];
    put(
        source.path(),
        &key_of("991122223333_CloudTrail_eu-west-1_20261122T1015Z_1.json.gz"),
        &log_file(&records),
    );
    daily_well(source.path(), lake.path(), &[]);
    monthly_well(lake.path(), day().month(), &["--allow-gaps"]);
    let hostile = event(3, "2026-11-22T12:11:12Z").replace("GetObject", "\\u001b[2J");
    put(
        source.path(),
        &key_of("991122223333_CloudTrail_eu-west-1_20261122T1215Z_2.json.gz"),
        &log_file(&[hostile]),
    );
    daily_well(source.path(), lake.path(), &[]);
    (source, lake)
}

fn search(lake: &Path, options: &[&str]) -> Ran {
    trailmill().args(["search", "--lake"]).arg(lake).args(options).output().unwrap().into()
}

#[test]
fn the_exit_status_is_that_of_grep() {
    let (_source, lake) = lake();
    for (options, expected) in [
        (&["--event", "getobject"][..], 0),
        (&["--event", "PutObject"], 1),
        (&["--count", "--event", "PutObject"], 1),
        (&["--event", "GetObject", "--to", "2026-11-21"], 1),
        (&["--event", ""], 2),
        (&["--no-such-option"], 2),
        (&["--from", "2026-11-22", "--to", "2026-11-21"], 2),
    ] {
        let ran = search(lake.path(), options);
        assert_eq!(ran.status, Some(expected), "{options:?}: {ran:?}");
    }
    assert_eq!(search(&lake.path().join("none"), &[]).status, Some(2));
}

#[test]
fn a_person_gets_a_table_and_a_script_gets_records() {
    let (_source, lake) = lake();
    let table = search(lake.path(), &[]);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!((lines.len(), table.stderr.as_str()), (5, ""), "{table:?}");
    assert!(lines.iter().all(|line| line.len() <= 80), "{table:?}");
    assert!(lines[1].starts_with("2026-11-22 10:11:12") && lines[1].contains("s3:GetObject"), "{table:?}");
    assert!(lines[3].contains(r"\u{1b}[2J"), "{table:?}");

    let json = search(lake.path(), &["--json"]);
    let ids: Vec<String> = json
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["eventID"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, [1, 2, 3].map(|number| format!("00000000-0000-4000-8000-{number:012x}")));
    assert_eq!(search(lake.path(), &["--json", "--limit", "2"]).stdout.lines().count(), 2);

    assert_eq!(search(lake.path(), &["--count"]).stdout, "3\n");
    assert_eq!(search(lake.path(), &["--count", "--json"]).stdout, "{\"count\":3}\n");
}

#[test]
fn an_explanation_says_what_was_read() {
    let (_source, lake) = lake();
    let ran =
        search(lake.path(), &["--json", "--explain", "--event-id", "00000000-0000-4000-8000-000000000003"]);
    assert_eq!((ran.status, ran.stdout.lines().count()), (Some(0), 1), "{ran:?}");
    for expected in [
        "1 Parquet file opened with 1 row group",
        "1 ruled out by min/max statistics",
        "daily parts: 1 read with 1 record; 1 passed over",
    ] {
        assert!(ran.stderr.contains(expected), "{expected}: {ran:?}");
    }
}
