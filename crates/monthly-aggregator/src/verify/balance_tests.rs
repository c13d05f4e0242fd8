use lake::{Journal, Part, Partition, PartitionState};

use super::*;
use crate::testing::world::{World, day, october, record};

async fn balance_of(world: &World, month: Month) -> Balance {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    balance(&lake, Table::CloudTrail, month).await.unwrap()
}

fn days(texts: &[&str]) -> BTreeSet<Day> {
    texts.iter().map(|text| day(text)).collect()
}

#[tokio::test]
async fn a_month_is_pending_until_it_is_written_and_again_after_a_late_event() {
    let world = World::of_three_days().await;
    let of_three = days(&["2026-10-01", "2026-10-02", "2026-10-03"]);
    let before = balance_of(&world, october()).await;
    assert_eq!((before.balanced, before.pending, before.broken.len()), (0, of_three, 0));
    world.commit(october()).await;
    let written = balance_of(&world, october()).await;
    assert_eq!((written.balanced, written.pending.len(), written.broken.len()), (30, 0, 0));
    let late = [record(9, "2026-10-02T00:00:00Z"), record(8, "2026-09-02T00:00:00Z")];
    world.commit_day(Table::CloudTrail, day("2026-10-03"), &late).await;
    let after = balance_of(&world, october()).await;
    assert_eq!((after.balanced, after.pending), (20, days(&["2026-10-02"])));
    let september = balance_of(&world, october().previous().unwrap()).await;
    assert_eq!((september.balanced, september.pending), (0, days(&["2026-09-02"])));
    world.commit(october()).await;
    world.commit(october().previous().unwrap()).await;
    let (one, other) =
        (balance_of(&world, october()).await, balance_of(&world, october().previous().unwrap()).await);
    assert_eq!((one.balanced, other.balanced), (31, 1), "every record of the daily parts");
    assert!(one.pending.is_empty() && other.pending.is_empty() && one.broken.is_empty());
}

#[tokio::test]
async fn an_account_that_contradicts_its_parts_is_broken() {
    let world = World::of_three_days().await;
    world.commit(october()).await;
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let plan = plan(&lake, &DaysThere::default(), Table::CloudTrail, october()).await.unwrap();
    let content = MonthContent::read(&lake, Table::CloudTrail, october()).await.unwrap();
    assert_eq!(of(&plan, &content).broken, Vec::<String>::new());
    let first = plan.parts[0].part.clone();
    assert!(content.has(&first, day("2026-10-01")) && !content.has(&first, day("2026-11-01")));

    // a part more than the inputs have, with the digest of the plan
    let mut more = plan.clone();
    let other = Part { key: "other".to_owned(), ..(*first).clone() };
    more.parts.push(crate::DailyPart { delivered: day("2026-10-01"), part: Arc::new(other) });
    let broken = of(&more, &content).broken;
    assert!(
        broken[0].contains("event day 2026-10-01: other is not among the inputs of commit 000002"),
        "{broken:?}"
    );

    // a record more than the month accounts for
    let mut more = plan.clone();
    let mut part = (*first).clone();
    part.event_days.add(day("2026-10-01"), None);
    more.parts[0].part = Arc::new(part);
    let broken = of(&more, &content).broken;
    assert!(broken[0].contains("accounts for 10 records, the daily parts hold 11"), "{broken:?}");
}

#[tokio::test]
async fn the_content_of_a_month_is_that_of_the_newest_commit_of_each_event_day() {
    let world = World::of_three_days().await;
    world.commit(october()).await;
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let part_of = async |of: &str| {
        let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day(of)));
        let state: PartitionState = journal.read_outline().await.unwrap();
        state.parts.into_values().next().unwrap()
    };
    let old = part_of("2026-10-03").await;
    world.rebuild_day(Table::CloudTrail, day("2026-10-03"), &[record(1, "2026-10-03T00:00:00Z")]).await;
    let new = part_of("2026-10-03").await;
    let content = MonthContent::read(&lake, Table::CloudTrail, october()).await.unwrap();
    assert!(content.has(&old, day("2026-10-03")) && !content.has(&new, day("2026-10-03")));
    world.commit(october()).await;
    let content = MonthContent::read(&lake, Table::CloudTrail, october()).await.unwrap();
    assert!(!content.has(&old, day("2026-10-03")) && content.has(&new, day("2026-10-03")));
    let first = part_of("2026-10-01").await;
    assert!(content.has(&first, day("2026-10-01")), "of the first commit");
}
