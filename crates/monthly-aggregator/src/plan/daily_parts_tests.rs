use super::*;
use crate::testing::world::{World, day, october, record, ten_of};
use lake::Changes;

async fn plan_of(world: &World, table: Table) -> MonthPlan {
    plan_with(&DaysThere::default(), world, table).await
}

async fn plan_with(days_there: &DaysThere, world: &World, table: Table) -> MonthPlan {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    plan(&lake, days_there, table, october()).await.unwrap()
}

#[tokio::test]
async fn the_month_and_the_first_three_days_of_the_next_are_read() {
    let world = World::of_a_whole_october().await;
    for date in ["2026-09-30", "2026-11-01", "2026-11-03", "2026-11-04"] {
        world.commit_day(Table::CloudTrail, day(date), &ten_of(day(date))).await;
    }
    let plan = plan_of(&world, Table::CloudTrail).await;
    let days: Vec<String> = plan.parts.iter().map(|(day, _)| day.to_string()).collect();
    assert_eq!(days.len(), 33);
    assert_eq!(
        (days[0].as_str(), days[31].as_str(), days[32].as_str()),
        ("2026-10-01", "2026-11-01", "2026-11-03")
    );
    assert_eq!(plan.source.missing_days, []);
    assert_eq!(plan.source.awaited_days, [day("2026-11-02")]);
    assert_eq!(plan.source.daily.records_out, 330);
}

#[tokio::test]
async fn every_part_of_a_day_is_read_and_an_empty_day_is_there() {
    let world = World::new();
    let first = day("2026-10-01");
    world.commit_day(Table::CloudTrail, first, &ten_of(first)).await;
    world.commit_day(Table::CloudTrail, first, &[record(7, "2026-10-01T11:00:00Z")]).await;
    world.commit_day(Table::CloudTrail, day("2026-10-02"), &[]).await;
    let plan = plan_of(&world, Table::CloudTrail).await;
    assert_eq!(plan.parts.len(), 2);
    assert_eq!(plan.source.missing_days.len(), 29);
    assert_eq!(plan.source.missing_days[0], day("2026-10-03"));
}

#[tokio::test]
async fn a_day_with_log_files_left_is_missing_and_one_without_any_is_named() {
    let world = World::of_a_whole_october().await;
    let (unread, empty) = (day("2026-10-05"), day("2026-10-06"));
    let left = Changes { left: 1, ..Changes::default() };
    world.change(Table::CloudTrail, unread, left).await;
    let rebuilt = Changes { state: DayState::Empty, ..Changes::default() };
    world.change(Table::CloudTrail, empty, rebuilt).await;
    let plan = plan_of(&world, Table::CloudTrail).await;
    assert_eq!((plan.source.missing_days, plan.parts.len()), (vec![unread], 31));
    assert_eq!(plan.source.days_without_log_files, [empty]);
    let insight = plan_of(&world, Table::Insight).await;
    assert_eq!((insight.source.missing_days, insight.source.days_without_log_files), (vec![unread], vec![]));
}

#[tokio::test]
async fn a_day_with_log_files_left_in_another_table_is_missing_there() {
    let world = World::of_a_whole_october().await;
    let unread = day("2026-10-05");
    world.change(Table::Insight, unread, Changes { left: 1, ..Changes::default() }).await;
    assert_eq!(plan_of(&world, Table::Insight).await.source.missing_days, [unread]);
    assert_eq!(plan_of(&world, Table::CloudTrail).await.source.missing_days, []);
}

#[tokio::test]
async fn other_tables_have_the_days_that_the_main_table_has() {
    let world = World::of_a_whole_october().await;
    world.commit_day(Table::Insight, day("2026-10-05"), &[record(1, "2026-10-05T00:00:00Z")]).await;
    let plan = plan_of(&world, Table::Insight).await;
    assert_eq!((plan.parts.len(), plan.source.missing_days.len()), (1, 0));
    assert_eq!(plan.source.awaited_days.len(), 3);
}

#[tokio::test]
async fn a_day_that_comes_between_the_plans_of_two_tables_is_there() {
    let world = World::of_a_whole_october().await;
    let days_there = DaysThere::default();
    let first = day("2026-11-01");
    let main = plan_with(&days_there, &world, Table::CloudTrail).await;
    assert_eq!(main.source.awaited_days.len(), 3);
    world.commit_day(Table::CloudTrail, first, &[]).await;
    let insight = plan_with(&days_there, &world, Table::Insight).await;
    assert_eq!(insight.source.awaited_days, [day("2026-11-02"), day("2026-11-03")]);
}

#[tokio::test]
async fn a_day_of_another_table_alone_is_there_for_that_table_alone() {
    let world = World::new();
    let first = day("2026-10-01");
    world.commit_day(Table::Insight, first, &[]).await;
    let days_there = DaysThere::default();
    let plan_of = async |table| plan_with(&days_there, &world, table).await;
    assert_eq!(plan_of(Table::Insight).await.source.missing_days.len(), 30);
    assert_eq!(plan_of(Table::Aggregated).await.source.missing_days.len(), 31);
    assert_eq!(plan_of(Table::CloudTrail).await.source.missing_days.len(), 31);
}
