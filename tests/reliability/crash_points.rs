//! Crash points: a run is stopped before and after each of its calls, reads included. Every invariant must hold, and the next
//! run must recover.

use std::sync::Arc;

use testkit::{Effect, Fault, Hooked, STAMP, Then};

use crate::check::Watch;
use crate::work::{Ended, Failure, Work};
use crate::world::{DAYS, World, day, last_day, november, october, records};

/// A run, and the world it starts in.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) world: World,
    pub(crate) work: Work,
}

/// Each stage, on an empty lake and on existing partitions.
pub(crate) async fn cases() -> Vec<Case> {
    let new = World::delivered().await;
    let case = |name, world: &World, work| Case { name, world: world.snapshot(), work };
    let mut cases = vec![case("daily", &new, Work::Daily(last_day()))];

    let begun = new.snapshot();
    commit(&begun, Work::Daily(last_day())).await;
    late_files(&begun).await;
    cases.push(case("daily with late files", &begun, Work::Daily(last_day())));
    commit(&begun, Work::Daily(last_day())).await;
    cases.push(case("rebuild", &begun, Work::Rebuild(last_day())));

    let days = new.snapshot();
    for of in DAYS {
        commit(&days, Work::Daily(day(of))).await;
    }
    // the records of the other month on the days after October
    commit(&days, Work::Monthly(november())).await;
    cases.push(case("monthly", &days, Work::Monthly(october())));
    commit(&days, Work::Monthly(october())).await;
    late_files(&days).await;
    commit(&days, Work::Daily(last_day())).await;
    cases.push(case("monthly rewritten", &days, Work::Monthly(october())));
    cases
}

/// Delivers late log files, after the day was committed: new records, and some duplicates.
pub(crate) async fn late_files(world: &World) {
    world.deliver(last_day(), "a", &records(DAYS[1], 150..154)).await;
    world.deliver(last_day(), "f", &records(DAYS[1], 102..105)).await;
}

pub(crate) async fn commit(world: &World, work: Work) {
    assert_eq!(work.run(world).await.unwrap(), Ended::Committed, "{work:?}");
}

/// Runs with a fault in the calls to the source and the lake.
pub(crate) async fn run_with(world: &World, work: Work, fault: &Arc<Fault>) -> Result<Ended, Failure> {
    let source = Arc::new(Hooked { store: world.source(), hook: fault.clone() });
    let lake = Arc::new(Hooked { store: world.lake(), hook: fault.clone() });
    work.run_over(source, lake, STAMP).await
}

/// Stops a run at its first call, its second, and so on. Returns the number of calls.
async fn stop_at_every_call(case: &Case, effect: Effect, then: Then) -> usize {
    for spared in 0.. {
        let context = format!("{}: call {spared} {effect:?}, {then:?}", case.name);
        let world = case.world.snapshot();
        let mut watch = Watch::of(&world);
        watch.always().await.expect(&context);
        let fault = Fault::at_call(spared, effect, then);
        let ended = run_with(&world, case.work, &fault).await;
        if !fault.happened() {
            assert_eq!(ended.unwrap(), Ended::Committed, "{context}");
            return spared;
        }
        assert!(ended.is_err(), "{context}: {ended:?}");
        watch.settled().await.expect(&context);
    }
    unreachable!("a run has an end")
}

#[tokio::test]
async fn every_stage_may_crash_before_and_after_each_of_its_calls() {
    let mut points = 0;
    for case in cases().await {
        let mut of_case = 0;
        for effect in [Effect::Missing, Effect::Done] {
            for then in [Then::Dies, Then::GoesOn] {
                of_case += stop_at_every_call(&case, effect, then).await;
            }
        }
        println!("crash points of {}: {of_case}", case.name);
        assert!(of_case >= 4 * 15, "{}: list, read, claim, sweep, stage, publish, commit …", case.name);
        points += of_case;
    }
    println!("crash points: {points}");
}

#[tokio::test]
async fn the_run_that_sets_things_right_may_crash_too() {
    let mut points = 0;
    for case in cases().await {
        for first in (1..).step_by(2) {
            let world = case.world.snapshot();
            let fault = Fault::at(first, Effect::Done, Then::Dies);
            if run_with(&world, case.work, &fault).await.is_ok() {
                break;
            }
            points += stop_again(&case, &world, first).await;
        }
    }
    println!("crash points on top of crash points: {points}");
}

async fn stop_again(case: &Case, left: &World, first: usize) -> usize {
    for second in 0.. {
        let context = format!("{}: effects {first} and {second}", case.name);
        let world = left.snapshot();
        let mut watch = Watch::of(&world);
        let fault = Fault::at(second, Effect::Missing, Then::Dies);
        let ended = run_with(&world, case.work, &fault).await;
        if !fault.happened() {
            assert!(ended.is_ok(), "{context}: {ended:?}");
            return second;
        }
        watch.settled().await.expect(&context);
    }
    unreachable!("a run has an end")
}
