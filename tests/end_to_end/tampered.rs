//! Lakes that were tampered with: missing parts, orphans, lost journals.

use std::io::Write;

use cloudtrail_corpus::write_day;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::command::{Ran, daily, daily_well, trailmill, verify};
use crate::lake_on_disk::{assert_verifies, files_below, part_bodies};
use crate::made_source::{day, main_partition, put, small_day};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn first_run() -> (TempDir, TempDir) {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_day(&small_day(20, 60), day(), source.path()).unwrap();
    daily_well(source.path(), lake.path(), &[]);
    (source, lake)
}

#[test]
fn a_part_that_was_deleted_is_noticed_by_the_next_run_and_mended_as_it_says() {
    let (source, lake) = first_run();
    let (part, _) = part_bodies(lake.path(), main_partition()).pop_first().unwrap();
    std::fs::remove_file(lake.path().join(&part)).unwrap();
    let ran = daily(source.path(), lake.path(), &[]);
    assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
    let advice = "`trailmill daily --rebuild --day 2026-11-22` makes the day's parts again";
    let said = format!(
        "error: cloudtrail_daily 2026-11-22 failed: part {part} is missing from the lake; {advice}\n"
    );
    assert_eq!(ran.stderr, said);
    let verified = verify(lake.path());
    assert_eq!(verified.status, Some(1));
    assert!(verified.stdout.contains(&part) && verified.stdout.contains(advice), "{verified:?}");
    daily_well(source.path(), lake.path(), &["--rebuild", "--day", "2026-11-22"]);
    assert_verifies(lake.path());
}

#[test]
fn parts_that_no_journal_vouches_for_are_named() {
    let (source, lake) = first_run();
    let (part, body) = part_bodies(lake.path(), main_partition()).pop_first().unwrap();
    let orphan = part.replace("day=22", "day=23");
    put(lake.path(), &orphan, &body);
    put(lake.path(), "cloudtrail_insight_daily/notes.txt", b"mine");
    let verified = verify(lake.path());
    assert_eq!((verified.status, verified.stderr.as_str()), (Some(1), ""), "{verified:?}");
    let said = |start: &str| verified.stdout.lines().any(|line| line.starts_with(start));
    assert!(
        said(&format!("cloudtrail_daily 2026-11-23: {orphan}: its partition has no journal; ")),
        "{verified:?}"
    );
    assert!(said("cloudtrail_insight_daily: cloudtrail_insight_daily/notes.txt: it is in no partition"));
    assert!(verified.stdout.ends_with(": 2 problems\n"), "{verified:?}");

    let json = trailmill()
        .args(["verify", "--json", "--lake"])
        .arg(lake.path())
        .output()
        .map(Ran::from)
        .unwrap()
        .objects();
    let problems: Vec<&serde_json::Value> =
        json.iter().flat_map(|of| of["problems"].as_array().unwrap()).collect();
    assert!(problems.iter().all(|problem| problem["invariant"] == "no-orphans"), "{problems:?}");
    assert_eq!(problems.len(), 2);

    // a named day reports only its own
    let of_day = |day: &str| -> Ran {
        trailmill().args(["verify", "--day", day, "--lake"]).arg(lake.path()).output().unwrap().into()
    };
    assert_eq!(of_day("2026-11-22").status, Some(0));
    let other_day = of_day("2026-11-23");
    assert_eq!(other_day.status, Some(1));
    assert!(other_day.stdout.ends_with(": 1 problem\n"), "{other_day:?}");

    // a run does not sweep what may be the only copy
    let ran = daily(source.path(), lake.path(), &["--day", "2026-11-23"]);
    assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
    assert!(ran.stderr.contains(&orphan) && ran.stderr.contains("its journal is gone"), "{ran:?}");

    // the advice helps
    std::fs::remove_file(lake.path().join(&orphan)).unwrap();
    std::fs::remove_file(lake.path().join("cloudtrail_insight_daily/notes.txt")).unwrap();
    daily_well(source.path(), lake.path(), &["--day", "2026-11-23"]);
    assert_verifies(lake.path());
}

