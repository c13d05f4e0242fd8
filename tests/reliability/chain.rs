//! A request on its way: fan-out, the jobs of its days, the job of the month that they complete. It is stopped before and after
//! each of its effects on the lake and on the queues, in the long run at each call; messages come again, twice, and in any
//! order.
//!
//! What Lambda does between a queue and a function is done here: receive, have it handled, delete what did not fail.

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

/// Has one message handled, if there is one. A queue that fails is as good as an empty one: it is asked again.
async fn handle_one(station: &Station) -> bool {
    let Ok(mut messages) = station.queue.receive(1, Duration::ZERO).await else { return false };
    let Some(message) = messages.pop() else { return false };
    if station.handler.handle(&message.body, None).await.failure.is_none() {
        // where this fails the message comes again
        let _comes_again = station.queue.delete(&message).await;
    }
    true
}

/// Has messages handled until none is left, or `until` says so. Those that failed are waited for.
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

/// Checks what there is once every message is gone.
async fn assert_done(installation: &Installation, watch: &mut Watch, context: &str) {
    installation.acked_early().expect(context);
    watch.settled().await.expect(context);
    assert!(october_is_made(&installation.world).await, "{context}: October is not made");
}

/// What makes the fault after so many calls, or effects, that are spared.
type FaultAfter = fn(usize, Effect, Then) -> Arc<Fault>;

/// Stops the request on its way at its first call, its second, and so on. Returns how many it had.
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

/// A request that comes in twice, on its way in an order by chance: several messages at once, some of which come again
/// although they were done, or were sent twice; and something fails.
async fn by_chance(base: &World, seed: u64) {
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
        by_chance(&base, seed).await;
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
