use cloudtrail_model::Month;
use futures::StreamExt;

use super::*;
use crate::plan::plan;
use crate::read::{FromPart, read};
use crate::test_world::{World, day, october, record};
use cloudtrail_model::Table;
use lake_store::Store;

/// Row groups as the texts of their lines, and the sums.
async fn gathered(world: &World, month: Month) -> (Vec<Vec<String>>, Gathered) {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let plan = plan(&lake, Table::CloudTrail, month).await.unwrap();
    let mut gatherer = Gatherer::new(plan.parts.clone(), world.options);
    let mut pieces = read(lake, plan.parts, month, world.options.threads);
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
    let texts = groups.iter().map(|group| {
        let lines: Vec<String> = group
            .lines()
            .map(|(piece, line)| String::from_utf8(piece.text(line).to_vec()).unwrap())
            .collect();
        assert_eq!(lines.len(), group.rows);
        assert_eq!(lines.iter().map(|line| line.len() + 1).sum::<usize>(), group.raw_bytes);
        lines
    });
    (texts.collect(), sums)
}

fn records(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| record(number, "2026-10-10T00:00:00Z")).collect()
}

#[tokio::test]
async fn a_record_of_two_days_stays_on_the_first() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &records(0..10)).await;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &records(5..12)).await;
    let (groups, sums) = gathered(&world, october()).await;
    assert_eq!(groups, [records(0..10), records(10..12)], "a group of one day, a group of the other");
    assert_eq!((sums.totals.records_in, sums.totals.duplicates, sums.totals.conflicts), (17, 5, 0));
    let accounts: Vec<(u64, u64)> =
        sums.inputs.iter().map(|input| (input.records, input.duplicates)).collect();
    assert_eq!(accounts, [(10, 0), (7, 5)]);
    assert!(sums.index_bytes > 0);
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_kept_and_counted() {
    let world = World::new();
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &[record(1, "2026-10-10T00:00:00Z")]).await;
    world.commit_day(Table::CloudTrail, day("2026-10-11"), &[record(1, "2026-10-11T00:00:00Z")]).await;
    let (groups, sums) = gathered(&world, october()).await;
    assert_eq!(groups[0].len(), 2);
    assert_eq!((sums.totals.duplicates, sums.totals.conflicts), (0, 1));
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
    assert_eq!(groups, [vec![late[0].clone()]]);
    assert_eq!((sums.totals.records_in, sums.totals.other_months), (2, 1));
}
