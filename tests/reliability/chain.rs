//! A request through all stages: fan-out, the jobs of its days, the job of the month that they complete. It is stopped before
//! and after each of its effects on the lake and the queues, in the long run at each call. Messages are delivered at least
//! once, in any order.
//!
//! The tests do what Lambda does between a queue and a function: receive messages, call the handler, delete those that did not
//! fail.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use job_queue::{NewMessage, Queue};
use testkit::{Effect, Fault, Hook, Then};

use crate::asked;
use crate::check::Watch;
use crate::queues::{HIDDEN, Installation, NoHook, Station, october_but_one, october_is_made};
use crate::world::World;

/// Two days, the first of which completes October; the other brings a record of October.
const REQUEST: &str = r#"{"from":"2026-10-31","to":"2026-11-01"}"#;

async fn ask(installation: &Installation) {
    let sent = installation.requests.send(&[NewMessage::new(REQUEST, "")]).await;
    sent.unwrap().pop().unwrap().unwrap();
}

/// Handles one message; `false` if the queue is empty or fails. The caller tries again.
async fn handle_one(station: &Station) -> bool {
    let Ok(mut messages) = station.queue.receive(1, Duration::ZERO).await else { return false };
    let Some(message) = messages.pop() else { return false };
    if station.handler.handle(&message.body, None).await.failure.is_none() {
        // if this fails the message is delivered again
        let _comes_again = station.queue.delete(&message).await;
    }
    true
}

/// Handles messages until none is left or `until` is true. Waits for the redelivery of those that failed.
async fn drain(installation: &Installation, hook: &Arc<impl Hook + 'static>, until: impl Fn() -> bool) {
    let stations = installation.stations(hook);
    while !installation.is_idle() && !until() {
        let mut handled = false;
        for station in &stations {
            handled |= !until() && handle_one(station).await;
        }
        if !handled {
            tokio::time::advance(HIDDEN + Duration::from_secs(1)).await;
        }
    }
}

/// Checks the lake after every message was deleted.
async fn assert_done(installation: &Installation, watch: &mut Watch, context: &str) {
    installation.acked_early().expect(context);
    watch.settled().await.expect(context);
    assert!(october_is_made(&installation.world).await, "{context}: October is not made");
}

/// Makes a fault after a number of calls, or effects, that succeed.
type FaultAfter = fn(usize, Effect, Then) -> Arc<Fault>;

/// Stops the request at its first call, its second, and so on. Returns the number of calls.
async fn stop_at_every(fault_after: FaultAfter, base: &World, effect: Effect, then: Then) -> usize {
    for spared in 0.. {
        let context = format!("call {spared} {effect:?}, {then:?}");
        let installation = Installation::of(base.snapshot());
        let mut watch = Watch::of(&installation.world);
        watch.always().await.expect(&context);
        ask(&installation).await;
        let fault = fault_after(spared, effect, then);
        drain(&installation, &fault, || then == Then::Dies && fault.happened()).await;
        watch.always().await.expect(&context);
        drain(&installation, &Arc::new(NoHook), || false).await;
        assert_done(&installation, &mut watch, &context).await;
        if !fault.happened() {
            return spared;
        }
    }
    unreachable!("a request has an end")
}

async fn stop_in_every_way(fault_after: FaultAfter) -> usize {
    let base = october_but_one().await;
    let mut points = 0;
    for effect in [Effect::Missing, Effect::Done] {
        for then in [Then::Dies, Then::GoesOn] {
            points += stop_at_every(fault_after, &base, effect, then).await;
        }
    }
    points
}

#[tokio::test(start_paused = true)]
async fn a_request_may_be_stopped_before_and_after_each_of_its_effects() {
    let points = stop_in_every_way(Fault::at).await;
    println!("crash points of a request on its way through fan-out, daily and monthly: {points}");
    assert!(points >= 4 * 40, "three kinds of messages, three commits: {points}");
}

#[tokio::test(start_paused = true)]
#[ignore = "long: scripts/reliability"]
async fn long_a_request_may_be_stopped_before_and_after_each_of_its_calls() {
    let points = stop_in_every_way(Fault::at_call).await;
    println!("crash points of a request on its way, reads included: {points}");
}

/// A request delivered twice, its messages handled in a random order: several at once, some delivered again although they
/// were handled, some sent twice; and one fault.
async fn random_delivery(base: &World, seed: u64) {
    let context = format!("seed {seed}");
    let mut random = Rng::with_seed(seed);
    let installation = Installation::of(base.snapshot());
    let mut watch = Watch::of(&installation.world);
    ask(&installation).await;
    ask(&installation).await;
    let effect = if random.bool() { Effect::Missing } else { Effect::Done };
    let fault = Fault::at(random.usize(..120), effect, Then::GoesOn);
    let stations = installation.stations(&fault);
    for step in 0.. {
        if installation.is_idle() {
            break;
        }
        let station = &stations[random.usize(..3)];
        let mut messages =
            station.queue.receive(random.usize(1..=10), Duration::ZERO).await.unwrap_or_default();
        random.shuffle(&mut messages);
        for message in messages {
            let failed = station.handler.handle(&message.body, None).await.failure.is_some();
            watch.always().await.expect(&context);
            let dropped = step < 50 && random.u8(..4) == 0;
            if !failed && !dropped {
                let _comes_again = station.queue.delete(&message).await;
            }
            if step < 50 && random.u8(..8) == 0 {
                let again = NewMessage::new(message.body, message.group.unwrap_or_default());
                let _sent_or_not = station.queue.send(&[again]).await;
            }
        }
        if random.u8(..4) == 0 {
            tokio::time::advance(HIDDEN + Duration::from_secs(1)).await;
        }
    }
    assert_done(&installation, &mut watch, &context).await;
}

async fn seeds(count: u64) {
    let base = october_but_one().await;
    for seed in 0..count {
        random_delivery(&base, seed).await;
    }
    println!("requests whose messages came twice and in any order: {count}");
}

#[tokio::test(start_paused = true)]
async fn messages_may_come_twice_and_in_any_order() {
    seeds(60).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "long: scripts/reliability"]
async fn long_messages_may_come_twice_and_in_any_order() {
    // each is several runs
    seeds(asked::seeds() / 5).await;
}
