//! Lakes that somebody put a hand in: parts that are gone, and parts that no journal knows.

use cloudtrail_corpus::write_day;
use tempfile::TempDir;

use crate::command::{Ran, daily, daily_well, trailmill, verify};
use crate::lake_on_disk::{assert_verifies, part_bodies};
use crate::made_source::{day, main_partition, put, small_day};

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
    let stray = part.replace("day=22", "day=23");
    put(lake.path(), &stray, &body);
    put(lake.path(), "cloudtrail_insight_daily/notes.txt", b"mine");
    let verified = verify(lake.path());
    assert_eq!((verified.status, verified.stderr.as_str()), (Some(1), ""), "{verified:?}");
    let said = |start: &str| verified.stdout.lines().any(|line| line.starts_with(start));
    assert!(
        said(&format!("cloudtrail_daily 2026-11-23: {stray}: its partition has no journal; ")),
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
    assert!(problems.iter().all(|problem| problem["invariant"] == "nothing-unnamed"), "{problems:?}");
    assert_eq!(problems.len(), 2);

    // a day that is asked for has only its own
    let of_day = |day: &str| -> Ran {
        trailmill().args(["verify", "--day", day, "--lake"]).arg(lake.path()).output().unwrap().into()
    };
    assert_eq!(of_day("2026-11-22").status, Some(0));
    let stray_day = of_day("2026-11-23");
    assert_eq!(stray_day.status, Some(1));
    assert!(stray_day.stdout.ends_with(": 1 problem\n"), "{stray_day:?}");

    // a run does not sweep what may be nowhere else
    let ran = daily(source.path(), lake.path(), &["--day", "2026-11-23"]);
    assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
    assert!(ran.stderr.contains(&stray) && ran.stderr.contains("its journal is gone"), "{ran:?}");

    // and what it says to do helps
    std::fs::remove_file(lake.path().join(&stray)).unwrap();
    std::fs::remove_file(lake.path().join("cloudtrail_insight_daily/notes.txt")).unwrap();
    daily_well(source.path(), lake.path(), &["--day", "2026-11-23"]);
    assert_verifies(lake.path());
}
