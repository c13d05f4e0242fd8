//! Several runs at one month, and daily commits that land while it is read.

use super::*;
use crate::testing::world::{GAPS, World, day, numbers_of, october, record, rounds, stride, ten_of};
use lake::Outcome;
use testkit::{Failpoint, Hooked, RandomDelays};

const REBUILD: Request = Request { rebuild: true, ..GAPS };

/// Two records that the month has not, and a copy of one that it has.
fn late_lines() -> Vec<String> {
    let late = [9_000, 9_001].map(|number| record(number, "2026-10-03T12:00:00Z"));
    [&late[..], &ten_of(day("2026-10-03"))[..1]].concat()
}

async fn deliver_late(world: &World) {
    world.commit_day(Table::CloudTrail, day("2026-10-04"), &late_lines()).await;
}

fn without_late() -> Vec<u64> {
    numbers_of(1..=3)
}

fn with_late() -> Vec<u64> {
    [without_late(), vec![9_000, 9_001]].concat()
}

/// Runs over a slow store, and expects an outcome and no error.
async fn slow_run(world: &World, seed: u64, longest: u32, request: Request) -> Outcome {
    let lake = Hooked { store: world.lake.clone(), hook: RandomDelays::new(seed, longest) };
    match world.run_over(lake, october(), request).await {
        Ok(report) => report.outcome,
        Err(error) => panic!("seed {seed}, {request:?}: {error}: {error:?}"),
    }
}

/// How often runs ended in each way.
#[derive(Debug, Default)]
struct Tally {
    committed: u32,
    up_to_date: u32,
    superseded: u32,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Committed(_) => self.committed += 1,
            Outcome::UpToDate => self.up_to_date += 1,
            Outcome::Superseded { .. } => self.superseded += 1,
            Outcome::Empty => panic!("the month is not empty"),
        }
    }
}

/// Three days and nothing of their month; with an odd seed the month without its late part.
async fn world(seed: u64) -> (World, Vec<u64>) {
    let world = World::of_three_days().await;
    if seed.is_multiple_of(2) {
        return (world, without_late());
    }
    world.commit(october()).await;
    deliver_late(&world).await;
    (world, with_late())
}

/// All runs have ended, none was stopped: nothing is left to do, and nothing to clear.
async fn assert_left_well(world: &World, expected: &[u64], seed: u64) {
    world.assert_settled(expected, &format!("seed {seed}")).await;
    assert_eq!(world.lake.staged_count(), 0, "seed {seed}");
    assert_eq!(world.state(october()).await.open_claim, None, "seed {seed}");
}

#[tokio::test]
async fn two_runs_at_once_leave_one_right_month() {
    let mut tally = Tally::default();
    for seed in 0..u64::from(rounds(100)) {
        let (world, expected) = world(seed).await;
        // from nearly in step to one far ahead
        let outcomes = tokio::join!(
            slow_run(&world, seed, 1 + (seed % 7) as u32, GAPS),
            slow_run(&world, seed + 1_000, 1 + (seed % 11) as u32, GAPS)
        );
        tally.add(&outcomes.0);
        tally.add(&outcomes.1);
        assert_left_well(&world, &expected, seed).await;
    }
    assert!(
        tally.committed >= rounds(100) && tally.superseded >= rounds(10),
        "the runs hardly met: {tally:?}"
    );
}

#[tokio::test]
async fn a_rebuild_and_two_runs_at_once_leave_one_right_month() {
    let mut tally = Tally::default();
    for seed in 0..u64::from(rounds(100)) {
        let (world, expected) = world(seed).await;
        let longest = 1 + (seed % 9) as u32;
        let outcomes = tokio::join!(
            slow_run(&world, seed, longest, REBUILD),
            slow_run(&world, seed + 1_000, longest * 2, GAPS),
            slow_run(&world, seed + 2_000, longest * 3, GAPS)
        );
        for outcome in [&outcomes.0, &outcomes.1, &outcomes.2] {
            tally.add(outcome);
        }
        assert_left_well(&world, &expected, seed).await;
    }
    assert!(
        tally.committed >= rounds(100) && tally.superseded >= rounds(10),
        "the runs hardly met: {tally:?}"
    );
}

/// What happens to the lake during a run.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The daily stage commits one more part.
    LatePart,
    /// The daily stage replaces the part of a day by one with more records.
    DailyRebuild,
    /// A late part, and a whole other run that brings the month up to date.
    LatePartAndAnotherRun,
}

