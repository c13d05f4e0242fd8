//! Mistakes of the user: each is reported in one line on standard error, and changes nothing.

use std::path::Path;

use cloudtrail_corpus::write_day;
use walkdir::WalkDir;

use crate::command::{Ran, daily_well, trailmill};
use crate::made_source::{day, put, small_day};

/// A folder with `logs`, their lake `made`, and other things.
fn make_folders(root: &Path) {
    write_day(&small_day(5, 10), day(), &root.join("logs")).unwrap();
    daily_well(&root.join("logs"), &root.join("made"), &[]);
    std::fs::create_dir_all(root.join("empty")).unwrap();
    put(root, "other/notes.txt", b"no log file");
    put(root, "other/AWSLogs/notes.txt", b"no log file either");
    put(root, "other/2026/11/22/events.json", b"{}");
    put(root, "file", b"not a folder");
    // a lake that holds logs
    write_day(&small_day(5, 10), day(), &root.join("holder/logs")).unwrap();
}

/// Every file and folder below a path, in order.
fn everything(root: &Path) -> Vec<String> {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
    entries.map(|entry| entry.path().display().to_string()).collect()
}

/// Runs a command line, and fails unless it fails with one line that contains `why`.
#[track_caller]
fn assert_refused(command_line: &str, why: &str) {
    let root = tempfile::tempdir().unwrap();
    make_folders(root.path());
    let before = everything(root.path());
    for json in [None, Some("--json")] {
        let mut command = trailmill();
        command.args(command_line.split_whitespace()).args(json).current_dir(root.path());
        let ran: Ran = command.output().unwrap().into();
        assert_eq!(ran.status, Some(1), "{command_line}: {ran:?}");
        assert_eq!(ran.stdout, "", "{command_line}");
        assert_eq!(ran.stderr.lines().count(), 1, "{command_line}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.ends_with('\n'), "{ran:?}");
        assert!(ran.stderr.contains(why), "{command_line}: {}", ran.stderr);
        assert_eq!(everything(root.path()), before, "{command_line} made or deleted something");
    }
}

#[test]
fn a_source_that_is_not_there_is_refused() {
    assert_refused("daily --source missing --lake lake", "missing");
    assert_refused("daily --source logs/missing/deep --lake lake", "logs/missing/deep");
}

#[test]
fn a_source_without_logs_is_refused() {
    assert_refused("daily --source empty --lake lake", "empty");
    assert_refused("daily --source other --lake lake", "no CloudTrail logs in other");
    assert_refused("daily --source other/AWSLogs --lake lake", "no CloudTrail logs in other/AWSLogs");
    assert_refused("daily --source other/2026/11/22 --lake lake", "no CloudTrail logs in");
}

#[test]
fn a_source_that_is_a_file_is_refused() {
    assert_refused("daily --source file --lake lake", "file is a file");
    assert_refused("daily --source file/below --lake lake", "file/below");
}

#[test]
fn a_lake_that_is_no_folder_is_refused() {
    assert_refused("daily --source logs --lake file", "error: the lake file is a file: name a folder\n");
    for lake in ["file/lake", "file/deep/lake"] {
        let why = format!("error: the lake {lake} cannot be made: file is a file\n");
        assert_refused(&format!("daily --source logs --lake {lake}"), &why);
    }
}

#[test]
fn source_and_lake_in_one_another_are_refused() {
    assert_refused("daily --source logs --lake logs", "same place");
    assert_refused("daily --source logs --lake logs/lake", "inside the source");
    assert_refused("daily --source logs --lake logs/AWSLogs/lake", "inside the source");
    assert_refused("daily --source logs/AWSLogs --lake logs/AWSLogs/lake", "inside the source");
    assert_refused("daily --source holder/logs --lake holder", "inside the lake");
    assert_refused("daily --source ./logs --lake empty/../logs", "same place");
}

#[test]
fn days_that_no_calendar_has_are_refused() {
    assert_refused("daily --source logs --lake lake --day yesterday", "yesterday");
    assert_refused("daily --source logs --lake lake --day 2026-02-30", "2026-02-30");
    assert_refused("daily --source logs --lake lake --day 2026-2-3", "2026-2-3");
    assert_refused("daily --source logs --lake lake --from 2025-02-29", "2025-02-29");
    assert_refused("status --lake made --day 22.11.2026", "22.11.2026");
}

#[test]
fn ranges_without_a_day_are_refused() {
    for command in ["daily --source logs --lake lake", "status --lake made", "verify --lake made"] {
        assert_refused(&format!("{command} --from 2026-11-22 --to 2026-11-21"), "before --from");
        assert_refused(&format!("{command} --day 2026-11-22 --from 2026-11-21"), "cannot be used with");
    }
}

#[test]
fn flags_are_checked() {
    assert_refused("daily --source logs --lake lake --rebild", "tip: a similar argument exists: '--rebuild'");
    assert_refused("daily --source logs", "--lake");
    assert_refused("daily --lake lake", "--source");
    assert_refused("daily --source logs --lake lake --drop-missing", "--rebuild");
    assert_refused("daily --source logs --lake lake --level 10", "10");
    assert_refused("daily --source logs --lake lake --threads 0", "0");
    assert_refused("daily --source logs --lake lake --fetches many", "many");
    assert_refused("daily --source logs --lake lake --lake lake", "--lake");
    assert_refused("verfy --lake lake", "tip: a similar subcommand exists: 'verify'");
    assert_refused("daily logs lake", "logs");
    assert_refused("status", "--lake");
    assert_refused("demo --days 32", "32");
}

#[test]
fn what_only_a_bucket_can_have_is_refused_for_a_folder() {
    assert_refused("daily --source logs --requester-pays --lake lake", "logs is a folder");
    assert_refused("run --source logs --source-owner 111122223333 --lake lake", "logs is a folder");
    assert_refused("daily --source logs --lake lake --kms-key alias/lake", "lake is a folder");
    assert_refused("daily --source logs --lake made --lake-owner 111122223333", "made is a folder");
    assert_refused("monthly --lake made --month 2026-11 --kms-key alias/lake", "made is a folder");
    assert_refused("verify --lake made --lake-owner 111122223333", "made is a folder");
    assert_refused("verify --lake made --lake-owner 1234", "an account is twelve digits");
}

#[test]
fn folders_that_are_no_lake_are_refused() {
    for command in ["status", "verify"] {
        assert_refused(&format!("{command} --lake missing"), "missing");
        assert_refused(&format!("{command} --lake empty"), "empty is no lake");
        assert_refused(&format!("{command} --lake logs"), "logs is no lake");
        assert_refused(&format!("{command} --lake file"), "the lake file is a file: name a folder");
    }
    assert_refused("status --lake made --source missing", "missing");
    assert_refused("status --lake made --source empty", "empty");
}

#[test]
fn no_command_is_answered_with_the_help_and_is_a_failure() {
    let ran: Ran = trailmill().output().unwrap().into();
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("Usage: trailmill") && ran.stderr.contains("Exit status"), "{ran:?}");
    let asked: Ran = trailmill().arg("--help").output().unwrap().into();
    assert_eq!((asked.status, asked.stdout), (Some(0), ran.stderr));
}