#[test]
fn a_journal_restored_without_its_newest_entries_stops_runs_that_would_delete_committed_parts() {
    let (source, lake) = first_run();
    let late = format!("{}late.json", part_of_source(source.path()));
    put(source.path(), &late, br#"{"Records":[{"eventID":"late","eventTime":"2026-11-22T10:00:00Z"}]}"#);
    daily_well(source.path(), lake.path(), &[]);
    let before = part_bodies(lake.path(), main_partition());
    assert_eq!(before.len(), 2);
    // the journal from a backup before the second commit; and the late log file expires
    for seq in [3, 4] {
        std::fs::remove_file(lake.path().join(main_partition().journal_key(seq))).unwrap();
    }
    std::fs::remove_file(source.path().join(&late)).unwrap();
    for arguments in [&["--day", "2026-11-22"][..], &["--day", "2026-11-22", "--rebuild"]] {
        let ran = daily(source.path(), lake.path(), arguments);
        assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
        assert!(ran.stderr.contains("its journal ends at entry 000002: entries 000003 to 000003"), "{ran:?}");
        assert_eq!(part_bodies(lake.path(), main_partition()), before, "parts were deleted");
    }
    let verified = verify(lake.path());
    assert_eq!(verified.status, Some(1));
    assert!(verified.stdout.contains("entries from 000003 on are missing"), "{verified:?}");
    assert!(!verified.stdout.contains("`trailmill daily"), "the advice would delete it: {verified:?}");
}

/// The folder of a log file of a source, with the trailing slash.
fn part_of_source(source: &std::path::Path) -> String {
    let files = walkdir::WalkDir::new(source).into_iter().map(Result::unwrap);
    let file = files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    let is_log = |path: &std::path::PathBuf| path.to_string_lossy().contains("/CloudTrail/");
    let folder = file.into_iter().find(is_log).unwrap().parent().unwrap().to_owned();
    format!("{}/", folder.strip_prefix(source).unwrap().display())
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_in_a_partition_is_named_and_what_is_behind_it_stays() {
    let (source, lake) = first_run();
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "part-000001-0000.ndjson.gz", b"mine");
    put(outside.path(), "deeper/notes.txt", b"mine");
    let link = lake.path().join(main_partition().prefix()).join("link");
    std::os::unix::fs::symlink(outside.path(), &link).unwrap();
    put(lake.path(), &format!("{}_SUCCESS", main_partition().prefix()), b"");
    for arguments in [&["--day", "2026-11-22"][..], &["--day", "2026-11-22", "--rebuild"]] {
        let ran = daily(source.path(), lake.path(), arguments);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let foreign = ["_SUCCESS", "link/"].map(|name| format!("{}{name}", main_partition().prefix()));
        assert_eq!(ran.objects()[0]["foreign"], serde_json::json!(foreign), "{ran:?}");
        for file in ["part-000001-0000.ndjson.gz", "deeper/notes.txt"] {
            assert_eq!(std::fs::read(outside.path().join(file)).unwrap(), b"mine", "{file}");
        }
        assert!(link.exists());
    }
    let plain: Ran = trailmill()
        .args(["daily", "--source"])
        .arg(source.path())
        .arg("--lake")
        .arg(lake.path())
        .output()
        .unwrap()
        .into();
    let said = format!("  left alone: {}link/, not a part of this lake", main_partition().prefix());
    assert!(plain.stdout.contains(&said), "{plain:?}");
    let verified = verify(lake.path());
    assert!(verified.stdout.ends_with(": 2 problems\n"), "{verified:?}");
}

#[test]
fn a_lake_of_format_1_is_refused_in_one_line_and_left_as_it_is() {
    let (source, lake) = first_run();
    let journal = lake.path().join(main_partition().journal_prefix());
    std::fs::remove_dir_all(lake.path().join("_journal")).unwrap();
    std::fs::create_dir_all(&journal).unwrap();
    let (part, _) = part_bodies(lake.path(), main_partition()).pop_first().unwrap();
    let claim = r#"{"entry":"claim","version":1,"seq":1,"attempt":"a","time":"t","tool":"trailmill 0.1.0"}"#;
    let commit = format!(
        r#"{{"entry":"commit","version":1,"seq":2,"attempt":"a","time":"t","replaces":false,"inputs":[],"parts":[{{"key":"{part}"}}]}}"#
    );
    for (seq, entry) in [(1, claim), (2, commit.as_str())] {
        put(lake.path(), &main_partition().journal_key(seq), &gzip(entry.as_bytes()));
    }
    let before = files_below(lake.path());
    let path = |path: &TempDir| path.path().display().to_string();
    let commands = [
        vec!["daily".into(), "--source".into(), path(&source), "--lake".into(), path(&lake)],
        vec!["monthly".into(), "--lake".into(), path(&lake), "--month".into(), "2026-11".into()],
        vec!["status".into(), "--lake".into(), path(&lake)],
        vec!["verify".into(), "--lake".into(), path(&lake)],
        vec!["export".into(), "--lake".into(), path(&lake), "--month".into(), "2026-11".into()],
    ];
    for command in commands {
        let ran: Ran = trailmill().args(&command).output().unwrap().into();
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.lines().count()),
            (Some(1), "", 1),
            "{ran:?}"
        );
        for words in ["journal format 1", "make a new lake from the raw logs", "where they have expired"] {
            assert!(ran.stderr.contains(words), "{command:?}: {}", ran.stderr);
        }
    }
    assert!(files_below(lake.path()) == before, "the lake was changed");
}

#[test]
fn a_missing_or_altered_inputs_object_stops_the_run_by_name() {
    let (source, lake) = first_run();
    let inputs =
        files_below(lake.path()).into_keys().find(|name| name.ends_with(".inputs.ndjson.gz")).unwrap();
    let before = std::fs::read(lake.path().join(&inputs)).unwrap();
    for (altered, said) in [(None, "is missing; restore the object"), (Some(gzip(b"{}\n")), "its sha256 is")]
    {
        match altered {
            None => std::fs::remove_file(lake.path().join(&inputs)).unwrap(),
            Some(body) => put(lake.path(), &inputs, &body),
        }
        let parts = part_bodies(lake.path(), main_partition());
        let ran = daily(source.path(), lake.path(), &[]);
        assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
        assert!(ran.stderr.contains(&inputs) && ran.stderr.contains(said), "{ran:?}");
        assert!(part_bodies(lake.path(), main_partition()) == parts);
        let verified = verify(lake.path());
        assert!(verified.status == Some(1) && verified.stdout.contains(&inputs), "{verified:?}");
    }
    put(lake.path(), &inputs, &before);
    daily_well(source.path(), lake.path(), &[]).assert_nothing_done();
}
