use super::*;
use crate::testing::world::{World, day, october, record, ten_of};
use lake::{Changes, InputsWriter, Verdict, Why};

async fn plan_of(world: &World, table: Table) -> MonthPlan {
    plan_with(&DaysThere::default(), world, table).await
}

async fn plan_with(days_there: &DaysThere, world: &World, table: Table) -> MonthPlan {
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    plan(&lake, days_there, table, october()).await.unwrap()
}

#[tokio::test]
async fn the_days_of_the_month_are_read_and_those_that_hold_events_of_it() {
    let world = World::of_a_whole_october().await;
    // of another month alone; of this month and of others; long after it
    world.commit_day(Table::CloudTrail, day("2026-11-02"), &ten_of(day("2026-11-02"))).await;
    let late = [record(1, "2026-10-31T23:59:59Z"), record(2, "2026-11-01T00:00:00Z")];
    world.commit_day(Table::CloudTrail, day("2026-11-01"), &late).await;
    world.commit_day(Table::CloudTrail, day("2027-11-05"), &[record(3, "2026-10-01T00:00:00Z")]).await;
    world.commit_day(Table::CloudTrail, day("2026-09-30"), &[record(4, "2026-10-01T00:00:00Z")]).await;
    let plan = plan_of(&world, Table::CloudTrail).await;
    let days: Vec<String> = plan.parts.iter().map(|of| of.delivered.to_string()).collect();
    assert_eq!((days.len(), days[0].as_str()), (34, "2026-09-30"));
    assert_eq!(days[31..], ["2026-10-31", "2026-11-01", "2027-11-05"]);
    assert_eq!(plan.inputs.len(), 31);
    assert_eq!(plan.source.missing_days, []);
    assert_eq!(plan.source.daily.records_out, 310, "of the month's own days");
}

#[tokio::test]
async fn the_inputs_of_an_event_day_change_with_its_parts_alone() {
    let world = World::of_a_whole_october().await;
    let before = plan_of(&world, Table::CloudTrail).await.inputs;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &[record(1, "2026-10-18T00:00:00Z")]).await;
    let after = plan_of(&world, Table::CloudTrail).await.inputs;
    let changed: Vec<&Day> = after.keys().filter(|day| before[*day] != after[*day]).collect();
    assert_eq!(changed, [&day("2026-10-18")]);
    world.rebuild_day(Table::CloudTrail, day("2026-10-20"), &ten_of(day("2026-10-20"))).await;
    let rebuilt = plan_of(&world, Table::CloudTrail).await.inputs;
    assert_eq!(rebuilt[&day("2026-10-18")], before[&day("2026-10-18")]);
    assert_ne!(rebuilt[&day("2026-10-20")], before[&day("2026-10-20")], "it has another key");
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
async fn unreadable_log_files_of_its_days_are_counted_and_named_and_the_days_are_there() {
    let world = World::of_a_whole_october().await;
    let before = plan_of(&world, Table::CloudTrail).await;
    let why = Why { reason: "archived".to_owned(), detail: String::new() };
    for (date, files) in [("2026-10-05", 60), ("2026-10-09", 70)] {
        let unreadable = |number: u32| Input {
            key: format!("AWSLogs/111122223333/CloudTrail/us-east-1/{date}/{number:03}.json.gz"),
            verdict: Verdict::Unreadable(why.clone()),
            ..Input::default()
        };
        let inputs: Vec<Input> = (0..files).map(unreadable).collect();
        let changes = Changes { inputs: InputsWriter::write_all(&inputs), ..Changes::default() };
        world.change(Table::CloudTrail, day(date), changes).await;
    }
    let plan = plan_of(&world, Table::CloudTrail).await;
    assert_eq!((plan.source.missing_days.len(), &plan.inputs), (0, &before.inputs));
    let names = &plan.source.unreadable_examples;
    assert_eq!((plan.source.unreadable, names.len()), (130, 100));
    assert!(names[0].ends_with("2026-10-05/000.json.gz") && names[99].ends_with("2026-10-09/039.json.gz"));
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
}

#[tokio::test]
async fn a_day_that_comes_between_the_plans_of_two_tables_is_there() {
    let world = World::new();
    let days_there = DaysThere::default();
    let first = day("2026-10-01");
    assert_eq!(plan_with(&days_there, &world, Table::CloudTrail).await.source.missing_days.len(), 31);
    world.commit_day(Table::CloudTrail, first, &[]).await;
    assert_eq!(plan_with(&days_there, &world, Table::Insight).await.source.missing_days.len(), 30);
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
