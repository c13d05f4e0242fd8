//! Months compared with a naive oracle over all records of the lake: each dated event once, in the month of its event time; each
//! undated record in the month of its delivery day.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cloudtrail_model::Day;
use proptest::prelude::*;

use super::*;
use crate::testing::world::{GAPS, World, day, october, record};
use crate::{Balance, balance, export, verify};

/// A record as it was delivered, with its date if it is dated.
#[derive(Debug, Clone)]
struct Delivered {
    line: String,
    date: Option<Day>,
}

/// The daily table: of each delivery day the records, each once.
type DailyTable = BTreeMap<Day, Vec<Delivered>>;

/// The lines of each month, sorted.
fn oracle(daily: &DailyTable) -> BTreeMap<Month, Vec<String>> {
    let mut months: BTreeMap<Month, Vec<String>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for (delivered, records) in daily {
        for Delivered { line, date } in records {
            let month = date.unwrap_or(*delivered).month();
            let has_id = line.contains("eventID");
            if date.is_none() || !has_id || seen.insert(line) {
                months.entry(month).or_default().push(line.clone());
            }
        }
    }
    months.into_iter().map(|(month, lines)| (month, values(&lines))).collect()
}

/// The records with sorted members, sorted.
fn values(lines: &[String]) -> Vec<String> {
    let value = |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap().to_string();
    let mut values: Vec<String> = lines.iter().map(value).collect();
    values.sort_unstable();
    values
}

