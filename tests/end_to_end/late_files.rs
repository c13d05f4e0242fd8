//! Late log files, rebuilds, and the output of `status` about them.

use std::collections::BTreeMap;
use std::fs::remove_file;
use std::path::Path;
use std::time::SystemTime;

use cloudtrail_corpus::{write_day, write_late_arrivals};
use cloudtrail_model::{Day, Table};
use lake::Partition;
use serde_json::Value;
use tempfile::TempDir;
use testkit::Oracle;

use crate::command::{Ran, daily, daily_well, status, trailmill};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, journal_state, part_bodies};
use crate::made_source::{day, main_partition, small_day};

/// A source with a day, and a lake of it.
fn first_run() -> (TempDir, TempDir) {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_day(&small_day(120, 600), day(), source.path()).unwrap();
    daily_well(source.path(), lake.path(), &[]);
    (source, lake)
}

/// Parts and journal of a day of the main table, with modification times.
fn files_of_main_partition(lake: &Path) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
    let mut files = files_below(lake);
    let prefixes = [main_partition().prefix(), main_partition().journal_prefix()];
    files.retain(|name, _| prefixes.iter().any(|prefix| name.starts_with(prefix)));
    files
}

/// The main table's days of `status --json`.
fn days(ran: &Ran) -> BTreeMap<Day, Value> {
    let objects = ran.objects().into_iter().filter(|object| object["table"] == "cloudtrail");
    let day = |object: &Value| object["day"].as_str().map(|day| day.parse::<Day>().unwrap());
    objects.filter_map(|object| Some((day(&object)?, object))).collect()
}

#[test]
fn late_files_become_a_small_part_of_their_own() {
    let (source, lake) = first_run();
    let first = files_below(lake.path());
    assert_eq!(days(&status(source.path(), lake.path()))[&day()]["new_files"], 0);

    let late = write_late_arrivals(&small_day(120, 600), day(), source.path()).unwrap();
    assert!(late.files == 5 && late.duplicates > 0, "{late:?}");
    let before = &days(&status(source.path(), lake.path()))[&day()];
    assert_eq!((&before["new_files"], &before["commits"]), (&5.into(), &1.into()));
    assert!(files_below(lake.path()) == first, "status changed the lake");

    let ran = daily_well(source.path(), lake.path(), &[]);
    let totals = &ran.summary()["summary"];
    assert_eq!(totals["files_in"], 5);
    assert_eq!(totals["records_in"], late.records);
    assert_eq!(totals["duplicates"], late.duplicates, "they were delivered to the first run");
    let now = files_below(lake.path());
    assert!(first.iter().all(|(name, file)| now.get(name) == Some(file)), "an earlier file changed");
    let new: Vec<&String> = now.keys().filter(|name| !first.contains_key(*name)).collect();
    let (journal, parts): (Vec<&String>, Vec<&String>) =
        new.into_iter().partition(|name| name.starts_with("_journal/"));
    assert_eq!((journal.len(), parts.len()), (4, 1), "a claim, a commit, its inputs and facts, a part");
    assert!(parts[0].starts_with(&main_partition().prefix()));
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    assert_verifies(lake.path());

    let after = &days(&status(source.path(), lake.path()))[&day()];
    assert_eq!((&after["new_files"], &after["commits"], &after["parts"]), (&0.into(), &2.into(), &3.into()));
}

#[test]
fn late_files_that_bring_nothing_new_add_no_part() {
    let (source, lake) = first_run();
    let before = part_bodies(lake.path(), main_partition());
    let state = journal_state(lake.path(), main_partition());
    let key = state.inputs.iter().next().unwrap().key;
    let again = key.replace(".json.gz", "again.json.gz");
    std::fs::copy(source.path().join(&key), source.path().join(again)).unwrap();
    let ran = daily_well(source.path(), lake.path(), &[]);
    assert_eq!(ran.summary()["summary"]["files_in"], 1);
    assert_eq!(ran.summary()["summary"]["records_out"], 0);
    assert!(part_bodies(lake.path(), main_partition()) == before);
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    daily_well(source.path(), lake.path(), &[]).assert_nothing_done();
}

#[test]
fn a_rebuild_leaves_one_generation_with_the_same_lines() {
    let (source, lake) = first_run();
    write_late_arrivals(&small_day(120, 600), day(), source.path()).unwrap();
    daily_well(source.path(), lake.path(), &[]);
    let before = part_bodies(lake.path(), main_partition());
    assert_eq!(before.len(), 3, "on-day and off-day records, and the late ones");
    let ran = daily_well(source.path(), lake.path(), &["--rebuild"]);
    assert!(ran.outcomes().iter().all(|outcome| outcome == "committed"), "{ran:?}");
    assert_eq!(ran.partitions()[&main_partition().to_string()]["committed"]["retired"], 3);
    let after = part_bodies(lake.path(), main_partition());
    assert_eq!(after.len(), 2);
    assert!(after.keys().all(|name| !before.contains_key(name)), "{:?}", after.keys());
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    assert_verifies(lake.path());
    daily_well(source.path(), lake.path(), &[]).assert_nothing_done();
}

