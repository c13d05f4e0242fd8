//! `trailmill demo`, the first thing a new user runs.

use std::path::Path;

use testkit::Oracle;

use crate::command::{Ran, daily, trailmill};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below};
use crate::made_source::put;

fn demo(folder: &Path, more: &[&str]) -> Ran {
    trailmill().args(["demo", "--dir"]).arg(folder).args(more).output().unwrap().into()
}

#[test]
fn a_demo_makes_logs_and_a_lake_that_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let demo_folder = folder.path().join("new");
    let ran = demo(&demo_folder, &["--days", "2"]);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    let (logs, lake) = (demo_folder.join("logs"), demo_folder.join("lake"));
    assert_holds(&lake, &Oracle::read(&logs).unwrap());
    assert_verifies(&lake);
    assert!(ran.stdout.starts_with("1. 2 days of CloudTrail logs: "), "{}", ran.stdout);
    for step in 1..=6 {
        assert!(ran.stdout.lines().any(|line| line.starts_with(&format!("{step}. "))), "step {step}");
    }
    // what it tells the user to run next finds nothing to do: one file a day is broken on purpose
    let next = format!("   trailmill run --source {} --lake {} --allow-gaps", logs.display(), lake.display());
    assert_eq!(ran.stdout.lines().last(), Some(next.as_str()));
    let again = daily(&logs, &lake, &[]);
    assert_eq!(again.status, Some(2), "{again:?}");
    again.assert_nothing_done();

    // the same seed makes the same logs, however many days; another seed makes others
    let (same, other) = (folder.path().join("same"), folder.path().join("other"));
    assert_eq!(demo(&same, &["--days", "1", "--seed", "1"]).status, Some(0));
    assert_eq!(demo(&other, &["--days", "1", "--seed", "2"]).status, Some(0));
    let logs_of = |folder: &Path| -> Vec<(String, Vec<u8>)> {
        let files = files_below(&folder.join("logs")).into_iter();
        let first_day = files.filter(|(key, _)| key.contains("/2026/10/01/"));
        first_day.map(|(key, (_, body))| (key, body)).collect()
    };
    let made = logs_of(&demo_folder);
    assert!(made.len() > 3_900, "{} files", made.len());
    assert!(logs_of(&same) == made, "the same seed made other logs");
    let keys = |logs: Vec<(String, Vec<u8>)>| logs.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert!(keys(logs_of(&other)) != keys(made), "another seed made the same logs");
}

#[test]
fn a_demo_refuses_a_folder_with_something_in_it() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "used/mine.txt", b"");
    put(folder.path(), "file", b"");
    for name in ["used", "file"] {
        let before = files_below(folder.path());
        let ran = demo(&folder.path().join(name), &["--days", "1"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{name}");
        assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(name), "{ran:?}");
        assert!(files_below(folder.path()) == before, "{name}: something was made");
    }
}
