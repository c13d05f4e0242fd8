//! `trailmill run`: days and months in one go, and what it says of both.

use std::path::Path;

use cloudtrail_corpus::write_day;
use cloudtrail_model::{Day, Month, Table};
use lake::Partition;
use tempfile::TempDir;
use testkit::{Oracle, samples_dir};

use crate::command::{Ran, daily_well, monthly_well, run, run_well, trailmill};
use crate::lake_on_disk::{assert_lines, assert_verifies, files_below, journal_state};
use crate::made_source::{event, key_on, log_file, put, small_day};
use crate::months_on_disk::{assert_no_orphans, expected_months, exported, months, parquet};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Fails unless the months of a lake hold exactly the expected records of their source, and no month has missing days.
fn assert_months_hold(lake: &Path, oracle: &Oracle) {
    let expected = expected_months(oracle);
    for ((table, month), lines) in &expected {
        assert_lines(&exported(lake, *table, *month), lines, &format!("{table} {month}"));
    }
    let beyond = months(lake).into_iter().filter(|place| !expected.contains_key(place));
    for (table, month) in beyond {
        assert!(exported(lake, table, month).is_empty(), "{table} {month} has what no log file has");
    }
    assert_no_orphans(lake);
}

/// Runs twice with gaps allowed: everything is committed, and the second run writes nothing.
fn run_twice(source: &Path, oracle: &Oracle) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    run_well(source, &lake, &["--allow-gaps"]);
    assert_months_hold(&lake, oracle);
    assert_verifies(&lake);
    let before = files_below(&lake);
    run_well(source, &lake, &["--allow-gaps"]);
    assert!(files_below(&lake) == before, "a run with nothing to do changed the lake");
    folder
}

#[test]
fn a_real_delivery_comes_back_from_parquet_whole_and_a_second_run_writes_nothing() {
    let Some(samples) = samples_dir() else { return };
    let mut oracle = Oracle::read(&samples).unwrap();
    let delivered: Day = "2023-07-10".parse().unwrap();
    oracle.partitions.retain(|(_, day), _| *day == delivered);
    let folder = run_twice(&samples.join("AWSLogs"), &oracle);
    // every line of the daily part is in exactly one month
    let daily = &oracle.partitions[&(Table::CloudTrail, delivered)];
    let lake = folder.path().join("lake");
    let places = months(&lake);
    let rows: usize = places.iter().map(|(table, month)| exported(&lake, *table, *month).len()).sum();
    assert_eq!((places.len(), rows), (1, daily.lines.len()));
}

#[test]
fn real_days_of_several_months_come_back_from_parquet_whole() {
    let Some(samples) = samples_dir() else { return };
    let folder = run_twice(&samples, &Oracle::read(&samples).unwrap());
    assert!(months(&folder.path().join("lake")).len() >= 2, "one month proves little");
}

#[test]
fn generated_days_around_the_first_of_a_month_come_back_from_parquet_whole() {
    let source = tempfile::tempdir().unwrap();
    for day in ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "2026-11-05"] {
        write_day(&small_day(60, 400), day.parse().unwrap(), source.path()).unwrap();
    }
    let oracle = Oracle::read(source.path()).unwrap();
    let folder = run_twice(source.path(), &oracle);
    assert!(months(&folder.path().join("lake")).len() > 4, "every table has its months");
}

/// Delivers the log files of days, each with ten records of its own.
fn deliver(source: &Path, days: impl IntoIterator<Item = Day>) {
    for day in days {
        put(source, &key_on(day, "a.json"), &log_file(&ten_of(day)));
    }
}

fn ten_of(day: Day) -> Vec<String> {
    let date = u64::try_from(day.day_of_month()).unwrap();
    let first = u64::try_from(day.month_number()).unwrap() * 10_000 + date * 100;
    (first..first + 10).map(|number| event(number, &format!("{day}T10:11:12Z"))).collect()
}

#[test]
fn a_complete_month_becomes_parquet_and_an_incomplete_one_reports_its_missing_days() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let february = month("2026-02");
    let (late, early): (Vec<Day>, Vec<Day>) =
        february.days().partition(|day| day.day_of_month() <= 3 || day.day_of_month() == 17);
    deliver(source.path(), early);
    let ran = run_well(source.path(), lake.path(), &[]);
    let said = "2026-02: not complete, so no Parquet yet; missing: 2026-02-01 to 2026-02-03 \
                (--allow-gaps goes on without)";
    assert_eq!(ran.stdout.lines().filter(|line| line.contains("2026-02: ")).collect::<Vec<_>>(), [said]);
    assert!(months(lake.path()).is_empty(), "a month was begun");
    assert!(parquet(lake.path(), february).is_empty());

    deliver(source.path(), late.into_iter().chain(month("2026-03").days().take(1)));
    let ran = run_well(source.path(), lake.path(), &[]);
    assert_eq!(exported(lake.path(), Table::CloudTrail, february).len(), 280);
    assert_eq!(months(lake.path()).len(), 1);
    let said = |start: &str| ran.stdout.lines().any(|line| line.starts_with(start));
    assert!(
        said("cloudtrail_monthly 2026-02: 280 records in 28 daily parts - 0 duplicates = 280 rows"),
        "{ran:?}"
    );
    let march = "2026-03: not complete, so no Parquet yet; missing: 2026-03-02 to 2026-03-31 ";
    assert!(said(march), "{ran:?}");
    assert_verifies(lake.path());
    assert_no_orphans(lake.path());
}

