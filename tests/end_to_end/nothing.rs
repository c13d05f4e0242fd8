//! Days without log files: reported, and not committed.

use std::path::Path;

use cloudtrail_corpus::write_day;

use crate::command::{Ran, daily_well, trailmill};
use crate::made_source::{day, put, small_day};

/// Runs a command line in a folder with `logs` of one day, and optionally `lake`.
fn run(root: &Path, command_line: &str) -> Ran {
    trailmill().args(command_line.split_whitespace()).current_dir(root).output().unwrap().into()
}

fn make_folders(root: &Path) {
    write_day(&small_day(5, 10), day(), &root.join("logs")).unwrap();
}

const NO_LOG_FILES: &str = "the source logs holds no log files of 2026-12-01; its only day is 2026-11-22\n";

#[test]
fn a_day_without_log_files_makes_no_lake() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let ran = run(root.path(), "daily --source logs --lake lake --day 2026-12-01");
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), NO_LOG_FILES, ""));
    let ran = run(root.path(), "daily --source logs --lake lake --from 2026-12-01 --to 2026-12-31 --json");
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!((ran.objects().len(), &ran.summary()["committed"]), (1, &0.into()));
    // an empty folder of a day counts like none
    put(root.path(), "logs/AWSLogs/991122223333/CloudTrail/eu-west-1/2026/12/02/notes.txt", b"");
    let ran = run(root.path(), "daily --source logs --lake lake --from 2026-12-01");
    assert!(ran.stdout.starts_with("the source logs holds no log files from 2026-12-01 on; "), "{ran:?}");
    assert!(!root.path().join("lake").exists(), "a lake was made for nothing");

    // an existing lake is not changed
    daily_well(&root.path().join("logs"), &root.path().join("lake"), &[]);
    let ran = run(root.path(), "daily --source logs --lake lake --day 2026-12-01");
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (
            Some(0),
            &*NO_LOG_FILES.replace("its only day is 2026-11-22", "its days are 2026-11-22 to 2026-12-02")
        )
    );
}

#[test]
fn a_lake_without_the_days_asked_for_is_not_well_but_empty_there() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    daily_well(&root.path().join("logs"), &root.path().join("lake"), &[]);
    let said = "the lake lake holds no partitions of 2026-12-01; its only day is 2026-11-22\n";
    for json in ["", " --json"] {
        let ran = run(root.path(), &format!("verify --lake lake --day 2026-12-01{json}"));
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""));
        assert_eq!(ran.stderr, format!("error: {said}"));
    }
    let ran = run(root.path(), "status --lake lake --source logs --day 2026-12-01");
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), said, ""));

    std::fs::create_dir_all(root.path().join("bare/_journal")).unwrap();
    let ran = run(root.path(), "verify --lake bare");
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), "error: the lake bare holds no partitions\n"));
    let ran = run(root.path(), "status --lake bare");
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "the lake bare holds no partitions\n"));
}

#[test]
fn a_range_of_decades_costs_what_is_in_it() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let ran = run(root.path(), "daily --source logs --lake lake --from 0001-01-01 --to 9999-12-31 --json");
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let partitions = ran.partitions();
    // days of the month without log files are committed as such
    assert!(partitions.keys().all(|name| name.contains(" 2026-11-")), "{:?}", partitions.keys());
}

#[test]
fn a_rebuild_of_a_range_does_not_pass_over_days_that_are_gone_from_the_source() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    write_day(&small_day(5, 10), "2026-11-23".parse().unwrap(), &root.path().join("logs")).unwrap();
    daily_well(&root.path().join("logs"), &root.path().join("lake"), &[]);
    std::fs::remove_dir_all(root.path().join("logs")).unwrap();
    make_folders(root.path());
    let ran = run(root.path(), "daily --source logs --lake lake --rebuild --from 2026-11-20 --to 2026-11-30");
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("cloudtrail_daily 2026-11-23 failed: a rebuild would lose"), "{ran:?}");
}
