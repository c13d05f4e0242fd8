//! An event before each call of a run: a log file comes late, is replaced or deleted; another run commits or rebuilds the
//! day while its month is written.

use std::sync::Arc;

use testkit::{Failpoint, Hooked, STAMP};

use crate::check::Watch;
use crate::crash_points::{Case, cases, late_files};
use crate::work::{Ended, Work};
use crate::world::{DAYS, World, last_day, records};

/// The event at a failpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Log files of the day are delivered.
    LateFiles,
    /// A log file is replaced by one with the same records and another.
    Replaced,
    /// A log file is deleted whose records are in another one, too.
    Gone,
    /// Another run commits the same day, with log files delivered since.
    OtherRun,
    /// Another run rebuilds the day.
    OtherRebuild,
}

impl Event {
    async fn happen(self, world: World) {
        match self {
            Event::LateFiles => late_files(&world).await,
            Event::Replaced => world.deliver(last_day(), "c", &records(DAYS[1], 103..109)).await,
            Event::Gone => world.take_away(last_day(), "twin").await,
            Event::OtherRun => {
                late_files(&world).await;
                Work::Daily(last_day()).run(&world).await.unwrap();
            }
            Event::OtherRebuild => _ = Work::Rebuild(last_day()).run(&world).await.unwrap(),
        }
    }
}

/// Runs a case with the event before its first call, then again before its second, and so on. Returns the number of calls.
async fn before_every_call(case: &Case, event: Event) -> usize {
    for spared in 0.. {
        let context = format!("{}: {event:?} before call {spared}", case.name);
        let world = case.world.snapshot();
        let mut watch = Watch::of(&world);
        let failpoint = Failpoint::before_call(spared, event.happen(world.clone()));
        let source = Arc::new(Hooked { store: world.source(), hook: failpoint.clone() });
        let lake = Arc::new(Hooked { store: world.lake(), hook: failpoint.clone() });
        let ended = case.work.run_over(source, lake, STAMP).await;
        let happened = failpoint.happened().await;
        let other_runs = matches!(event, Event::OtherRun | Event::OtherRebuild);
        match ended {
            Ok(Ended::Committed) => {}
            Ok(_) if other_runs => {}
            // another run may abandon the uploads of this one: docs/guide/guarantees.md
            Err(error) if other_runs && is_lost_upload(&*error) => {}
            other => panic!("{context}: {other:?}"),
        }
        watch.settled().await.expect(&context);
        if !happened {
            return spared;
        }
    }
    unreachable!("a run has an end")
}

pub(crate) fn is_lost_upload(error: &(dyn std::error::Error + 'static)) -> bool {
    let text = lake_store::with_causes(error);
    text.contains("/part-") && text.contains("it does not exist")
}

async fn cases_with_a_twin() -> Vec<Case> {
    let cases = cases().await;
    for case in &cases {
        // with records that are in "b", too
        case.world.deliver(last_day(), "twin", &records(DAYS[1], 100..103)).await;
    }
    cases
}

#[tokio::test]
async fn a_log_file_may_come_change_or_be_deleted_before_every_call() {
    let mut points = 0;
    for case in cases_with_a_twin().await {
        for event in [Event::LateFiles, Event::Replaced, Event::Gone] {
            // a rebuild fails if a log file is gone, and does nothing
            if !(event == Event::Gone && matches!(case.work, Work::Rebuild(_))) {
                points += before_every_call(&case, event).await;
            }
        }
    }
    println!("failpoints where a log file came, changed or was deleted: {points}");
}

#[tokio::test]
async fn another_run_may_commit_before_every_call() {
    let mut points = 0;
    for case in cases().await {
        for event in [Event::OtherRun, Event::OtherRebuild] {
            points += before_every_call(&case, event).await;
        }
    }
    println!("failpoints where another run committed: {points}");
}
