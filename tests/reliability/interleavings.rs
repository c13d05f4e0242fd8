//! Concurrent runs, one call at a time: in every order up to a bound of preemptions, and in random schedules with runs that
//! die, late log files and other stages.
//!
//! The invariants that hold at any time are checked between any two calls, the others at the end. A run may end in any way
//! except by an error; docs/guide/guarantees.md has the one error that is allowed.

use std::sync::Arc;

use fastrand::Rng;
use lake_store::Store;
use testkit::{Effect, Fault, Hooked, STAMP, Schedule, Then, Turns};

use crate::asked;
use crate::check::Watch;
use crate::crash_points::{commit, late_files};
use crate::failpoints::is_lost_upload;
use crate::work::Work;
use crate::world::{DAYS, World, day, last_day, november, october};

/// One of several concurrent runs.
#[derive(Debug, Clone, Copy)]
struct Runner {
    work: Work,
    /// The number of effects after which it dies; `None` if it does not.
    dies_after: Option<usize>,
}

fn alive(work: Work) -> Runner {
    Runner { work, dies_after: None }
}

/// Runs all of them in one order.
async fn run_together(world: &World, runners: &[Runner], schedule: &mut Schedule) -> Result<(), String> {
    let turns = Turns::default();
    let attempts: Vec<_> = runners
        .iter()
        .enumerate()
        .map(|(number, runner)| {
            let lake = Hooked { store: world.lake(), hook: turns.decisive(number) };
            let spared = runner.dies_after.unwrap_or(usize::MAX);
            // the fault wraps the turns: a dead process has none
            let lake = Hooked { store: lake, hook: Fault::at(spared, Effect::Done, Then::Dies) };
            let (work, source, lake): (_, _, Arc<dyn Store>) = (runner.work, world.source(), Arc::new(lake));
            async move { work.run_over(source, lake, STAMP).await }
        })
        .collect();
    let mut watch = Watch::of(world);
    let mut broken = None;
    let ended = turns.run(schedule, attempts, async || {
        if broken.is_none() {
            broken = watch.always().await.err();
        }
    });
    let ended = ended.await;
    if let Some(broken) = broken {
        return Err(broken);
    }
    for (runner, ended) in runners.iter().zip(ended) {
        if let Err(error) = ended
            && runner.dies_after.is_none()
            && !is_lost_upload(&*error)
        {
            return Err(format!("{:?}: {}", runner.work, lake_store::with_causes(&*error)));
        }
    }
    watch.settled().await
}

/// Runs every order with at most `preemptions` preemptions. Returns the number of orders.
async fn in_every_order(world: &World, works: &[Work], preemptions: usize) -> usize {
    let runners: Vec<Runner> = works.iter().copied().map(alive).collect();
    let mut schedule = Schedule::every(preemptions);
    for orders in 1.. {
        let verdict = run_together(&world.snapshot(), &runners, &mut schedule).await;
        verdict.unwrap_or_else(|broken| panic!("{works:?} in order {schedule}: {broken}"));
        if !schedule.next_order() {
            return orders;
        }
    }
    unreachable!("orders are finite")
}

/// A bucket whose days are in the lake, except late log files of the last day of October, and October as it was before them.
async fn with_late_files() -> World {
    let world = World::delivered().await;
    for of in DAYS {
        commit(&world, Work::Daily(day(of))).await;
    }
    commit(&world, Work::Monthly(october())).await;
    late_files(&world).await;
    world
}

fn pairs() -> [[Work; 2]; 6] {
    let (daily, rebuild) = (Work::Daily(last_day()), Work::Rebuild(last_day()));
    let (monthly, rewritten) = (Work::Monthly(october()), Work::MonthlyRebuild(october()));
    [
        [daily, daily],
        [daily, rebuild],
        [rebuild, rebuild],
        [daily, monthly],
        [rebuild, rewritten],
        [rewritten, rewritten],
    ]
}

/// Every order of two runs with at most this number of preemptions.
async fn orders_of_two(preemptions: usize) {
    let world = with_late_files().await;
    let mut orders = 0;
    for works in pairs() {
        orders += in_every_order(&world, &works, preemptions).await;
    }
    println!("orders of two runs, up to {preemptions} preemptions: {orders}");
}

/// Every order of three runs, up to one preemption.
async fn orders_of_three(works: [Work; 3]) {
    let orders = in_every_order(&with_late_files().await, &works, 1).await;
    println!("orders of {works:?}, up to 1 preemption: {orders}");
}

/// Two or three random runs on a random lake in a random schedule; some of them die. `again` is a schedule that a failure
/// printed.
async fn random_schedule(seed: u64, again: Option<&str>) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let world = World::delivered().await;
    for of in DAYS {
        if random.u8(..3) > 0 {
            commit(&world, Work::Daily(day(of))).await;
        }
    }
    if random.bool() {
        Work::Monthly(october()).run(&world).await.map_err(|error| error.to_string())?;
    }
    if random.bool() {
        late_files(&world).await;
    }
    let runners: Vec<Runner> = (0..random.usize(2..4))
        .map(|_| Runner {
            work: match random.u8(..7) {
                6 => Work::Monthly(november()),
                0 => Work::Rebuild(last_day()),
                1 | 2 => Work::Monthly(october()),
                3 => Work::MonthlyRebuild(october()),
                _ => Work::Daily(last_day()),
            },
            dies_after: (random.u8(..3) == 0).then(|| random.usize(..16)),
        })
        .collect();
    let mut schedule = again.map_or_else(|| Schedule::seeded(seed), Schedule::replay);
    let verdict = run_together(&world, &runners, &mut schedule).await;
    verdict.map_err(|broken| {
        format!("{broken}\n{runners:?}\nreplay it with: scripts/reliability --replay {seed} {schedule}")
    })
}

async fn seeds(count: u64) {
    for seed in 0..count {
        random_schedule(seed, None).await.unwrap_or_else(|broken| panic!("{broken}"));
    }
    println!("random schedules: {count}");
}

#[tokio::test]
async fn two_runs_may_have_their_turns_in_any_order() {
    orders_of_two(1).await;
}

#[tokio::test]
async fn three_runs_of_a_day_may_have_their_turns_in_any_order() {
    orders_of_three([Work::Daily(last_day()); 3]).await;
}

#[tokio::test]
async fn two_runs_and_a_rebuild_of_a_day_may_have_their_turns_in_any_order() {
    let daily = Work::Daily(last_day());
    orders_of_three([daily, Work::Rebuild(last_day()), daily]).await;
}

#[tokio::test]
#[ignore = "long: scripts/reliability"]
async fn long_a_rebuild_of_a_day_and_two_of_its_month_may_have_their_turns_in_any_order() {
    let rewritten = Work::MonthlyRebuild(october());
    orders_of_three([Work::Rebuild(last_day()), rewritten, rewritten]).await;
}

#[tokio::test]
async fn random_schedules_of_random_runs_break_no_invariant() {
    seeds(100).await;
}

#[tokio::test]
#[ignore = "long: scripts/reliability"]
async fn long_two_runs_may_have_their_turns_in_any_order() {
    orders_of_two(2).await;
}

#[tokio::test]
#[ignore = "long: scripts/reliability"]
async fn long_random_schedules_of_random_runs_break_no_invariant() {
    seeds(asked::seeds()).await;
}

#[tokio::test]
#[ignore = "replays one schedule: scripts/reliability --replay SEED ORDER"]
async fn replayed_schedule() {
    let (seed, order) = asked::order();
    random_schedule(seed, Some(&order)).await.unwrap_or_else(|broken| panic!("{broken}"));
}
