use super::*;
use crate::testing::world::{World, committed, gzip, key, lines_of, partition, put, rounds};
use async_trait::async_trait;
use lake::Outcome;
use std::sync::Mutex;
use testkit::{Call, Failpoint, Hook, Hooked, RandomDelays};
use testkit_stores::TestStore;

/// Replaces an object (or deletes it, if there is no text) right before the first get of it.
#[derive(Debug)]
struct SwapOnce {
    store: TestStore,
    key: String,
    text: Mutex<Option<Option<String>>>,
}

#[async_trait]
impl Hook for SwapOnce {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call != Call::Get || key != self.key {
            return Ok(());
        }
        let swap = self.text.lock().unwrap().take();
        match swap {
            Some(Some(text)) => put(&self.store, key, gzip(text.as_bytes())).await,
            Some(None) => self.store.delete(key).await?,
            None => {}
        }
        Ok(())
    }
}

async fn run_while_swapping(world: &World, name: &str, text: Option<String>) -> Outcome {
    let hook = SwapOnce { store: world.source.clone(), key: key(name), text: Mutex::new(Some(text)) };
    let hook = Arc::new(hook);
    let source = Hooked { store: world.source.clone(), hook: hook.clone() };
    let report = world.run_over(source, world.lake.clone(), Request::default()).await.unwrap();
    assert!(hook.text.lock().unwrap().is_none(), "nothing was swapped");
    report.outcome
}

