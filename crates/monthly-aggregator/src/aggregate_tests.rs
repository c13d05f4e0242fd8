use cloudtrail_model::Day;
use lake::{ColumnCounts, Outcome};
use lake_store::ErrorKind;

use super::*;
use crate::testing::world::{World, day, numbers_of, october, record, ten_of};

#[tokio::test]
async fn a_whole_month_becomes_parquet_that_gives_every_record_back() {
    let world = World::of_a_whole_october().await;
    let report = world.try_run(october(), Request::default()).await.unwrap();
    let Outcome::Committed(committed) = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!(
        (committed.totals.files_in, committed.totals.records_in, committed.totals.records_out),
        (31, 310, 310)
    );
    assert_eq!(committed.parts.len(), 1);
    assert_eq!(committed.parts[0].key, "cloudtrail_monthly/year=2026/month=10/part-000001-0000.parquet");
    let event_days = &committed.parts[0].event_days;
    // 2026-10-01 and 2026-10-31, 10:00
    assert_eq!(event_days.min_instant, Some(1_790_848_800_000_000));
    assert_eq!(event_days.max_instant, Some(1_793_440_800_000_000));
    assert!(
        event_days
            .days
            .iter()
            .map(|(day, records)| (*day, *records))
            .eq(october().days().map(|day| (day, 10)))
    );
    assert_eq!(committed.parts[0].columns["eventTimestamp"], ColumnCounts { values: 310, nulls: 0 });
    assert_eq!(world.numbers(october()).await, numbers_of(1..=31));
    let month = world.state(october()).await.month.unwrap();
    assert_eq!((month.daily.records_out, month.missing_days), (310, vec![]));
}

#[tokio::test]
async fn unchanged_days_write_nothing() {
    let world = World::of_a_whole_october().await;
    world.commit(october()).await;
    let before = world.listing().await;
    let again = world.try_run(october(), Request::default()).await.unwrap();
    assert_eq!(again.outcome, Outcome::UpToDate);
    assert_eq!(world.listing().await, before);
}

#[tokio::test]
async fn late_events_rewrite_the_parts_of_their_event_days_in_one_commit() {
    let mut world = World::of_a_whole_october().await;
    world.options.part_rows = 30;
    assert_eq!(world.commit(october()).await.parts.len(), 11, "three days each");
    let (late, seventh) = (day("2026-10-29"), day("2026-10-07"));
    let lines = [record(9_000, "2026-10-07T12:00:00Z"), ten_of(seventh)[0].clone()];
    world.commit_day(Table::CloudTrail, late, &lines).await;
    let committed = world.commit(october()).await;
    let totals = committed.totals;
    assert_eq!((totals.duplicates, totals.records_out, committed.retired), (1, 31, 1));
    assert_eq!((totals.files_in, totals.records_in, totals.other_slices), (4, 32, 0));
    assert_eq!(committed.parts[0].key, "cloudtrail_monthly/year=2026/month=10/part-000003-0000.parquet");
    let days: Vec<Day> = committed.parts[0].event_days.days.keys().copied().collect();
    assert_eq!(days, ["2026-10-07", "2026-10-08", "2026-10-09"].map(day));
    let mut expected = numbers_of(1..=31);
    expected.push(9_000);
    world.assert_settled(&expected, "after the late events").await;
    let state = world.state(october()).await;
    assert_eq!((state.parts.len(), state.event_days.duplicates(), state.inputs_of.len()), (11, 1, 2));
}

#[tokio::test]
async fn a_delivery_day_that_brings_nothing_is_recorded_without_a_part() {
    let world = World::of_three_days().await;
    world.commit(october()).await;
    let missing = world.state(october()).await.month.unwrap().missing_days.len();
    world.commit_day(Table::CloudTrail, day("2026-10-04"), &[]).await;
    let committed = world.commit(october()).await;
    assert_eq!((committed.parts.len(), committed.retired), (0, 0));
    let month = world.state(october()).await.month.unwrap();
    assert_eq!((missing, month.missing_days.len()), (28, 27));
    world.assert_settled(&numbers_of(1..=3), "after an empty day").await;
}

#[tokio::test]
async fn a_part_that_was_deleted_is_made_again() {
    let world = World::of_a_whole_october().await;
    let parts = world.commit(october()).await.parts;
    world.lake.delete(&parts[0].key).await.unwrap();
    world.commit(october()).await;
    assert_eq!(world.numbers(october()).await, numbers_of(1..=31));
}

#[tokio::test]
async fn a_rebuild_writes_the_month_again() {
    let world = World::of_a_whole_october().await;
    world.commit(october()).await;
    let request = Request { rebuild: true, ..Request::default() };
    let report = world.try_run(october(), request).await.unwrap();
    assert!(matches!(report.outcome, Outcome::Committed(_)));
    assert_eq!(world.numbers(october()).await, numbers_of(1..=31));
    assert_eq!(world.visible(october()).await.len(), 1);
}

