//! Something happens in the middle of a run, before each of its calls: a log file comes late, is replaced or goes; a day is
//! committed or rebuilt while its month is written.

use std::sync::Arc;

use testkit::{Hooked, Failpoint, STAMP};

use crate::check::Watch;
use crate::crash_points::{Case, cases, late_files};
use crate::work::{Ended, Work};
use crate::world::{DAYS, World, last_day, records};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Log files of the day are delivered.
    LateFiles,
    /// A log file is replaced by one that has its records and another.
    Replaced,
    /// A log file goes whose records are in another as well.
    Gone,
    /// The same day is committed by another run, with log files that came since.
    OtherRun,
    /// The day is rebuilt by another run.
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

/// Runs a case again and again, with the event before its first call, its second, and so on. Returns how many it had.
async fn before_every_call(case: &Case, event: Event) -> usize {
    for spared in 0.. {
        let context = format!("{}: {event:?} before call {spared}", case.name);
        let world = case.world.snapshot();
        let mut watch = Watch::of(&world);
        let meanwhile = Failpoint::before_call(spared, event.happen(world.clone()));
        let source = Arc::new(Hooked { store: world.source(), hook: meanwhile.clone() });
        let lake = Arc::new(Hooked { store: world.lake(), hook: meanwhile.clone() });
        let ended = case.work.run_over(source, lake, STAMP).await;
        let happened = meanwhile.happened().await;
        let other_runs = matches!(event, Event::OtherRun | Event::OtherRebuild);
        match ended {
            Ok(Ended::Committed) => {}
            Ok(_) if other_runs => {}
            // another run may throw away what this one has staged: docs/guide/guarantees.md
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
        // its records are in "b" as well
        case.world.deliver(last_day(), "twin", &records(DAYS[1], 100..103)).await;
    }
    cases
}

#[tokio::test]
async fn a_log_file_may_come_change_or_go_before_every_call() {
    let mut moments = 0;
    for case in cases_with_a_twin().await {
        for event in [Event::LateFiles, Event::Replaced, Event::Gone] {
            // a rebuild may not forget a file that goes: it says so and does nothing
            if !(event == Event::Gone && matches!(case.work, Work::Rebuild(_))) {
                moments += before_every_call(&case, event).await;
            }
        }
    }
    println!("moments at which a log file came, changed or went: {moments}");
}

#[tokio::test]
async fn another_run_may_come_between_before_every_call() {
    let mut moments = 0;
    for case in cases().await {
        for event in [Event::OtherRun, Event::OtherRebuild] {
            moments += before_every_call(&case, event).await;
        }
    }
    println!("moments at which another run came between: {moments}");
}
