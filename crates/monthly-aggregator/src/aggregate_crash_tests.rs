//! A run is stopped at every single effect it has on the lake. Whatever is left, readers see the old month or the new one,
//! and a clean run sets the lake right.

use super::*;
use crate::testing::world::{GAPS, World, day, numbers_of, october, record, ten_of};
use async_trait::async_trait;
use lake::Outcome;
use lake_store::{ErrorKind, Retry, StoreError};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use testkit::{Call, Effect, Fault, Hook, Hooked, Then};
use testkit_stores::TestStore;

const REBUILD: Request = Request { rebuild: true, ..GAPS };

/// What a lake is like when the run that is stopped begins.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// Three days, nothing of the month.
    Nothing,
    /// The month, as the days are.
    AMonth,
    /// The month, and a daily part that came after it.
    ALatePart,
    /// Three days, and what an attempt left that died between publishing and committing.
    ADeadAttempt,
}

async fn world(before: Before) -> World {
    let world = World::of_three_days().await;
    match before {
        Before::Nothing => {}
        Before::AMonth => _ = world.commit(october()).await,
        Before::ALatePart => {
            world.commit(october()).await;
            deliver_late(&world).await;
        }
        Before::ADeadAttempt => {
            let counting = Fault::never();
            let copy = World::of_three_days().await;
            run_with(&copy, &counting, GAPS).await.unwrap();
            // the last effect of a first run is its commit
            let fault = Fault::at(counting.effects() - 1, Effect::Missing, Then::Dies);
            run_with(&world, &fault, GAPS).await.unwrap_err();
            assert_eq!(world.visible(october()).await.len(), 2);
        }
    }
    world
}

/// The next day brings two records that the month has not, and a copy of one that it has.
async fn deliver_late(world: &World) {
    let late = [9_000, 9_001].map(|number| record(number, "2026-10-03T12:00:00Z"));
    let lines = [&late[..], &ten_of(day("2026-10-03"))[..1]].concat();
    world.commit_day(Table::CloudTrail, day("2026-10-04"), &lines).await;
}

/// The records of the month once it is up to date.
fn expected(before: Before) -> Vec<u64> {
    let late: &[u64] = if matches!(before, Before::ALatePart) { &[9_000, 9_001] } else { &[] };
    [&numbers_of(1..=3), late].concat()
}

async fn run_with(world: &World, fault: &Arc<Fault>, request: Request) -> Result<Outcome, MonthlyError> {
    let lake = Hooked { store: world.lake.clone(), hook: fault.clone() };
    Ok(world.run_over(lake, october(), request).await?.outcome)
}

/// The month of a reader that follows the journal, and its parts.
async fn followed(world: &World) -> (Option<Vec<u64>>, BTreeSet<String>) {
    let state = world.state(october()).await;
    let numbers = if state.commits == 0 { None } else { Some(world.numbers(october()).await) };
    (numbers, state.parts.into_keys().collect())
}

/// What a reader of the table may find in a lake whose run was stopped: what the journal names, and in the two windows of
/// docs/guide/guarantees.md whole objects of the attempt that has not committed, or those that its commit retired.
async fn assert_readable(world: &World, before: &ReadersView, new: &[u64], context: &str) {
    let (numbers, named) = followed(world).await;
    assert!(numbers == before.numbers || numbers.as_deref() == Some(new), "{context}: half a month counts");
    let state = world.state(october()).await;
    let visible: BTreeSet<String> = world.visible(october()).await.into_iter().collect();
    assert!(visible.is_superset(&named), "{context}: a part that the journal names is gone");
    let orphans: BTreeSet<&String> = visible.difference(&named).collect();
    let allowed = |key: &str| match &state.open_claim {
        Some(claim) => key.contains(&format!("/part-{:06}-", claim.seq)) || before.visible.contains(key),
        None => before.visible.contains(key),
    };
    assert!(orphans.iter().all(|key| allowed(key)), "{context}: {orphans:?}");
    for object in world.objects(october()).await {
        let rows = world.numbers_of_object(&object).await;
        assert!(!rows.is_empty() && rows.iter().all(|row| new.contains(row)), "{context}: {}", object.key);
    }
}