#[tokio::test]
async fn missing_days_stop_a_month_unless_gaps_are_allowed_and_the_commit_names_them() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-30"), &ten_of(day("2026-10-30"))).await;
    let error = world.try_run(october(), Request::default()).await.unwrap_err().to_string();
    assert!(
        error.contains("30 of its days") && error.contains("2026-10-01 to 2026-10-29, 2026-10-31"),
        "{error}"
    );
    assert!(error.contains("--allow-gaps"), "{error}");
    assert_eq!(world.visible(october()).await, Vec::<String>::new());
    world.commit(october()).await;
    let missing: Vec<Day> = world.state(october()).await.month.unwrap().missing_days;
    assert_eq!((missing.len(), missing[29]), (30, day("2026-10-31")));
}

#[tokio::test]
async fn a_month_that_nobody_has_anything_of_is_empty() {
    let world = World::new();
    let report = world.try_run(october(), Request::default()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Empty);
    assert_eq!(world.listing().await, []);
}

#[tokio::test]
async fn an_event_of_31_october_delivered_on_1_november_is_in_october_once_and_not_in_november() {
    let world = World::of_a_whole_october().await;
    let november = october().next().unwrap();
    let event = record(77, "2026-10-31T23:58:00Z");
    let first = day("2026-11-01");
    let mut lines = ten_of(first);
    lines.push(event.clone());
    world.commit_day(Table::CloudTrail, first, &lines).await;
    // and once more on the next day, as CloudTrail may deliver it
    world.commit_day(Table::CloudTrail, day("2026-11-02"), &[event]).await;
    world.commit(october()).await;
    world.commit(november).await;
    let of = |numbers: Vec<u64>| numbers.into_iter().filter(|number| *number == 77).count();
    assert_eq!(of(world.numbers(october()).await), 1);
    assert_eq!(of(world.numbers(november).await), 0);
    assert_eq!(world.numbers(november).await.len(), 10);
    let (before, after) = (world.state(october()).await.totals, world.state(november).await.totals);
    assert_eq!((before.records_in, before.records_out, before.duplicates), (312, 311, 1));
    assert_eq!((after.records_in, after.records_out, after.duplicates), (10, 10, 0));
}

#[tokio::test]
async fn parts_end_with_their_bytes_or_their_rows() {
    let mut world = World::of_a_whole_october().await;
    world.options.part_bytes = 1;
    world.options.row_group_days = 10;
    assert_eq!(world.commit(october()).await.parts.len(), 4, "one row group a part");
    world.options = Options { part_rows: 150, part_bytes: u64::MAX, row_group_days: 5, ..world.options };
    let request = Request { rebuild: true, ..Request::default() };
    let report = world.try_run(october(), request).await.unwrap();
    let Outcome::Committed(committed) = report.outcome else { panic!("{:?}", report.outcome) };
    let rows: Vec<u64> = committed.parts.iter().map(|part| part.records).collect();
    assert_eq!(rows, [150, 150, 10]);
    assert_eq!(world.numbers(october()).await, numbers_of(1..=31));
}

#[tokio::test]
async fn the_parquet_is_the_same_whatever_the_concurrency() {
    let mut digests = Vec::new();
    for threads in [1, 2, 7] {
        let mut world = World::of_a_whole_october().await;
        world.options = Options { threads, row_group_rows: 17, ..world.options };
        let parts = world.commit(october()).await.parts;
        digests.push(parts.into_iter().map(|part| part.sha256).collect::<Vec<_>>());
    }
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
}

#[tokio::test]
async fn a_damaged_or_missing_daily_part_stops_the_month_by_name() {
    let world = World::of_a_whole_october().await;
    let key = "cloudtrail_daily/year=2026/month=10/day=07/part-000001-0000.ndjson.gz";
    let body = world.lake.get(key, None).await.unwrap();
    world.lake.delete(key).await.unwrap();
    let missing = world.try_run(october(), Request::default()).await.unwrap_err();
    assert!(
        matches!(&missing, MonthlyError::DailyPart { source: lake::PartError::Store(e), .. } if e.kind == ErrorKind::NotFound)
    );
    assert!(missing.to_string().contains(key), "{missing}");

    world.lake.create_new(key, body.slice(..body.len() - 9)).await.unwrap();
    let damaged = world.try_run(october(), Request::default()).await.unwrap_err().to_string();
    assert!(damaged.contains(key), "{damaged}");
    world.lake.delete(key).await.unwrap();

    let other = world.lake.get("cloudtrail_daily/year=2026/month=10/day=08/part-000001-0000.ndjson.gz", None);
    let other = other.await.unwrap();
    world.lake.create_new(key, other).await.unwrap();
    let swapped = world.try_run(october(), Request::default()).await.unwrap_err().to_string();
    assert!(swapped.contains(key) && swapped.contains("the journal says"), "{swapped}");

    assert_eq!(world.visible(october()).await, Vec::<String>::new(), "nothing is visible of any of it");
}