#[tokio::test]
async fn a_file_that_changes_after_it_was_listed_is_planned_again() {
    let world = World::new();
    world.deliver("a", 0..5).await;
    world.deliver("b", 5..10).await;
    let text = format!(r#"{{"Records":[{}]}}"#, lines_of(10..20).join(","));
    let committed = committed(run_while_swapping(&world, "b", Some(text)).await);
    assert_eq!((committed.totals.files_in, committed.totals.records_in), (2, 15));
    assert_eq!(world.state().await.commits, 1);
    assert_eq!(world.lake.staged_count(), 0);
    world.assert_settled(&lines_of((0..5).chain(10..20)), "").await;
}

#[tokio::test]
async fn a_file_that_goes_after_it_was_listed_is_planned_again() {
    let world = World::new();
    world.deliver("a", 0..5).await;
    world.deliver("b", 5..10).await;
    let committed = committed(run_while_swapping(&world, "a", None).await);
    assert_eq!(committed.totals.files_in, 1);
    assert_eq!((world.state().await.commits, world.lake.staged_count()), (1, 0));
    world.assert_settled(&lines_of(5..10), "").await;
}

/// Replaces a file by other bytes with the same records at every get.
#[derive(Debug)]
struct SwapAlways(TestStore);

#[async_trait]
impl Hook for SwapAlways {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call == Call::Get {
            let body = self.0.get(key, None).await?;
            put(&self.0, key, [&body[..], &gzip(b"\n")].concat()).await;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_source_that_never_holds_still_ends_in_an_error() {
    let world = World::new();
    world.deliver("a", 0..5).await;
    let source = Hooked { store: world.source.clone(), hook: Arc::new(SwapAlways(world.source.clone())) };
    let error = world.run_over(source, world.lake.clone(), Request::default()).await.unwrap_err();
    assert!(matches!(error, DailyError::Lake(lake::AttemptError::Contended { .. })), "{error}");
    world.commit().await;
    world.assert_settled(&lines_of(0..5), "").await;
}

/// Runs over stores with random delays. Must not fail, whatever the others do.
async fn slow_run(world: &World, seed: u64, longest: u32, request: Request) -> Outcome {
    let hook = RandomDelays::new(seed, longest);
    let source = Hooked { store: world.source.clone(), hook: hook.clone() };
    let lake = Hooked { store: world.lake.clone(), hook };
    match world.run_over(source, lake, request).await {
        Ok(report) => report.outcome,
        Err(error) => panic!("seed {seed}, {request:?}: {error}: {error:?}"),
    }
}

/// The numbers of committed and superseded outcomes.
fn tally(outcomes: &[Outcome], of: &mut (u32, u32)) {
    for outcome in outcomes {
        of.0 += u32::from(matches!(outcome, Outcome::Committed(_)));
        of.1 += u32::from(outcome.is_superseded());
    }
}

#[tokio::test]
async fn two_runs_at_once_write_every_record_once() {
    let mut ended = (0, 0);
    for seed in 0..u64::from(rounds(150)) {
        let mut world = World::new();
        world.options.part_raw_bytes = 2_000;
        world.deliver("a", 0..20).await;
        world.deliver("b", 10..40).await;
        if seed % 2 == 0 {
            world.commit().await;
            world.deliver("c", 30..60).await;
            world.deliver("d", 50..80).await;
        }
        let last = if seed % 2 == 0 { 80 } else { 40 };
        let plain = Request::default();
        // from small delays to large ones
        let outcomes = tokio::join!(
            slow_run(&world, seed, 1 + (seed % 7) as u32, plain),
            slow_run(&world, seed + 1_000, 1 + (seed % 11) as u32, plain)
        );
        tally(&[outcomes.0, outcomes.1], &mut ended);
        world.run().await;
        world.assert_settled(&lines_of(0..last), &format!("seed {seed}")).await;
        assert_eq!(world.lake.staged_count(), 0, "seed {seed}");
    }
    assert!(
        ended.0 >= rounds(100) && ended.1 >= rounds(10),
        "the runs hardly met: {ended:?} committed, superseded"
    );
}

#[tokio::test]
async fn a_rebuild_and_two_late_runs_at_once_write_every_record_once() {
    let mut ended = (0, 0);
    for seed in 0..u64::from(rounds(150)) {
        let mut world = World::new();
        world.options.part_raw_bytes = 2_000;
        world.deliver("b", 0..20).await;
        world.commit().await;
        world.deliver("c", 10..30).await;
        world.commit().await;
        world.deliver("a", 25..50).await;
        let rebuild = Request { rebuild: true, ..Request::default() };
        let longest = 1 + (seed % 9) as u32;
        let outcomes = tokio::join!(
            slow_run(&world, seed, longest, rebuild),
            slow_run(&world, seed + 1_000, longest * 2, Request::default()),
            slow_run(&world, seed + 2_000, longest * 3, Request::default())
        );
        tally(&[outcomes.0, outcomes.1, outcomes.2], &mut ended);
        world.run().await;
        world.assert_settled(&lines_of(0..50), &format!("seed {seed}")).await;
    }
    assert!(
        ended.0 >= rounds(100) && ended.1 >= rounds(10),
        "the runs hardly met: {ended:?} committed, superseded"
    );
}

/// Rebuilds the partition once, just before it is listed.
#[derive(Debug)]
struct RebuildOnce {
    world: World,
    done: Mutex<bool>,
}

#[async_trait]
impl Hook for RebuildOnce {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        let due = call == Call::List && key == partition().prefix();
        if due && !std::mem::replace(&mut *self.done.lock().unwrap(), true) {
            self.world.rebuild().await.unwrap();
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_part_that_a_concurrent_rebuild_retires_is_not_missing() {
    let world = World::new();
    world.deliver("a", 0..5).await;
    world.commit().await;
    let hook = Arc::new(RebuildOnce { world: world.clone(), done: Mutex::new(false) });
    let lake = Hooked { store: world.lake.clone(), hook: hook.clone() };
    let report = world.run_over(world.source.clone(), lake, Request::default()).await.unwrap();
    assert_eq!(report.outcome, Outcome::UpToDate);
    assert!(*hook.done.lock().unwrap(), "nothing was rebuilt");
    world.assert_settled(&lines_of(0..5), "").await;
}

#[tokio::test]
async fn another_run_at_any_moment_of_a_run_or_a_rebuild_loses_nothing() {
    let mut ended = (0, 0);
    let rebuild = Request { rebuild: true, ..Request::default() };
    for (has_commit, request) in [(false, Request::default()), (true, Request::default()), (true, rebuild)] {
        for spared in 0.. {
            let context = format!("before call {spared}, commit before: {has_commit}, {request:?}");
            let mut world = World::new();
            world.options.part_raw_bytes = 2_000;
            world.deliver("a", 0..20).await;
            if has_commit {
                world.commit().await;
            }
            world.deliver("b", 10..40).await;
            let other = world.clone();
            let hook = Failpoint::before_call(spared, async move {
                other.deliver("late", 30..60).await;
                other.commit().await;
            });
            let lake = Hooked { store: world.lake.clone(), hook: hook.clone() };
            let run = world.run_over(world.source.clone(), lake, request).await;
            if !hook.happened().await {
                break;
            }
            tally(&[run.expect(&context).outcome], &mut ended);
            // no further run: the other one found all parts
            world.assert_settled(&lines_of(0..60), &context).await;
        }
    }
    assert!(ended.0 >= 5 && ended.1 >= 10, "the runs hardly met: {ended:?} committed, superseded");
}
