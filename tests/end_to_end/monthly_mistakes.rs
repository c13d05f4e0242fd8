//! Mistakes with months: each is reported in one line on standard error, and changes nothing.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use cloudtrail_corpus::{OrganizationConfig, write_day};
use cloudtrail_model::{Month, Table};
use lake::Partition;

use crate::command::{Ran, daily_well, export_command, monthly_well, trailmill};
use crate::lake_on_disk::{files_below, journal_state};
use crate::made_source::{day, put, small_day};
use crate::months_on_disk::exported;

/// A folder with `made`, a lake of one day without months, `bare`, an empty folder, and things that are not lakes.
fn make_folders(root: &Path) {
    write_day(&small_day(5, 10), day(), &root.join("logs")).unwrap();
    daily_well(&root.join("logs"), &root.join("made"), &[]);
    std::fs::create_dir_all(root.join("bare/_journal")).unwrap();
    std::fs::create_dir_all(root.join("empty")).unwrap();
    put(root, "file", b"not a folder");
}

fn run(root: &Path, command_line: &str) -> Ran {
    trailmill().args(command_line.split_whitespace()).current_dir(root).output().unwrap().into()
}

/// Runs a command line, and fails unless it fails with exactly this line and changes nothing.
#[track_caller]
fn assert_refused(root: &Path, command_line: &str, line: &str) {
    let before = files_below(root);
    for json in ["", " --json"] {
        let ran = run(root, &format!("{command_line}{json}"));
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{command_line}: {ran:?}");
        assert_eq!(ran.stderr, format!("error: {line}\n"), "{command_line}");
        assert!(files_below(root) == before, "{command_line} made or changed something");
    }
}

#[test]
fn a_month_without_some_of_its_days_is_refused_in_one_line_that_names_them() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let line = "cloudtrail_monthly 2026-11 failed: the month is not complete: 29 of its days are not in the daily \
                table (2026-11-01 to 2026-11-21, 2026-11-23 to 2026-11-30); run `trailmill daily` for them, or add \
                --allow-gaps to go on without";
    assert_refused(root.path(), "monthly --lake made --month 2026-11", line);
    assert_refused(root.path(), "monthly --lake made --month 2026-11 --rebuild", line);
}

#[test]
fn with_gaps_allowed_a_month_is_written_and_its_commit_records_the_missing_days() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let (lake, month) = (root.path().join("made"), day().month());
    let ran = monthly_well(&lake, month, &["--allow-gaps"]);
    let said = "  without 2026-11-01 to 2026-11-21, 2026-11-23 to 2026-11-30: not in the daily table";
    assert!(ran.stdout.lines().any(|line| line == said), "{ran:?}");
    for table in Table::ALL {
        let source = journal_state(&lake, Partition::month(table, month)).month.unwrap();
        let missing: Vec<_> = month.days().filter(|other| *other != day()).collect();
        assert_eq!(source.missing_days, missing, "{table}");
        assert!(!exported(&lake, table, month).is_empty(), "{table}");
    }
}

#[test]
fn months_that_no_calendar_has_are_refused() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let before = files_below(root.path());
    for command in ["monthly --lake made", "export --lake made"] {
        for month in ["2026-13", "2026-00", "2026-1", "november", "2026-11-22", "11-2026", "202611"] {
            let ran = run(root.path(), &format!("{command} --month {month}"));
            assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
            assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
            let said = format!("\"{month}\" is not a month of the calendar (write it as 2026-11)");
            assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(&said), "{ran:?}");
        }
        let ran = run(root.path(), command);
        assert!(ran.status == Some(1) && ran.stderr.contains("--month"), "{ran:?}");
    }
    assert!(files_below(root.path()) == before);
}

#[test]
fn a_month_that_the_lake_has_nothing_of_is_refused() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    for lake in ["made", "bare"] {
        let line = format!(
            "nothing of 2027-01 is in the daily tables of {lake}; run `trailmill daily` for its days first"
        );
        assert_refused(root.path(), &format!("monthly --lake {lake} --month 2027-01"), &line);
        assert_refused(root.path(), &format!("monthly --lake {lake} --month 2027-01 --allow-gaps"), &line);
    }
}

#[test]
fn folders_that_are_no_lake_are_refused() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    for command in
        ["monthly --month 2026-11", "export --month 2026-11", "export --output out --month 2026-11"]
    {
        let missing = "the lake missing cannot be opened: No such file or directory (os error 2)";
        assert_refused(root.path(), &format!("{command} --lake missing"), missing);
        let none = "empty is no lake: there is no _journal in it (trailmill daily makes one)";
        assert_refused(root.path(), &format!("{command} --lake empty"), none);
        let file = "the lake file is a file: name a folder";
        assert_refused(root.path(), &format!("{command} --lake file"), file);
    }
}

#[test]
fn an_export_of_a_month_that_is_not_there_is_refused_and_makes_no_file() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let line = "cloudtrail_monthly 2026-11 is not in the lake; run `trailmill monthly` for it first";
    assert_refused(root.path(), "export --lake made --month 2026-11", line);
    assert_refused(root.path(), "export --lake made --month 2026-11 --output out", line);
    let line = "cloudtrail_insight_monthly 2026-11 is not in the lake; run `trailmill monthly` for it first";
    assert_refused(root.path(), "export --lake made --month 2026-11 --table cloudtrail_insight", line);
}

#[test]
fn an_export_never_writes_over_a_file() {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let month: Month = day().month();
    monthly_well(&root.path().join("made"), month, &["--allow-gaps"]);
    let line = "file cannot be made; --output names a file that is not there yet: File exists (os error 17)";
    assert_refused(root.path(), "export --lake made --month 2026-11 --output file", line);

    let printed = run(root.path(), "export --lake made --month 2026-11");
    let ran = run(root.path(), "export --lake made --month 2026-11 --output out");
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let said = format!("{} records of cloudtrail_monthly 2026-11 in out\n", printed.stdout.lines().count());
    assert_eq!(ran.stdout, said);
    assert_eq!(std::fs::read_to_string(root.path().join("out")).unwrap(), printed.stdout);
}

#[test]
fn an_export_whose_reader_ends_early_does_not_fail() {
    let root = tempfile::tempdir().unwrap();
    // more than a pipe and the buffers before it hold
    let config = OrganizationConfig { files: 40, records: 4_000, ..OrganizationConfig::article_day() };
    write_day(&config, day(), &root.path().join("logs")).unwrap();
    let lake = root.path().join("lake");
    daily_well(&root.path().join("logs"), &lake, &[]);
    monthly_well(&lake, day().month(), &["--allow-gaps", "--table", "cloudtrail"]);
    let mut child = export_command(&lake, Table::CloudTrail, day().month()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    assert!(line.starts_with('{') && line.ends_with("}\n"), "{line}");
    let whole: usize = exported(&lake, Table::CloudTrail, day().month()).iter().map(Vec::len).sum();
    assert!(whole > 2 << 20, "{whole} bytes fit into the pipe");
}