/// The lines of a month's Parquet, sorted.
async fn exported(world: &World, month: Month) -> Vec<String> {
    let mut text = Vec::new();
    match export(Arc::new(world.lake.clone()), Table::CloudTrail, month, &mut text).await {
        Ok(_) | Err(crate::ExportError::NoMonth { .. }) => {}
        Err(error) => panic!("{month}: {error}"),
    }
    values(&String::from_utf8(text).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
}

/// Brings every month up to date that holds events, and compares all of them with the oracle. Every record is balanced.
async fn assert_like_the_oracle(world: &World, daily: &DailyTable) {
    let expected = oracle(daily);
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let mut months: BTreeSet<Month> = expected.keys().copied().collect();
    months.extend(lake::fed_months(&*lake, Table::CloudTrail).await.unwrap().into_keys());
    let mut balanced = 0;
    for month in months {
        world.try_run(month, GAPS).await.unwrap();
        let again = world.try_run(month, GAPS).await.unwrap();
        assert!(
            matches!(again.outcome, lake::Outcome::UpToDate | lake::Outcome::Empty),
            "{:?}",
            again.outcome
        );
        let found = exported(world, month).await;
        let expected = expected.get(&month).cloned().unwrap_or_default();
        if found != expected {
            let lines = |all: &[String], but: &[String]| -> Vec<String> {
                all.iter().filter(|line| !but.contains(line)).take(3).cloned().collect()
            };
            let (more, fewer) = (lines(&found, &expected), lines(&expected, &found));
            panic!("{month}: {} rows, expected {}; {more:?}, not {fewer:?}", found.len(), expected.len());
        }
        let verified = verify(lake.clone(), Partition::month(Table::CloudTrail, month)).await.unwrap();
        assert_eq!((verified.problems, verified.pending), (vec![], vec![]), "{month}");
        let of_month: Balance = balance(&lake, Table::CloudTrail, month).await.unwrap();
        balanced += of_month.balanced;
    }
    let delivered: usize = daily.values().map(Vec::len).sum();
    assert_eq!(balanced, delivered as u64, "records of the daily parts that are in a month");
}

/// Commits records as one more part of a day.
async fn deliver(world: &World, daily: &mut DailyTable, delivered: Day, records: Vec<Delivered>) {
    let of_day = daily.entry(delivered).or_default();
    let known: HashSet<&String> = of_day.iter().map(|record| &record.line).collect();
    let new: Vec<Delivered> = records.into_iter().filter(|record| !known.contains(&record.line)).collect();
    let lines: Vec<String> = new.iter().map(|record| record.line.clone()).collect();
    world.commit_day(Table::CloudTrail, delivered, &lines).await;
    of_day.extend(new);
}

fn dated(number: u64, date: &str) -> Delivered {
    Delivered { line: record(number, &format!("{date}T10:00:00Z")), date: Some(day(date)) }
}

fn undated(number: u64, time: &str) -> Delivered {
    Delivered { line: record(number, time), date: None }
}

#[tokio::test]
async fn late_doubled_and_undated_events_are_where_the_oracle_has_them() {
    let (world, mut daily) = (World::new(), DailyTable::new());
    let twice = dated(7, "2026-10-31");
    let days = [
        (
            "2026-10-31",
            vec![dated(1, "2026-10-31"), dated(2, "2026-10-30"), dated(3, "2026-11-01"), twice.clone()],
        ),
        // 3, 4 and 29 days late; a copy of another month's delivery
        ("2026-11-03", vec![dated(4, "2026-10-31"), dated(5, "2026-11-03")]),
        ("2026-11-04", vec![dated(6, "2026-10-31"), twice.clone()]),
        ("2026-11-29", vec![dated(8, "2026-10-31"), twice]),
        // of a month whose days are not in the lake
        ("2027-12-05", vec![dated(9, "2026-10-31"), dated(10, "2026-08-31")]),
        (
            "2026-11-05",
            vec![
                undated(11, "yesterday"),
                undated(12, "1970-01-01T00:00:00Z"),
                undated(13, "9999-12-31T00:00:00Z"),
            ],
        ),
        // undated copies are looked for within their delivery day only
        (
            "2026-11-06",
            vec![undated(11, "yesterday"), undated(14, "2026-11-08T00:00:00Z"), dated(15, "2026-11-07")],
        ),
    ];
    for (delivered, records) in days {
        deliver(&world, &mut daily, day(delivered), records).await;
    }
    assert_like_the_oracle(&world, &daily).await;
    let lines = exported(&world, october().previous().unwrap().previous().unwrap()).await;
    assert_eq!(lines, values(&[dated(10, "2026-08-31").line]));
}

#[tokio::test]
async fn a_rebuild_that_takes_the_last_event_of_a_month_out_of_a_day_takes_it_out_of_the_month() {
    let (world, mut daily) = (World::new(), DailyTable::new());
    let first = day("2026-11-01");
    deliver(&world, &mut daily, first, vec![dated(1, "2026-10-31"), dated(2, "2026-11-01")]).await;
    assert_like_the_oracle(&world, &daily).await;
    assert_eq!(exported(&world, october()).await.len(), 1);
    let left = vec![dated(2, "2026-11-01")];
    world.rebuild_day(Table::CloudTrail, first, &[left[0].line.clone()]).await;
    daily.insert(first, left);
    assert_like_the_oracle(&world, &daily).await;
    assert_eq!(exported(&world, october()).await.len(), 0);
    assert_eq!(world.visible(october()).await.len(), 0, "its part is gone");
}

#[tokio::test]
async fn a_day_and_a_month_that_are_delivered_wholly_late_are_written_once() {
    let mut world = World::new();
    world.options.index_bytes = 20 * cloudtrail_model::OffDayIndex::BYTES_EACH;
    let mut daily = DailyTable::new();
    let of_day = |of: Day| {
        (0..30).map(move |at| dated(u64::from(of.day_of_month().unsigned_abs()) * 100 + at, &of.to_string()))
    };
    // every event of October in November, five days each; and the events of one day twice
    for (at, of) in october().days().enumerate() {
        let delivered = day(&format!("2026-11-{:02}", 1 + at / 5));
        deliver(&world, &mut daily, delivered, of_day(of).collect()).await;
    }
    deliver(&world, &mut daily, day("2026-11-20"), of_day(day("2026-10-17")).collect()).await;
    assert_like_the_oracle(&world, &daily).await;
    let state = world.state(october()).await;
    assert_eq!(state.event_days.duplicates(), 30);
    assert_eq!(state.month.unwrap().missing_days.len(), 31);
}

/// A lake with random days. Some records are copies of earlier ones.
#[derive(Debug, Clone)]
struct Case {
    commits: Vec<(u8, Vec<Choice>)>,
    options: (u8, u16, u64, usize, u64),
}

/// How a record is made: its number, how late it is, whether it is a copy of an earlier record.
type Choice = (u64, i16, bool);

fn case() -> impl Strategy<Value = Case> {
    let late = prop_oneof![
        6 => Just(0_i16), 2 => Just(1), 1 => 2_i16..40, 1 => Just(400), 1 => Just(-1), 1 => Just(-2)
    ];
    let record = (0_u64..60, late, prop::bool::weighted(0.3));
    let commits = prop::collection::vec((0_u8..70, prop::collection::vec(record, 0..20)), 1..12);
    let options = (1_u8..5, 1_u16..32, 1_u64..40, 1_usize..30, 1_u64..40);
    (commits, options).prop_map(|(commits, options)| Case { commits, options })
}

/// Delivers a case, bringing October up to date in between, so that slices are rewritten.
async fn deliver_case(case: &Case, scale: u64) -> (World, DailyTable) {
    let mut world = World::new();
    let (row_group_days, slice_days, part_rows, row_group_rows, index) = case.options;
    let index_bytes = index * cloudtrail_model::OffDayIndex::BYTES_EACH;
    world.options =
        Options { row_group_days, slice_days, part_rows, row_group_rows, index_bytes, ..world.options };
    let mut daily = DailyTable::new();
    let mut all: Vec<Delivered> = Vec::new();
    for (at, (delivered, choices)) in case.commits.iter().enumerate() {
        let delivered = nth_day("2026-09-25", i64::from(*delivered));
        let mut records = Vec::new();
        for repeat in 0..scale {
            for (number, late, is_copy) in choices {
                let number = number * scale + repeat;
                let copied = usize::try_from(number).unwrap() % all.len().max(1);
                records.push(match all.get(copied).filter(|_| *is_copy) {
                    Some(record) => record.clone(),
                    None => made(number, delivered, *late),
                });
            }
        }
        let mut seen = HashSet::new();
        records.retain(|record| seen.insert(record.line.clone()));
        all.extend(records.iter().cloned());
        for record in &mut records {
            // a copy that is delivered long before its time is undated
            record.date = record.date.filter(|date| Some(*date) <= delivered.next());
        }
        deliver(&world, &mut daily, delivered, records).await;
        if at % 3 == 1 && (scale == 1 || at % 20 == 1) {
            world.try_run(october(), GAPS).await.unwrap();
        }
    }
    (world, daily)
}

fn made(number: u64, delivered: Day, late: i16) -> Delivered {
    let date = nth_day(&delivered.to_string(), -i64::from(late));
    match late {
        -2 => undated(
            number,
            ["never", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"][usize::from(number % 3 == 1)],
        ),
        _ => dated(number, &date.to_string()),
    }
}

fn nth_day(first: &str, number: i64) -> Day {
    const MICROS_OF_A_DAY: i64 = 86_400_000_000;
    let noon = cloudtrail_model::event_instant(
        &cloudtrail_model::Record::from_line(record(0, &format!("{first}T12:00:00Z")).as_bytes()).unwrap(),
    );
    Day::of_instant(noon.unwrap() + number * MICROS_OF_A_DAY).unwrap()
}

fn block_on(case: &Case, scale: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (world, daily) = deliver_case(case, scale).await;
        assert_like_the_oracle(&world, &daily).await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if testkit_stores::TestStore::speaks_http() { 4 } else { 32 }))]
    #[test]
    fn random_lakes_are_like_the_oracle(case in case()) {
        block_on(&case, 1);
    }
}

/// A lake of 1,000 records for each unit of the scale.
fn large_lake(scale: u64) {
    let lateness = [0, 0, 0, 1, 1, 3, 29, 400, -1, -2];
    let late = |number: u64| lateness[usize::try_from(number % 10).unwrap()];
    let choices = |seed: u64| (0..20).map(move |at| (at * 7 % 61, late(at + seed), at % 4 == 3));
    let commits = (0..50).map(|at| (u8::try_from(at * 13 % 70).unwrap(), choices(at).collect())).collect();
    let case = Case { commits, options: (3, 9, 40_000, 15_000, 10_000) };
    block_on(&case, scale);
}

#[test]
fn a_large_lake_is_like_the_oracle() {
    if !testkit_stores::TestStore::speaks_http() {
        large_lake(60);
    }
}

#[test]
#[ignore = "takes a minute"]
fn large_months_of_half_a_million_records_are_like_the_oracle() {
    large_lake(500);
}