#[test]
fn a_rebuild_refuses_to_lose_a_file_unless_told_to() {
    let (source, lake) = first_run();
    let state = journal_state(lake.path(), main_partition());
    let gone = state.inputs.iter().find(|input| input.records > input.duplicates).unwrap().key;
    remove_file(source.path().join(&gone)).unwrap();
    // without a rebuild nothing is lost
    daily_well(source.path(), lake.path(), &[]).assert_nothing_done();

    let before = files_of_main_partition(lake.path());
    let refused = daily(source.path(), lake.path(), &["--rebuild", "--day", &day().to_string()]);
    assert_eq!(refused.status, Some(1));
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    assert!(refused.stderr.starts_with("error") && refused.stderr.contains(&gone), "{refused:?}");
    assert!(refused.stderr.contains("--drop-missing"), "{refused:?}");
    assert!(files_of_main_partition(lake.path()) == before, "a refused rebuild changed the partition");

    daily_well(source.path(), lake.path(), &["--rebuild", "--drop-missing"]);
    assert_holds(lake.path(), &Oracle::read(source.path()).unwrap());
    assert_verifies(lake.path());
}

#[test]
fn status_shows_gaps_and_days_that_are_not_in_the_lake() {
    let (source, lake) = first_run();
    let later: Day = "2026-11-25".parse().unwrap();
    write_day(&small_day(20, 60), later, source.path()).unwrap();
    let ran = status(source.path(), lake.path());
    let days = days(&ran);
    assert_eq!(days.keys().copied().collect::<Vec<_>>(), [day(), later]);
    assert_eq!(days[&later]["commits"], 0);
    assert_eq!(days[&later]["new_files"], 27, "20 files and 7 odd ones");
    let calendar = ran.objects().into_iter().find(|object| object["gaps"].is_array()).unwrap();
    assert_eq!(calendar["table"], "cloudtrail");
    assert_eq!(calendar["gaps"], serde_json::json!(["2026-11-23", "2026-11-24"]));
    let oracle = Oracle::read(source.path()).unwrap();
    let expected = oracle.partitions[&(Table::CloudTrail, day())].records_out();
    assert_eq!(calendar["records"], expected);

    let mut command = trailmill();
    command.args(["status", "--lake"]).arg(lake.path()).arg("--source").arg(source.path());
    let text: Ran = command.output().unwrap().into();
    assert_eq!((text.status, text.stderr.as_str()), (Some(0), ""));
    let gaps: Vec<&str> = text.stdout.lines().filter(|line| line.ends_with("gap")).map(str::trim).collect();
    assert!(gaps.starts_with(&["2026-11-23      gap", "2026-11-24      gap"]), "{}", text.stdout);
    assert!(text.stdout.contains("not in the lake, 27 new log files"), "{}", text.stdout);

    let partition = Partition::day(Table::CloudTrail, later);
    daily_well(source.path(), lake.path(), &["--from", &later.to_string()]);
    assert_eq!(journal_state(lake.path(), partition).commits, 1);
    assert_eq!(self::days(&status(source.path(), lake.path()))[&later]["new_files"], 0);
}

#[test]
fn past_days_without_log_files_are_committed_so_that_their_month_can_be_complete() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (before, first) = (day().previous().unwrap(), day());
    let last = first.next().and_then(Day::next).unwrap();
    for day in [first, last] {
        write_day(&small_day(20, 60), day, source.path()).unwrap();
    }
    daily_well(source.path(), lake.path(), &[]);
    daily_well(source.path(), lake.path(), &["--day", &before.to_string()]);
    let found = days(&status(source.path(), lake.path()));
    let states: Vec<_> =
        found.iter().map(|(day, of)| (*day, of["state"].as_str().unwrap_or("none"))).collect();
    let empty = first.next().unwrap();
    let expected = [(before, "before_source"), (first, "committed"), (empty, "empty"), (last, "committed")];
    assert_eq!(states, expected);
    let said: Ran = trailmill().args(["status", "--lake"]).arg(lake.path()).output().unwrap().into();
    assert!(said.stdout.contains("empty: no log file was delivered"), "{said:?}");
    assert!(said.stdout.contains("before the first log file of the source"), "{said:?}");
    daily_well(source.path(), lake.path(), &[]).assert_nothing_done();
    // a log file that comes after all
    write_day(&small_day(20, 60), empty, source.path()).unwrap();
    daily_well(source.path(), lake.path(), &[]);
    assert_eq!(days(&status(source.path(), lake.path()))[&empty]["state"], "committed");
}
