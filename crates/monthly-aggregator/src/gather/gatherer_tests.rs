use std::sync::Arc;

use cloudtrail_model::Table;
use futures::StreamExt;
use lake_store::Store;

use super::*;
use crate::gather::accounts::DayCounts;
use crate::plan::month_plan::plan;
use crate::plan::slice::SliceDays;
use crate::plan::window::windows;
use crate::read::daily_lines::{FromPart, read};
use crate::read::piece::SparePieces;
use crate::testing::world::{World, day, event_id, october, piece, record};

/// October as one slice: row groups as the ids of their lines, and the sums.
async fn gathered(world: &World) -> (Vec<Vec<String>>, Gathered) {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let plan = plan(&lake, &crate::DaysThere::default(), Table::CloudTrail, october()).await.unwrap();
    let slice = SliceDays { first: day("2026-10-01"), last: day("2026-10-31") };
    let windows = windows(&plan, &slice, &world.options);
    let mut gatherer = Gatherer::new(&windows, world.options);
    let reads: Vec<PartRead> = windows.iter().flat_map(|window| window.reads.iter().cloned()).collect();
    let mut pieces = read(lake, reads, Table::CloudTrail, world.options.threads, SparePieces::default());
    let (mut groups, mut ends) = (Vec::new(), 0);
    while let Some(from_part) = pieces.next().await {
        match from_part.unwrap() {
            FromPart::Records(records) => gatherer.add(records),
            FromPart::End => ends += usize::from(gatherer.end_read() != ReadEnd::Within),
        }
        groups.extend(std::iter::from_fn(|| gatherer.next_full()));
    }
    assert_eq!(ends, windows.len());
    let ids = groups.iter().map(|group: &RowGroup| {
        assert_eq!(group.lines().count(), group.rows);
        let bytes = group.lines().map(|(_, line)| line.raw_bytes as usize + 1);
        assert_eq!(bytes.sum::<usize>(), group.raw_bytes);
        group.lines().map(|(piece, line)| event_id(piece, line)).collect()
    });
    (ids.collect(), gatherer.finish())
}

fn of_the_tenth(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| record(number, "2026-10-10T00:00:00Z")).collect()
}

fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("00000000-0000-4000-8000-{number:012x}")).collect()
}

#[tokio::test]
async fn the_on_day_copy_stays_and_the_duplicate_is_charged_to_the_later_part() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &of_the_tenth(0..10)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &of_the_tenth(5..12)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-21"), &of_the_tenth(11..13)).await;
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups, [ids(0..13)]);
    let inputs = sums.inputs(|_| true).unwrap();
    assert_eq!((inputs.len(), inputs.totals().records_in, inputs.totals().duplicates), (3, 19, 6));
    assert_eq!(sums.days[&day("2026-10-10")], DayCounts { duplicates: 6, conflicts: 0 });
    let duplicates = sums.duplicates();
    assert_eq!(duplicates.into_values().collect::<Vec<_>>(), [0, 5, 1]);
    assert!(sums.index_bytes > 0);
}

#[tokio::test]
async fn an_event_that_is_earlier_than_its_delivery_day_finds_the_copy_of_the_day_before_it() {
    let world = World::new();
    // a clock that runs ahead: delivered on the 9th, dated on the 10th
    world.commit_day(Table::CloudTrail, day("2026-10-09"), &of_the_tenth(0..2)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &of_the_tenth(1..3)).await;
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups, [ids([1, 2, 0])], "on-day records first");
    assert_eq!(sums.duplicates().into_values().collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_kept_and_counted() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &[record(1, "2026-10-10T00:00:00Z")]).await;
    world.commit_day(Table::CloudTrail, day("2026-10-11"), &[record(1, "2026-10-10T00:00:01Z")]).await;
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups[0].len(), 2);
    assert_eq!(sums.days[&day("2026-10-10")], DayCounts { duplicates: 0, conflicts: 1 });
}

#[tokio::test]
async fn undated_records_of_two_days_are_both_kept() {
    let world = World::new();
    let undated = [r#"{"eventID":"a","eventTime":"1970-01-01T00:00:00Z"}"#.to_owned()];
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &undated).await;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &undated).await;
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups, [["a"], ["a"]]);
    assert!(sums.days.is_empty());
}

