//! A run is stopped at each of its effects on the lake. The next run must recover.

use super::*;
use crate::testing::world::{World, gzip, lines_of, partition, put, stride};
use lake::Outcome;
use testkit::{Effect, Fault, Hooked, Then};
use testkit_stores::TestStore;

/// The state of the lake before the stopped run.
#[derive(Debug, Clone, Copy)]
enum Before {
    Nothing,
    ACommit,
    TwoCommits,
    ADeadAttempt,
}

/// The world before the stopped run: 60 records, several files and parts, duplicates, a broken file.
async fn world(before: Before) -> World {
    let mut world = World::new();
    world.options.part_raw_bytes = 2_500;
    world.deliver("b", 0..20).await;
    world.deliver_broken("c").await;
    if matches!(before, Before::ACommit | Before::TwoCommits) {
        world.commit().await;
    }
    world.deliver("a", 10..40).await;
    world.deliver("d", (0..60).step_by(3).chain(40..60)).await;
    match before {
        Before::TwoCommits => {
            world.commit().await;
        }
        Before::ADeadAttempt => {
            dead_before_its_commit(&world).await;
        }
        Before::Nothing | Before::ACommit => {}
    }
    world
}

/// Leaves published parts without a commit, a staged upload and an orphan that no run has written.
async fn dead_before_its_commit(world: &World) {
    let counting = Fault::never();
    let copy = World { lake: TestStore::new(), ..world.clone() };
    run_with(&copy, &counting, Request::default()).await.unwrap();
    // the last effect of a first run is its commit
    let last = counting.effects() - 1;
    let fault = Fault::at(last, Effect::Missing, Then::Dies);
    run_with(world, &fault, Request::default()).await.unwrap_err();
    let orphan = format!("{}part-000001-0777.ndjson.gz", partition().prefix());
    put(&world.lake, &orphan, gzip(b"{\"orphan\":1}\n")).await;
    drop(world.lake.stage(&orphan).await.unwrap());
    assert!(world.parts().await.len() > 2);
}

async fn run_with(world: &World, fault: &Arc<Fault>, request: Request) -> Result<Outcome, DailyError> {
    let lake = Hooked { store: world.lake.clone(), hook: fault.clone() };
    Ok(world.run_over(world.source.clone(), lake, request).await?.outcome)
}

/// The lines of the parts that the journal names, duplicates included. Every part must exist.
async fn committed_lines(world: &World) -> Vec<String> {
    let named = world.state().await.parts;
    let mut parts = world.parts().await;
    parts.retain(|(key, _)| named.contains_key(key));
    assert_eq!(parts.len(), named.len(), "a part that the journal names is gone");
    crate::testing::world::sorted_lines(&parts)
}

/// Stops the run at its first effect, its second, and so on; over HTTP at every `stride`th, from `first` on. Returns the number
/// of effects.
async fn stop_everywhere(
    before: Before,
    request: Request,
    again: Request,
    (effect, then, first): (Effect, Then, usize),
) -> usize {
    let all = lines_of(0..60);
    for spared in (first % stride()..).step_by(stride()) {
        let context = format!("{before:?} {request:?} {again:?}: effect {spared} {effect:?}, {then:?}");
        let world = world(before).await;
        let at_first = committed_lines(&world).await;
        let fault = Fault::at(spared, effect, then);
        let result = run_with(&world, &fault, request).await;
        let happened = fault.happened();
        assert_eq!(result.is_err(), happened, "{context}: {result:?}");
        if !happened {
            world.assert_settled(&all, &context).await;
            return fault.effects();
        }

        let left = committed_lines(&world).await;
        assert!(left == at_first || left == all, "{context}: half a run counts");
        world.try_run(again).await.expect(&context);
        world.assert_settled(&all, &context).await;
        assert_eq!(world.state().await.inputs.len(), 4, "{context}");
    }
    unreachable!("a run has an end")
}

const PLAIN: Request = Request {
    rebuild: false,
    drop_missing: false,
    retry_quarantined: false,
    commit_empty: false,
    until: None,
};
const REBUILD: Request = Request { rebuild: true, ..PLAIN };

async fn crash_before_and_after_every_effect(before: Before, request: Request, again: Request) {
    // over HTTP once at each effect, with these faults in turn
    let ways = [
        (Effect::Missing, Then::GoesOn, 0),
        (Effect::Missing, Then::Dies, 1),
        (Effect::Done, Then::GoesOn, 2),
        (Effect::Done, Then::Dies, 3),
    ];
    for way in ways {
        let effects = stop_everywhere(before, request, again, way).await;
        // claim, clear, at least two parts staged, written to, sealed and published, commit
        assert!(effects >= 15, "{before:?} {request:?}: only {effects} effects");
    }
}

#[tokio::test]
async fn a_first_run_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::Nothing, PLAIN, PLAIN).await;
    crash_before_and_after_every_effect(Before::Nothing, PLAIN, REBUILD).await;
}

#[tokio::test]
async fn a_later_run_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::ACommit, PLAIN, PLAIN).await;
}

#[tokio::test]
async fn a_run_that_clears_up_after_a_dead_one_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::ADeadAttempt, PLAIN, PLAIN).await;
}

#[tokio::test]
async fn a_rebuild_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::TwoCommits, REBUILD, PLAIN).await;
    crash_before_and_after_every_effect(Before::TwoCommits, REBUILD, REBUILD).await;
    crash_before_and_after_every_effect(Before::ACommit, REBUILD, PLAIN).await;
}

#[tokio::test]
async fn a_crash_leaves_no_unfinished_upload_once_the_work_is_done_again() {
    for spared in 0.. {
        let world = world(Before::ACommit).await;
        let fault = Fault::at(spared, Effect::Done, Then::Dies);
        let result = run_with(&world, &fault, PLAIN).await;
        world.run().await;
        assert_eq!(world.lake.staged_count(), 0, "effect {spared}");
        if result.is_ok() {
            return;
        }
    }
}

#[tokio::test]
async fn a_second_crash_on_top_of_every_first_is_set_right_too() {
    for first in (0..).step_by(2) {
        let mut stopped = false;
        for second in (0..).step_by(3) {
            let world = world(Before::ACommit).await;
            let fault = Fault::at(first, Effect::Done, Then::Dies);
            stopped = run_with(&world, &fault, PLAIN).await.is_err();
            let fault = Fault::at(second, Effect::Missing, Then::Dies);
            let stopped_again = run_with(&world, &fault, PLAIN).await.is_err();
            world.run().await;
            world.assert_settled(&lines_of(0..60), &format!("effects {first} and {second}")).await;
            if !stopped_again {
                break;
            }
        }
        if !stopped {
            return;
        }
    }
}