async fn happen(world: World, event: Event) {
    let third = day("2026-10-03");
    match event {
        Event::LatePart => deliver_late(&world).await,
        Event::DailyRebuild => {
            let lines = [ten_of(third), late_lines()[..2].to_vec()].concat();
            world.rebuild_day(Table::CloudTrail, third, &lines).await;
        }
        Event::LatePartAndAnotherRun => {
            deliver_late(&world).await;
            world.commit(october()).await;
        }
    }
}

/// Three days, with or without their month before the run.
async fn three_days(has_month: bool) -> World {
    let world = World::of_three_days().await;
    if has_month {
        world.commit(october()).await;
    }
    world
}

/// Runs with an event right before one call, after `spared` calls. `None` if the run has fewer calls.
async fn run_with_event(world: &World, event: Event, spared: usize) -> Option<Outcome> {
    let hook = Failpoint::before_call(spared, happen(world.clone(), event));
    let lake = Hooked { store: world.lake.clone(), hook: hook.clone() };
    let report = world.run_over(lake, october(), REBUILD).await;
    let outcome = report.unwrap_or_else(|e| panic!("{event:?} before call {spared}: {e}: {e:?}")).outcome;
    hook.happened().await.then_some(outcome)
}

/// How a run ended during which a daily commit landed.
#[derive(Debug, Default)]
struct Taken {
    /// Committed what it had planned; the next run brought the rest.
    left_for_later: u32,
    /// Committed what was new, too.
    brought_along: u32,
    /// Began a second attempt for it.
    planned_again: u32,
}

/// A daily commit lands before the run's first call, its second, and so on: none of its records is lost or doubled.
async fn daily_commit_at_any_moment(event: Event) -> Taken {
    let mut taken = Taken::default();
    for has_month in [false, true] {
        for spared in (0..).step_by(stride() as usize) {
            let context = format!("{event:?} before call {spared}, month before: {has_month}");
            let world = three_days(has_month).await;
            let seq = world.state(october()).await.last_seq;
            let Some(outcome) = run_with_event(&world, event, spared).await else { break };
            assert!(matches!(outcome, Outcome::Committed(_)), "{context}: {outcome:?}");
            taken.planned_again += u32::from(world.state(october()).await.last_seq > seq + 2);
            let numbers = world.numbers(october()).await;
            if numbers == without_late() {
                taken.left_for_later += 1;
                world.commit(october()).await;
            } else {
                taken.brought_along += 1;
            }
            world.assert_settled(&with_late(), &context).await;
            assert_eq!(world.lake.staged_count(), 0, "{context}");
        }
    }
    taken
}

#[tokio::test]
async fn a_late_part_that_lands_at_any_moment_of_a_run_is_in_the_month_once() {
    let taken = daily_commit_at_any_moment(Event::LatePart).await;
    assert!(taken.left_for_later >= 30 / stride() && taken.brought_along >= 4 / stride(), "{taken:?}");
    assert_eq!(taken.planned_again, 0, "what was planned is still there to be read: {taken:?}");
}

#[tokio::test]
async fn a_daily_rebuild_that_retires_a_part_at_any_moment_of_a_run_loses_nothing() {
    let taken = daily_commit_at_any_moment(Event::DailyRebuild).await;
    assert!(taken.left_for_later >= 20 / stride() && taken.brought_along >= 30 / stride(), "{taken:?}");
    assert!(
        taken.planned_again >= 4 / stride(),
        "the part was hardly ever gone before it was read: {taken:?}"
    );
}

#[tokio::test]
async fn a_run_never_brings_back_the_month_of_before_another_run() {
    let mut tally = Tally::default();
    for has_month in [false, true] {
        for spared in (0..).step_by(stride() as usize) {
            let context = format!("before call {spared}, month before: {has_month}");
            let world = three_days(has_month).await;
            let event = Event::LatePartAndAnotherRun;
            let Some(outcome) = run_with_event(&world, event, spared).await else { break };
            tally.add(&outcome);
            // no further run: the other one has said that the late part is in the month
            world.assert_settled(&with_late(), &context).await;
        }
    }
    assert!(
        tally.committed >= 30 / stride() && tally.superseded >= 10 / stride(),
        "the runs hardly met: {tally:?}"
    );
}