/// What readers saw before the run that is stopped.
struct ReadersView {
    numbers: Option<Vec<u64>>,
    visible: BTreeSet<String>,
}

/// Stops the run at its first effect, its second, and so on, until it has none left to be stopped at. Returns how many
/// it had. Over HTTP it is stopped at every sixth one, from `first` on.
async fn stop_everywhere(
    before: Before,
    request: Request,
    again: Request,
    (effect, then, first): (Effect, Then, usize),
) -> usize {
    let new = expected(before);
    let stride = if TestStore::speaks_http() { 6 } else { 1 };
    for spared in (first % stride..).step_by(stride) {
        let context = format!("{before:?} {request:?} {again:?}: effect {spared} {effect:?}, {then:?}");
        let world = world(before).await;
        let (numbers, _) = followed(&world).await;
        let old = ReadersView { numbers, visible: world.visible(october()).await.into_iter().collect() };
        let fault = Fault::at(spared, effect, then);
        let result = run_with(&world, &fault, request).await;
        assert_eq!(result.is_err(), fault.happened(), "{context}: {result:?}");
        if !fault.happened() {
            world.assert_settled(&new, &context).await;
            return fault.effects();
        }
        assert_readable(&world, &old, &new, &context).await;
        world.try_run(october(), again).await.expect(&context);
        world.assert_settled(&new, &context).await;
    }
    unreachable!("a run has an end")
}

async fn crash_before_and_after_every_effect(before: Before, request: Request, least_effects: usize) {
    // over HTTP a run is stopped once at each of its effects, in these ways by turns
    for (at, (then, again)) in
        [(Then::GoesOn, GAPS), (Then::Dies, GAPS), (Then::Dies, REBUILD)].into_iter().enumerate()
    {
        for (effect, first) in [(Effect::Missing, 2 * at), (Effect::Done, 2 * at + 1)] {
            let effects = stop_everywhere(before, request, again, (effect, then, first)).await;
            assert!(effects >= least_effects, "{before:?} {request:?}: only {effects} effects");
        }
    }
}

// claim, clear, two parts staged, written to, sealed and published, commit
const FIRST_RUN: usize = 2 + 2 * 4 + 1;

#[tokio::test]
async fn a_first_run_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::Nothing, GAPS, FIRST_RUN).await;
}

// claim, clear, one of two parts staged, written to, sealed and published, commit, the part that it replaces deleted
const REWRITE: usize = 2 + 4 + 1 + 1;

#[tokio::test]
async fn a_rewrite_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::ALatePart, GAPS, REWRITE).await;
}

#[tokio::test]
async fn a_rebuild_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::AMonth, REBUILD, FIRST_RUN + 2).await;
}

#[tokio::test]
async fn a_run_that_clears_up_after_a_dead_one_may_crash_before_and_after_every_effect() {
    crash_before_and_after_every_effect(Before::ADeadAttempt, GAPS, FIRST_RUN + 2).await;
}

#[tokio::test]
async fn a_crash_leaves_no_unfinished_upload_once_the_work_is_done_again() {
    for spared in 0.. {
        let world = world(Before::ALatePart).await;
        let fault = Fault::at(spared, Effect::Done, Then::Dies);
        let result = run_with(&world, &fault, GAPS).await;
        world.try_run(october(), GAPS).await.unwrap();
        assert_eq!(world.lake.staged_count(), 0, "effect {spared}");
        if result.is_ok() {
            return;
        }
    }
}

/// Loses the reply to one effect, in a way that invites another try.
#[derive(Debug)]
struct LostReply {
    spared: usize,
    done: AtomicUsize,
}