#[tokio::test]
async fn an_undated_record_is_no_copy_of_a_dated_one() {
    let world = World::new();
    let early = [record(1, "2026-10-12T00:00:00Z")];
    for delivered in ["2026-10-10", "2026-10-13"] {
        world.commit_day(Table::CloudTrail, day(delivered), &early).await;
    }
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups, [ids([1, 1])], "at its delivery day, and at its event day");
    assert!(sums.days.is_empty());
}

#[tokio::test]
async fn rounds_by_class_give_the_same_records() {
    let mut world = World::new();
    let without_id = r#"{"eventTime":"2026-10-10T00:00:00Z"}"#.to_owned();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &of_the_tenth(0..40)).await;
    for delivered in ["2026-10-11", "2026-10-12"] {
        let lines = [of_the_tenth(20..60), vec![without_id.clone()]].concat();
        world.commit_day(Table::CloudTrail, day(delivered), &lines).await;
    }
    let (at_once, sums) = gathered(&world).await;
    world.options.index_bytes = 10 * OffDayIndex::BYTES_EACH;
    let (in_rounds, sums_in_rounds) = gathered(&world).await;
    let sorted = |mut groups: Vec<Vec<String>>| {
        groups[0].sort();
        groups
    };
    assert_eq!(sums.days[&day("2026-10-10")].duplicates, 60);
    assert_eq!(sums_in_rounds.days, sums.days);
    assert_eq!(sums_in_rounds.duplicates(), sums.duplicates());
    assert_eq!(sorted(in_rounds), sorted(at_once));
    assert!(sums_in_rounds.index_bytes < sums.index_bytes);
}

#[tokio::test]
async fn a_row_group_ends_with_its_bytes_its_rows_or_its_days() {
    let mut world = World::new();
    let days = [("2026-10-10", 0..10), ("2026-10-12", 10..12), ("2026-10-13", 12..13)];
    for (of, numbers) in days {
        let lines: Vec<String> = numbers.map(|number| record(number, &format!("{of}T00:00:00Z"))).collect();
        world.commit_day(Table::CloudTrail, day(of), &lines).await;
    }
    let sizes = |groups: &[Vec<String>]| groups.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(&gathered(&world).await.0), [12, 1], "three days at most");
    world.options.row_group_rows = 5;
    assert_eq!(sizes(&gathered(&world).await.0), [5, 5, 3], "whole days, but for the one that is too large");
    let each = of_the_tenth(0..1)[0].len() + 1 + usize::try_from(Options::BYTES_OF_A_ROW).unwrap();
    world.options.row_group_raw_bytes = 2 * each;
    assert_eq!(sizes(&gathered(&world).await.0), [2, 2, 2, 2, 2, 2, 1]);
    world.options.row_group_raw_bytes = 1;
    assert_eq!(sizes(&gathered(&world).await.0), [1; 13], "a longer record has a group of its own");
}

#[tokio::test]
async fn records_of_other_event_days_are_left_out_and_counted() {
    let world = World::new();
    let late = [record(1, "2026-10-31T23:59:59Z"), record(2, "2026-11-04T00:00:00Z")];
    world.commit_day(Table::CloudTrail, day("2026-11-05"), &late).await;
    let (groups, sums) = gathered(&world).await;
    assert_eq!(groups, [ids(1..2)]);
    let totals = sums.inputs(|day| day.month() == october()).unwrap().totals();
    assert_eq!((totals.records_in, totals.other_slices), (2, 1));
    let error = sums.inputs(|_| true).unwrap_err().to_string();
    assert!(error.contains("1 records of these event days, the journal says 2"), "{error}");
}

#[test]
fn a_piece_of_two_row_groups_comes_back_with_the_last_of_them() {
    let lines = Arc::new(piece(&["{\"eventID\":\"a\"}", "{\"eventID\":\"b\"}"]));
    let (mut first, mut last) = (RowGroup::default(), RowGroup::default());
    first.add(day("2026-10-10"), &lines, &mut vec![0]);
    last.add(day("2026-10-10"), &lines, &mut vec![1]);
    drop(lines);
    let spare = SparePieces::default();
    first.give_back(&spare);
    assert_eq!(spare.take().lines.capacity(), 0, "the last one still reads it");
    last.give_back(&spare);
    assert!(spare.take().lines.capacity() >= 2);
}
