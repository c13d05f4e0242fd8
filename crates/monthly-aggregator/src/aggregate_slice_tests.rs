//! Months written in several slices: by size, by the soft deadline, and with runs that die in between.

use std::time::Duration;

use cloudtrail_model::Day;
use lake::{Committed, Outcome};
use lake_store::{Meter, Usage};
use testkit::{Effect, Fault, Hooked, Then};

use super::*;
use crate::testing::world::{GAPS, World, day, numbers_of, october, record};

/// A whole October whose slices have these many event days, one part each.
async fn october_in_slices(slice_days: u16) -> World {
    let mut world = World::of_a_whole_october().await;
    world.options = Options { slice_days, part_rows: 1, row_group_days: 1, ..world.options };
    world
}

async fn commit_with(world: &World, request: Request) -> Committed {
    match world.try_run(october(), request).await.unwrap().outcome {
        Outcome::Committed(committed) => *committed,
        other => panic!("not committed but {other:?}"),
    }
}

fn until(seconds: u64) -> Request {
    Request { until: Some(Instant::now() + Duration::from_secs(seconds)), ..GAPS }
}

#[tokio::test]
async fn each_slice_is_a_commit_and_the_run_goes_on_until_the_month_is_written() {
    let world = october_in_slices(10).await;
    let committed = world.commit(october()).await;
    assert_eq!((committed.totals.files_in, committed.totals.records_out, committed.left), (31, 310, 0));
    let state = world.state(october()).await;
    assert_eq!((state.commits, state.inputs_of.len(), state.parts.len()), (4, 4, 31));
    world.assert_settled(&numbers_of(1..=31), "in four slices").await;
}

#[tokio::test]
async fn a_late_event_rewrites_one_of_many_slices_at_an_eighth_of_the_cost() {
    let world = october_in_slices(3).await;
    let metered = async || {
        let lake = Meter::new(world.lake.clone());
        let counters = lake.counters();
        world.run_over(lake, october(), GAPS).await.unwrap();
        let Usage { list, get, get_range, create_new, stage, write, seal, publish, delete, .. } =
            counters.usage();
        let calls = [list, get, get_range, create_new, stage, write, seal, publish, delete];
        calls.iter().map(|call| call.calls).sum::<u64>()
    };
    let first = metered().await;
    world.commit_day(Table::CloudTrail, day("2026-10-20"), &[record(9_000, "2026-10-11T00:00:00Z")]).await;
    let late = metered().await;
    assert!(late * 8 <= first, "{late} calls, {first} for the first writing");
    let state = world.state(october()).await;
    assert_eq!(state.parts.len(), 31);
    let expected = [numbers_of(1..=31), vec![9_000]].concat();
    world.assert_settled(&expected, "after the late event").await;
    assert_eq!((state.commits, world.state(october()).await.commits), (12, 12));
}

/// A store that takes a minute for the parts of some delivery days.
#[derive(Debug)]
struct Slow(Vec<Day>);

#[async_trait]
impl testkit::Hook for Slow {
    async fn before(&self, call: testkit::Call, key: &str) -> lake_store::Result<()> {
        let is_slow = |day: &Day| key.starts_with(&Partition::day(Table::CloudTrail, *day).prefix());
        if call == testkit::Call::GetRange && self.0.iter().any(is_slow) {
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_soft_deadline_a_slice_ends_and_the_rest_is_left_to_the_next_run() {
    if testkit_stores::TestStore::speaks_http() {
        return; // its client has a clock of its own
    }
    let mut world = october_in_slices(31).await;
    world.options.threads = 1;
    let mut runs = 0;
    let mut written = 0;
    loop {
        let slow = Slow(october().days().collect());
        let lake = Arc::new(Hooked { store: world.lake.clone(), hook: Arc::new(slow) });
        let (progress, days_there) = (Arc::default(), DaysThere::default());
        let stage =
            MonthlyAggregator { lake, options: world.options, stamp: testkit::STAMP, progress, days_there };
        let outcome = stage.run(Table::CloudTrail, october(), until(600)).await.unwrap().outcome;
        let Outcome::Committed(committed) = outcome else { panic!("{outcome:?}") };
        runs += 1;
        assert!(committed.totals.records_out > 0, "every run makes progress");
        written += committed.totals.records_out;
        assert_eq!(committed.left * 10, 310 - written);
        if committed.left == 0 {
            break;
        }
        assert_eq!(world.numbers(october()).await.len() as u64, written, "what is committed is there");
    }
    assert!((3..=31).contains(&runs), "{runs} runs");
    world.assert_settled(&numbers_of(1..=31), "after all runs").await;
}

#[tokio::test]
async fn the_first_event_day_is_written_even_if_it_takes_long_but_not_published_after_the_soft_deadline() {
    let world = october_in_slices(31).await;
    let error = world.try_run(october(), until(0)).await.unwrap_err();
    assert!(matches!(error, MonthlyError::NoTimeLeft { .. }), "{error}");
    assert_eq!(world.visible(october()).await, Vec::<String>::new());
    let committed = commit_with(&world, until(3_600)).await;
    assert_eq!(committed.left, 0);
}

#[tokio::test]
async fn a_run_that_dies_after_any_of_its_effects_leaves_whole_slices() {
    for then in [Then::GoesOn, Then::Dies] {
        for spared in (0..).step_by(7) {
            let mut world = World::of_three_days().await;
            world.options.slice_days = 1;
            world.options.row_group_days = 1;
            let fault = Fault::at(spared, Effect::Missing, then);
            let lake = Hooked { store: world.lake.clone(), hook: fault.clone() };
            let run = world.run_over(lake, october(), GAPS).await;
            assert_eq!(run.is_err(), fault.happened());
            let found = world.state(october()).await;
            if found.commits > 0 {
                assert_eq!(world.numbers(october()).await.len() as u64, 10 * found.commits);
            }
            world.try_run(october(), GAPS).await.unwrap();
            world.assert_settled(&numbers_of(1..=3), &format!("{then:?} at effect {spared}")).await;
            if !fault.happened() {
                assert!(spared > 20, "three slices have more effects");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_rebuild_writes_each_slice_once() {
    let world = october_in_slices(10).await;
    world.commit(october()).await;
    let rebuilt = commit_with(&world, Request { rebuild: true, ..GAPS }).await;
    assert_eq!((rebuilt.totals.records_out, rebuilt.retired, rebuilt.left), (310, 31, 0));
    assert_eq!(world.state(october()).await.commits, 8);
    world.assert_settled(&numbers_of(1..=31), "after the rebuild").await;
}