#[async_trait]
impl Hook for LostReply {
    async fn after(&self, call: Call, key: &str) -> lake_store::Result<()> {
        // a backend makes sure that a write which failed has no effect
        if call.is_effect() && call != Call::Write && self.done.fetch_add(1, SeqCst) == self.spared {
            return Err(StoreError::new(ErrorKind::Transient, "reach", key).because("the reply was lost"));
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_reply_that_is_lost_and_a_call_that_is_made_again_change_nothing() {
    for before in [Before::Nothing, Before::ALatePart, Before::ADeadAttempt] {
        for spared in 0.. {
            let context = format!("{before:?}: reply to effect {spared}");
            let world = world(before).await;
            let seq = world.state(october()).await.last_seq;
            let hook = Arc::new(LostReply { spared, done: AtomicUsize::new(0) });
            let hooked = Hooked { store: world.lake.clone(), hook: hook.clone() };
            let lake = Retry::new(hooked).pauses(Duration::ZERO, Duration::ZERO);
            let report = world.run_over(lake, october(), GAPS).await.expect(&context);
            assert!(matches!(report.outcome, Outcome::Committed(_)), "{context}: {:?}", report.outcome);
            assert_eq!(world.state(october()).await.last_seq, seq + 2, "{context}: one claim, one commit");
            world.assert_settled(&expected(before), &context).await;
            if hook.done.load(SeqCst) <= spared {
                assert!(spared >= REWRITE - 1, "only {spared} effects");
                break;
            }
        }
    }
}

/// Keeps what was read and what was staged.
#[derive(Debug, Default)]
struct Seen(std::sync::Mutex<Vec<(Call, String)>>);

#[async_trait]
impl Hook for Seen {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        self.0.lock().unwrap().push((call, key.to_owned()));
        Ok(())
    }
}

#[tokio::test]
async fn after_a_crash_between_commit_and_deletion_the_month_is_swept_and_not_staged_again() {
    let world = world(Before::ALatePart).await;
    let before = world.visible(october()).await;
    // the replaced part is deleted last
    let counting = Fault::never();
    run_with(&self::world(Before::ALatePart).await, &counting, GAPS).await.unwrap();
    let fault = Fault::at(counting.effects() - 1, Effect::Missing, Then::Dies);
    run_with(&world, &fault, GAPS).await.unwrap_err();
    let named: BTreeSet<String> = world.state(october()).await.parts.into_keys().collect();
    let replaced: Vec<&String> = before.iter().filter(|key| !named.contains(*key)).collect();
    assert_eq!((before.len(), replaced.len()), (2, 1), "a day is replaced, the others stay");
    assert_eq!(world.visible(october()).await.len(), replaced.len() + named.len());

    let seen = Arc::new(Seen::default());
    let lake = Hooked { store: world.lake.clone(), hook: seen.clone() };
    let report = world.run_over(lake, october(), GAPS).await.unwrap();
    let Outcome::Committed(committed) = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!((committed.swept, committed.only_swept()), (replaced.len() as u64, true));
    let calls = seen.0.lock().unwrap().clone();
    let read = |key: &str| key.starts_with("cloudtrail_daily/");
    assert!(!calls.iter().any(|(call, key)| *call == Call::Stage || read(key)), "{calls:?}");
    world.assert_settled(&expected(Before::ALatePart), "after the sweep").await;
}

#[tokio::test]
async fn nothing_is_published_after_the_soft_deadline() {
    let world = World::of_three_days().await;
    let past = Instant::now();
    let error = world.try_run(october(), Request { until: Some(past), ..GAPS }).await.unwrap_err();
    assert!(matches!(error, MonthlyError::NoTimeLeft { .. }), "{error}");
    assert!(error.to_string().contains("`trailmill monthly --month 2026-10`"), "{error}");
    assert_eq!((world.visible(october()).await.len(), world.lake.staged_count()), (0, 0));
    let far = past + Duration::from_secs(600);
    world.try_run(october(), Request { until: Some(far), ..GAPS }).await.unwrap();
    world.assert_settled(&expected(Before::Nothing), "with time enough").await;
}
