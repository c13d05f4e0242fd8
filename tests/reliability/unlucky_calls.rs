//! Temporary failures: each call fails once and is retried; the result is that of a run without failures.

use std::sync::Arc;
use std::time::Duration;

use lake::{Partition, Stamp};
use lake_store::{ErrorKind, Retry};
use testkit::{Effect, Fault, Hooked, STAMP};

use crate::check::Watch;
use crate::crash_points::{Case, cases};
use crate::work::{Ended, Failure};
use crate::world::World;

async fn run_patiently(case: &Case, world: &World, fault: &Arc<Fault>) -> Result<Ended, Failure> {
    let patient = |store| Retry::new(store).pauses(Duration::ZERO, Duration::ZERO);
    let source = patient(Hooked { store: world.source(), hook: fault.clone() });
    let lake = patient(Hooked { store: world.lake(), hook: fault.clone() });
    case.work.run_over(Arc::new(source), Arc::new(lake), STAMP).await
}

/// Fails each call of a run once. Returns the number of calls.
async fn each_call_fails_once(case: &Case, effect: Effect, kind: ErrorKind) -> usize {
    for spared in 0.. {
        let context = format!("{}: call {spared} {effect:?}, {kind:?}", case.name);
        let world = case.world.snapshot();
        let mut watch = Watch::of(&world);
        let entries = entries(&world).await;
        let fault = Fault::passing(spared, effect, kind);
        let ended = run_patiently(case, &world, &fault).await;
        assert_eq!(ended.expect(&context), Ended::Committed, "{context}");
        if !fault.happened() {
            return spared;
        }
        assert_eq!(entries + 2, self::entries(&world).await, "{context}: not one claim and one commit");
        watch.settled().await.expect(&context);
    }
    unreachable!("a run has an end")
}

/// The number of entries in all journals.
async fn entries(world: &World) -> usize {
    let is_entry = |key: &String| {
        let prefix = key.rfind('/').and_then(|end| Partition::from_journal_prefix(&key[..=end]));
        prefix.and_then(|of| of.journal_seq(key)).is_some()
    };
    world.objects("_journal/").await.keys().filter(|key| is_entry(key)).count()
}

/// This includes the 409 of a conditional put on S3, which `lake_aws` classifies as transient.
#[tokio::test]
async fn a_failed_call_is_retried_without_effect_on_the_result() {
    let mut calls = 0;
    for case in cases().await {
        calls += each_call_fails_once(&case, Effect::Missing, ErrorKind::Transient).await;
        calls += each_call_fails_once(&case, Effect::Missing, ErrorKind::Throttled).await;
    }
    println!("calls that failed once: {calls}");
}

/// The retried put-if-absent of a journal entry finds its own object (412 on S3), and reads it back to compare the attempt.
#[tokio::test]
async fn a_call_whose_response_was_lost_is_retried_and_nothing_is_done_twice() {
    let mut calls = 0;
    for case in cases().await {
        calls += each_call_fails_once(&case, Effect::Done, ErrorKind::Transient).await;
    }
    println!("replies lost: {calls}");
}

/// Wrong clocks.
const CLOCKS: [Stamp; 4] = [
    Stamp { now: || "1970-01-01T00:00:00Z".into(), ..STAMP },
    Stamp { now: || "2106-02-07T06:28:15Z".into(), ..STAMP },
    Stamp { now: || "2026-10-31T00:00:00Z".into(), ..STAMP },
    Stamp { now: || "no time at all".into(), ..STAMP },
];

#[tokio::test]
async fn the_clock_decides_nothing() {
    for case in cases().await {
        let mut listings = Vec::new();
        for clock in CLOCKS {
            let world = case.world.snapshot();
            let mut watch = Watch::of(&world);
            let ended = case.work.run_over(world.source(), world.lake(), clock).await.unwrap();
            assert_eq!(ended, Ended::Committed, "{}", case.name);
            // the next run has another clock
            watch.settled().await.unwrap();
            let parts = world.objects("cloudtrail_").await;
            listings.push(parts);
        }
        assert!(listings.iter().all(|listing| *listing == listings[0]), "{}", case.name);
    }
}
