use std::collections::BTreeMap;
use std::sync::Arc;

use lake::{EventDays, Part};

use super::*;
use crate::DailyPart;
use crate::testing::world::{World, day, october, record};

fn on(number: i8) -> Day {
    Day::new(2026, 10, number).unwrap()
}

fn part(key: &str, days: &[i8]) -> Part {
    let days: BTreeMap<Day, u64> = days.iter().map(|day| (on(*day), 10)).collect();
    let records = 10 * days.len() as u64;
    let event_days = EventDays { days, ..EventDays::default() };
    Part { key: key.to_owned(), raw_bytes: 100 * records, records, event_days, ..Part::default() }
}

/// A plan with records of some days, whose inputs are this text.
fn plan(days: &[i8], inputs: &str) -> MonthPlan {
    let parts =
        days.iter().map(|number| DailyPart { delivered: on(*number), part: Arc::new(part("a", &[*number])) });
    let inputs = days.iter().map(|day| (on(*day), inputs.to_owned())).collect();
    MonthPlan { parts: parts.collect(), inputs, ..MonthPlan::default() }
}

/// A month whose parts have these event days, written from a plan by one commit.
async fn written(parts: &[&[i8]]) -> PartitionState {
    let mut world = World::new();
    for number in parts.iter().copied().flatten() {
        let line = record(u64::try_from(*number).unwrap(), &format!("{}T00:00:00Z", on(*number)));
        world.commit_day(cloudtrail_model::Table::CloudTrail, on(*number), &[line]).await;
    }
    world.options.part_rows = 1;
    let most = parts.iter().map(|days| days.len()).max().unwrap();
    world.options.row_group_days = u8::try_from(most).unwrap();
    world.commit(october()).await;
    let state = world.state(october()).await;
    let found: Vec<usize> = state.parts.values().map(|part| part.event_days.days.len()).collect();
    assert_eq!(found, parts.iter().map(|days| days.len()).collect::<Vec<_>>());
    state
}

/// The plan that a month was written from, with other inputs of some days.
fn changed(state: &PartitionState, days: &[i8]) -> MonthPlan {
    let mut inputs: BTreeMap<Day, String> =
        state.event_days.iter().map(|(day, of)| (day, of.stated.inputs.clone())).collect();
    days.iter().for_each(|day| _ = inputs.insert(on(*day), "other".to_owned()));
    MonthPlan { inputs, ..MonthPlan::default() }
}

fn next(stale: &StaleDays<'_>, options: &Options) -> Option<(i8, i8)> {
    let SliceDays { first, last } = stale.next_slice(options)?;
    Some((first.day_of_month(), last.day_of_month()))
}

/// Every slice, one after the other.
fn slices(plan: &MonthPlan, state: &PartitionState, options: &Options) -> Vec<(i8, i8)> {
    let mut stale = StaleDays::of(plan, october(), state, &[], |_| false);
    let mut found = Vec::new();
    while let Some(slice) = stale.next_slice(options) {
        found.push((slice.first.day_of_month(), slice.last.day_of_month()));
        stale = stale.after(&slice);
    }
    found
}

#[test]
fn a_first_writing_is_one_slice() {
    let state = PartitionState::default();
    let plan = plan(&[3, 4, 20], "a");
    assert_eq!(slices(&plan, &state, &Options::default()), [(3, 20)]);
    let stale = StaleDays::of(&plan, october(), &state, &[], |_| false);
    assert_eq!(stale.len(), 3);
}

#[test]
fn a_slice_ends_with_its_days_or_its_text() {
    let state = PartitionState::default();
    let plan = plan(&[3, 4, 20, 21], "a");
    let options = Options { slice_days: 3, ..Options::default() };
    assert_eq!(slices(&plan, &state, &options), [(3, 20), (21, 21)]);
    let options = Options { slice_raw_bytes: 1_001, ..Options::default() };
    assert_eq!(slices(&plan, &state, &options), [(3, 4), (20, 21)]);
    let options = Options { slice_raw_bytes: 1, ..Options::default() };
    assert_eq!(slices(&plan, &state, &options), [(3, 3), (4, 4), (20, 20), (21, 21)]);
}

#[tokio::test]
async fn only_changed_event_days_are_written_with_those_of_the_same_part() {
    let state = written(&[&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]]).await;
    let options = Options::default();
    assert_eq!(slices(&changed(&state, &[]), &state, &options), []);
    assert_eq!(slices(&changed(&state, &[5]), &state, &options), [(4, 6)]);
    assert_eq!(slices(&changed(&state, &[3, 4]), &state, &options), [(1, 6)]);
    assert_eq!(slices(&changed(&state, &[2, 9]), &state, &options), [(1, 3), (7, 9)]);
    assert_eq!(slices(&changed(&state, &[20, 22]), &state, &options), [(20, 22)], "days without a part");
    let small = Options { slice_days: 1, ..options };
    assert_eq!(slices(&changed(&state, &[3, 4]), &state, &small), [(1, 3), (4, 6)], "parts are not split");
}

#[tokio::test]
async fn a_slice_replaces_the_parts_of_its_event_days() {
    let state = written(&[&[1, 2, 3], &[4, 5, 6]]).await;
    let plan = changed(&state, &[4]);
    let stale = StaleDays::of(&plan, october(), &state, &[], |_| false);
    let slice = stale.next_slice(&Options::default()).unwrap();
    assert_eq!(stale.replaced(&slice), [state.parts.keys().nth(1).unwrap().clone()]);
    let may_end: Vec<bool> = (1..=7).map(|number| stale.may_end(on(number))).collect();
    assert_eq!(may_end, [false, false, true, false, false, true, true]);
}

#[tokio::test]
async fn an_event_day_that_has_lost_its_records_is_written_again() {
    let state = written(&[&[1, 2, 3], &[4, 5, 6]]).await;
    let mut plan = changed(&state, &[]);
    plan.inputs.retain(|day, _| *day < on(4));
    assert_eq!(slices(&plan, &state, &Options::default()), [(4, 6)]);
}

#[tokio::test]
async fn missing_parts_and_a_rebuild_are_written_though_nothing_has_changed() {
    let state = written(&[&[1, 2, 3], &[4, 5, 6]]).await;
    let plan = changed(&state, &[]);
    let missing = [state.parts.keys().nth(1).unwrap().clone()];
    let stale = StaleDays::of(&plan, october(), &state, &missing, |_| false);
    assert_eq!(next(&stale, &Options::default()), Some((4, 6)));
    let stale = StaleDays::of(&plan, october(), &state, &[], |day| day < on(4));
    assert_eq!(next(&stale, &Options::default()), Some((1, 3)));
}

#[tokio::test]
async fn parts_whose_event_days_no_commit_states_are_written_again() {
    let mut state = written(&[&[1, 2, 3]]).await;
    let plan = changed(&state, &[]);
    state.event_days = lake::WrittenDays::default();
    assert_eq!(slices(&plan, &state, &Options::default()), [(1, 3)]);
    assert_eq!(day("2026-10-03"), on(3));
}
