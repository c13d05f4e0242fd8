use cloudtrail_model::Month;
use futures::StreamExt;

use super::*;
use crate::plan::daily_parts::plan;
use crate::read::daily_lines::{FromPart, read};
use crate::testing::world::{World, day, event_id, october, piece, record};
use cloudtrail_model::Table;
use lake_store::Store;

/// Row groups as the ids of their lines, and the sums.
async fn gathered(world: &World, month: Month) -> (Vec<Vec<String>>, Gathered) {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let plan = plan(&lake, &crate::DaysThere::default(), Table::CloudTrail, month).await.unwrap();
    let mut gatherer = Gatherer::new(plan.parts.clone(), world.options);
    let of = (Table::CloudTrail, month);
    let mut pieces = read(lake, plan.parts, of, world.options.threads, SparePieces::default());
    let mut groups = Vec::new();
    while let Some(from_part) = pieces.next().await {
        match from_part.unwrap() {
            FromPart::Piece(piece) => gatherer.add(piece),
            FromPart::End => gatherer.end_part(),
        }
        groups.extend(std::iter::from_fn(|| gatherer.next_full()));
    }
    let (last, sums) = gatherer.finish();
    groups.extend(last);
    let ids = groups.iter().map(|group| {
        assert_eq!(group.lines().count(), group.rows);
        let bytes = group.lines().map(|(_, line)| line.raw_bytes as usize + 1);
        assert_eq!(bytes.sum::<usize>(), group.raw_bytes);
        group.lines().map(|(piece, line)| event_id(piece, line)).collect()
    });
    (ids.collect(), sums)
}

fn records(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| record(number, "2026-10-10T00:00:00Z")).collect()
}

fn ids(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| format!("00000000-0000-4000-8000-{number:012x}")).collect()
}

#[tokio::test]
async fn a_record_of_two_days_stays_on_the_first() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &records(0..10)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &records(5..12)).await;
    let (groups, sums) = gathered(&world, october()).await;
    assert_eq!(groups, [ids(0..10), ids(10..12)], "a group of one day, a group of the other");
    let totals = sums.inputs.totals();
    assert_eq!((totals.files_in, totals.records_in, totals.duplicates, sums.conflicts), (2, 17, 5, 0));
    assert!(sums.index_bytes > 0);
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_kept_and_counted() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &[record(1, "2026-10-10T00:00:00Z")]).await;
    world.commit_day(Table::CloudTrail, day("2026-10-11"), &[record(1, "2026-10-11T00:00:00Z")]).await;
    let (groups, sums) = gathered(&world, october()).await;
    assert_eq!(groups[0].len(), 2);
    assert_eq!((sums.inputs.totals().duplicates, sums.conflicts), (0, 1));
}

#[tokio::test]
async fn a_row_group_ends_with_its_bytes_its_rows_or_its_days() {
    let mut world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &records(0..10)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-12"), &records(10..12)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-13"), &records(12..13)).await;
    let sizes = |groups: &[Vec<String>]| groups.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(&gathered(&world, october()).await.0), [12, 1], "three days at most");
    world.options.row_group_rows = 5;
    assert_eq!(sizes(&gathered(&world, october()).await.0), [5, 5, 3]);
    world.options.row_group_raw_bytes = 2 * (records(0..1)[0].len() + 1);
    assert_eq!(sizes(&gathered(&world, october()).await.0), [2, 2, 2, 2, 2, 2, 1]);
    world.options.row_group_raw_bytes = 1;
    assert_eq!(
        sizes(&gathered(&world, october()).await.0),
        [1; 13],
        "a longer record has a group of its own"
    );
}

#[tokio::test]
async fn records_of_another_home_month_are_counted_and_left_out() {
    let world = World::new();
    let late = [record(1, "2026-10-31T23:59:59Z"), record(2, "2026-11-01T00:00:00Z")];
    world.commit_day(Table::CloudTrail, day("2026-11-01"), &late).await;
    let (groups, sums) = gathered(&world, october()).await;
    assert_eq!(groups, [ids(1..2)]);
    let totals = sums.inputs.totals();
    assert_eq!((totals.records_in, totals.other_months), (2, 1));
}

#[test]
fn a_piece_of_two_row_groups_comes_back_with_the_last_of_them() {
    let lines = ["{\"eventID\":\"a\"}", "{\"eventID\":\"b\"}"];
    let part = |name: &str| (day("2026-10-10"), part(name));
    let options = Options { row_group_rows: 1, ..Options::default() };
    let mut gatherer = Gatherer::new(vec![part("a")], options);
    gatherer.add(piece(&lines));
    let first = gatherer.next_full().unwrap();
    let (last, _) = gatherer.finish();
    let spare = SparePieces::default();
    first.give_back(&spare);
    assert_eq!(spare.take().lines.capacity(), 0, "the last one still reads it");
    last.unwrap().give_back(&spare);
    assert!(spare.take().lines.capacity() >= 2);
}

fn part(key: &str) -> Part {
    Part { key: key.to_owned(), bytes: 1, raw_bytes: 1, records: 2, ..Part::default() }
}