#[test]
fn a_run_without_days_looks_at_the_newest_ones_and_at_gaps_and_says_so() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let march = month("2026-03");
    deliver(source.path(), march.days().take(3));
    let run = || -> Ran {
        let mut command = trailmill();
        command.arg("run").arg("--source").arg(source.path()).arg("--lake").arg(lake.path());
        command.arg("--allow-gaps").output().unwrap().into()
    };
    assert!(!run().stdout.contains("--all"), "a new lake: everything was looked at");
    let late = |day: &str| {
        let record = event(1, &format!("{day}T10:11:12Z"));
        put(source.path(), &key_on(day.parse().unwrap(), "late.json"), &log_file(&[record]));
    };
    ["2026-02-01", "2026-03-02", "2026-03-08"].into_iter().for_each(late);
    let ran = run();
    let said = "looked at the last 35 days, and since 2026-03-01 at incomplete or missing ones; --all looks at \
                every day of the source";
    assert!(ran.status == Some(0) && ran.stdout.lines().any(|line| line == said), "{ran:?}");
    assert!(ran.stdout.contains("cloudtrail_daily 2026-03-08: 1 file"), "{ran:?}");
    assert!(!ran.stdout.contains("2026-03-02: 1 file") && !ran.stdout.contains("2026-02-01"), "{ran:?}");
    run_well(source.path(), lake.path(), &["--allow-gaps"]);
    assert_months_hold(lake.path(), &Oracle::read(source.path()).unwrap());
}

/// The whole numbers in a text, thousands divided by commas.
fn numbers(text: &str) -> Vec<u64> {
    let words = text.split_whitespace().map(|word| word.replace(',', ""));
    words.filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn every_step_from_log_files_to_rows_adds_up_as_printed_and_as_committed() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (october, november) = (month("2026-10"), month("2026-11"));
    deliver(source.path(), october.days());
    deliver(source.path(), november.days().take(2));
    let on = |text: &str| text.parse::<Day>().unwrap();
    let file = |day: &str, name: &str, records: &[String]| {
        put(source.path(), &key_on(on(day), name), &log_file(records));
    };
    let of = |day: &str, count: usize| ten_of(on(day)).into_iter().take(count).collect::<Vec<_>>();
    // delivered twice on its day, again on the next day, in November; and three of September
    file("2026-10-05", "b.json", &of("2026-10-05", 4));
    file("2026-10-06", "c.json", &of("2026-10-05", 2));
    file("2026-11-02", "d.json", &of("2026-10-31", 1));
    let september: Vec<String> = (1..=3).map(|number| event(number, "2026-09-30T23:59:59Z")).collect();
    file("2026-10-01", "e.json", &september);
    let ran = run_well(source.path(), lake.path(), &[]);

    let line = |month: &str| {
        let start = format!("cloudtrail_monthly {month}: ");
        let line = ran.stdout.lines().find(|line| line.starts_with(&start)).unwrap();
        line.split_once(": ").unwrap().1.split_once(" -> ").unwrap().0.to_owned()
    };
    let printed = numbers(&line("2026-10"));
    let [records, parts, duplicates, rows] = printed[..4] else { panic!("{printed:?}") };
    assert_eq!([records, parts, duplicates, rows], [313, 33, 3, 310], "{printed:?}");
    // the month before has no day of its own, and is written from the late events alone
    assert!(line("2026-09").starts_with("3 records in 1 daily part - 0 duplicates = 3 rows"), "{ran:?}");

    let state = journal_state(lake.path(), Partition::month(Table::CloudTrail, october));
    let (totals, source) = (state.totals, state.month.unwrap());
    let committed = [totals.records_in, totals.files_in, totals.duplicates, totals.records_out];
    assert_eq!(committed[..], printed[..4], "{printed:?}");
    assert_eq!((source.daily.records_in, source.daily.files_in, source.daily.duplicates), (319, 34, 4));
    assert_eq!(source.missing_days, vec![]);
    assert_eq!(exported(lake.path(), Table::CloudTrail, october).len(), 310);
    assert_eq!(exported(lake.path(), Table::CloudTrail, month("2026-09")).len(), 3);
}

#[test]
fn a_late_log_file_replaces_the_month() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let february = month("2026-02");
    deliver(source.path(), february.days());
    run_well(source.path(), lake.path(), &[]);
    let before = parquet(lake.path(), february);

    let late = [event(9, "2026-02-07T00:00:00Z"), ten_of("2026-02-07".parse().unwrap()).remove(0)];
    put(source.path(), &key_on("2026-02-07".parse().unwrap(), "late.json"), &log_file(&late));
    daily_well(source.path(), lake.path(), &[]);
    assert!(parquet(lake.path(), february) == before, "the daily stage changed a month");
    let ran = monthly_well(lake.path(), february, &[]);
    assert!(ran.stdout.contains("= 281 rows") && ran.stdout.contains(", 1 replaced part"), "{ran:?}");

    let after = parquet(lake.path(), february);
    assert_eq!(after.len(), 1);
    assert!(after.keys().all(|name| !before.contains_key(name)), "the old part is still there");
    assert_months_hold(lake.path(), &Oracle::read(source.path()).unwrap());
    assert_verifies(lake.path());
    let again: Ran = monthly_well(lake.path(), february, &[]);
    assert_eq!(again.stdout.lines().next(), Some("cloudtrail_monthly 2026-02: up to date"));
    assert!(parquet(lake.path(), february) == after);
}

#[test]
fn a_month_with_a_quarantined_log_file_is_written_without_it_and_ends_with_status_2() {
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let february = month("2026-02");
    deliver(source.path(), february.days());
    put(source.path(), &key_on("2026-02-07".parse().unwrap(), "broken.json"), b"{\"Records\":[");
    let ran = run(source.path(), lake.path(), &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stdout.contains("  1 log file of its days quarantined: nothing of them is in it"), "{ran:?}");
    assert_eq!(exported(lake.path(), Table::CloudTrail, february).len(), 280);
}
