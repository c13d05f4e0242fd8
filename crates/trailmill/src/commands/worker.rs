//! `trailmill worker`: what the Lambda functions do, in one process that polls their queues.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use fan_out::FanOut;
use futures::future::join_all;
use job_queue::{Handler, Origin, PollEvent, Polled, Polling, Queue, line, poll};
use lake_store::with_causes;
use stage_jobs::{DailyJobs, MonthlyJobs};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::Ending;
use crate::args::WorkerArguments;
use crate::commands::{daily, monthly};
use crate::places::{self, session};
use crate::stamp::{STAMP, today};
use crate::terminal::console::{Console, log_line};

/// Runs the command.
pub(crate) async fn run(arguments: WorkerArguments, console: &Console) -> anyhow::Result<Ending> {
    let stop = stopped_by_signal()?;
    let stations = stations(&arguments).await?;
    let names: Vec<&str> = stations.iter().map(|station| station.handler.name()).collect();
    console.notice(&format!("worker: polls for {}; stops at SIGTERM or SIGINT", names.join(", ")));
    let polled = stations.into_iter().map(|Station { queue, handler, at_once }| {
        let (function, stack) = (handler.name(), &arguments.stack);
        let hidden_for = Duration::from_secs(arguments.hidden.into());
        let drain = Duration::from_secs(arguments.drain.into());
        let polling = Polling { at_once, hidden_for, hidden_after_failure: hidden_for, drain };
        let report = move |event: PollEvent<'_>| match event {
            PollEvent::Handled(polled) => log_line(&said(polled, stack, function)),
            PollEvent::NotReceived(error) => {
                console.notice(&format!("worker: {function}: {}; asks again", with_causes(error)));
            }
        };
        let stop = stop.clone();
        async move {
            let polled = poll(queue, handler, polling, stop.subscribe(), report).await;
            // the others end in order too, rather than in the middle of what they do
            stop.send_replace(true);
            polled.with_context(|| format!("the queue of {function} cannot be polled"))
        }
    });
    join_all(polled).await.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
    console.notice("worker: stopped");
    Ok(Ending::Done)
}

/// A queue and what handles its messages.
struct Station {
    queue: Arc<dyn Queue>,
    handler: Arc<dyn Handler>,
    at_once: usize,
}

/// The three stages, each at its queue, but those that are not asked for.
async fn stations(arguments: &WorkerArguments) -> anyhow::Result<Vec<Station>> {
    let session = session().await;
    let queue = |url: &String| Ok::<_, anyhow::Error>(Arc::new(session.queue(url)?) as Arc<dyn Queue>);
    places::refuse_overlap(&arguments.source.source, &arguments.lake.place.lake)?;
    let (source, start) = places::source_store(&arguments.source.source, &arguments.source.bucket).await?;
    let lake = places::create_lake(&arguments.lake).await?;
    let daily_jobs = queue(&arguments.daily_jobs)?;
    let monthly_jobs = arguments.monthly_jobs.as_ref().map(queue).transpose()?;
    let mut stations = Vec::new();
    if let Some(requests) = &arguments.requests {
        let (late_days, daily_jobs) = (arguments.late_days, daily_jobs.clone());
        let handler = Arc::new(FanOut { daily_jobs, late_days, today });
        stations.push(Station { queue: queue(requests)?, handler, at_once: 1 });
    }
    if let Some(queue) = monthly_jobs.clone() {
        let options = monthly::options(arguments.parquet, arguments.tuning.threads);
        let (lake, monthly_jobs) = (lake.clone(), queue.clone());
        let handler = Arc::new(MonthlyJobs { lake, options, stamp: STAMP, monthly_jobs });
        stations.push(Station { queue, handler, at_once: 1 });
    }
    let options = daily::options(arguments.tuning);
    let handler = DailyJobs {
        source,
        start,
        lake,
        options,
        proof: places::proof_settings(&arguments.source.source, &arguments.proof).await?,
        stamp: STAMP,
        meant_to_be_silent: arguments.silent_accounts.clone().unwrap_or_default(),
        daily_jobs: daily_jobs.clone(),
        monthly_jobs,
    };
    let at_once = arguments.days_at_once.into();
    stations.push(Station { queue: daily_jobs, handler: Arc::new(handler), at_once });
    Ok(stations)
}

/// Turns true at the first SIGTERM or SIGINT.
fn stopped_by_signal() -> anyhow::Result<watch::Sender<bool>> {
    let sender = watch::Sender::new(false);
    let stop = sender.clone();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.send_replace(true);
    });
    Ok(sender)
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the command")]
fn said(polled: &Polled, stack: &str, function: &str) -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let ended_millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let Polled { message, handled, took } = polled;
    let (took, received) = (*took, message.received);
    line(handled, &Origin { stack, function, message: &message.id, received, took, ended_millis })
}
