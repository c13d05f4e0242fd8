//! The queues of a world, their handlers, and a check of each message when it is deleted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cloudtrail_model::{Day, Table};
use fan_out::{DailyJob, FanOut, Request};
use job_queue::{Handler, Queue};
use lake::{Invariant, Journal, Partition, PartitionState};
use monthly_aggregator::MonthContent;
use stage_jobs::{DailyJobs, MonthlyJobs};
use testkit::{Call, Hook, Hooked, HookedQueue, MemoryQueue, STAMP};

use crate::work::{Ended, Work, daily_options, monthly_options};
use crate::world::{DAYS, World, day, october};

/// The date of the clock of [`STAMP`].
const TODAY: &str = "2026-12-01";

/// The visibility timeout of the queues.
pub(crate) const HIDDEN: Duration = Duration::from_secs(60);

/// A world with its queues. Clones share the content.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) world: World,
    pub(crate) requests: MemoryQueue,
    pub(crate) daily_jobs: MemoryQueue,
    pub(crate) monthly_jobs: MemoryQueue,
    early: Arc<Mutex<Vec<String>>>,
}

/// A queue, and the handler of its messages.
#[derive(Clone)]
pub(crate) struct Station {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) handler: Arc<dyn Handler>,
}

/// The queue of a message.
#[derive(Debug, Clone, Copy)]
enum Of {
    Requests,
    DailyJobs,
    MonthlyJobs,
}

/// Checks that the work of a message is done, right before it is deleted.
#[derive(Debug)]
struct LastLook {
    of: Of,
    installation: Installation,
}

impl Installation {
    pub(crate) fn of(world: World) -> Self {
        // no dead-letter queue: a message that always fails hangs the test
        let queue = || MemoryQueue::new(HIDDEN, u32::MAX);
        Installation {
            world,
            requests: queue(),
            daily_jobs: queue(),
            monthly_jobs: MemoryQueue::fifo(HIDDEN, u32::MAX),
            early: Arc::default(),
        }
    }

    /// The three functions, with a hook in every queue and in their lake.
    pub(crate) fn stations<H: Hook + 'static>(&self, hook: &Arc<H>) -> [Station; 3] {
        let queue = |queue: &MemoryQueue, of: Of| -> Arc<dyn Queue> {
            let looked_at = LastLook { of, installation: self.clone() };
            let queue = HookedQueue { queue: queue.clone(), hook: Arc::new(looked_at) };
            Arc::new(HookedQueue { queue, hook: hook.clone() })
        };
        let requests = queue(&self.requests, Of::Requests);
        let daily_jobs = queue(&self.daily_jobs, Of::DailyJobs);
        let monthly_jobs = queue(&self.monthly_jobs, Of::MonthlyJobs);
        let lake = Arc::new(Hooked { store: self.world.lake(), hook: hook.clone() });
        let fan_out =
            FanOut { daily_jobs: daily_jobs.clone(), late_days: 0, today: || TODAY.parse().unwrap() };
        let daily = DailyJobs {
            source: self.world.source(),
            start: String::new(),
            lake: lake.clone(),
            options: daily_options(),
            proof: None,
            stamp: STAMP,
            meant_to_be_silent: stage_jobs::MeantToBeSilent::default(),
            daily_jobs: daily_jobs.clone(),
            monthly_jobs: Some(monthly_jobs.clone()),
        };
        let monthly = MonthlyJobs {
            lake,
            options: monthly_options(),
            stamp: STAMP,
            monthly_jobs: monthly_jobs.clone(),
        };
        [
            Station { queue: requests, handler: Arc::new(fan_out) },
            Station { queue: daily_jobs, handler: Arc::new(daily) },
            Station { queue: monthly_jobs, handler: Arc::new(monthly) },
        ]
    }

    /// Whether no message is left, received or not.
    pub(crate) fn is_idle(&self) -> bool {
        [&self.requests, &self.daily_jobs, &self.monthly_jobs].iter().all(|queue| queue.bodies().is_empty())
    }

    /// Fails if a message was deleted before its work was done.
    pub(crate) fn acked_early(&self) -> Result<(), String> {
        let early = self.early.lock().unwrap();
        if early.is_empty() { Ok(()) } else { Err(format!("[{}] {early:?}", Invariant::AckAfterCommit)) }
    }

    /// Whether the work of a message is done, or requested by another message.
    async fn is_done(&self, of: Of, body: &str) -> bool {
        match of {
            Of::Requests => {
                let request = Request::parse(body.as_bytes()).unwrap();
                let sent: BTreeSet<Day> =
                    parsed(&self.daily_jobs, DailyJob::parse).map(|job| job.day).collect();
                for job in request.jobs(TODAY.parse().unwrap(), 0) {
                    if !sent.contains(&job.day) && self.state(job.day).await.commits == 0 {
                        return false;
                    }
                }
                true
            }
            Of::DailyJobs => {
                let day = DailyJob::parse(body.as_bytes()).unwrap().day;
                let state = self.state(day).await;
                let all_read = self.world.files(day).iter().all(|file| state.inputs.get(file).is_some());
                // another job may complete the month
                let months_wait = self.daily_jobs.bodies().len() > 1 || !self.has_october().await;
                state.commits > 0 && all_read && (months_wait || self.october_follows(0).await)
            }
            // the message being deleted is still in the queue
            Of::MonthlyJobs => self.october_follows(1).await,
        }
    }

    /// Whether the Parquet of October includes the parts of its days, or more than `own` messages request it.
    async fn october_follows(&self, own: usize) -> bool {
        if self.monthly_jobs.bodies().len() > own {
            return true;
        }
        let month = MonthContent::read(&self.world.lake(), Table::CloudTrail, october()).await.unwrap();
        for of in DAYS {
            for part in self.state(day(of)).await.parts.into_values() {
                let mut of_october = part.event_days.days.keys().filter(|day| day.month() == october());
                if !of_october.all(|day| month.has(&part, *day)) {
                    return false;
                }
            }
        }
        true
    }

    async fn has_october(&self) -> bool {
        for day in october().days() {
            if self.state(day).await.commits == 0 {
                return false;
            }
        }
        true
    }

    async fn state(&self, day: Day) -> PartitionState {
        self.read(Partition::day(Table::CloudTrail, day)).await
    }

    async fn read(&self, partition: Partition) -> PartitionState {
        Journal::new(self.world.lake(), partition).read().await.unwrap()
    }
}

fn parsed<T, E: std::fmt::Debug>(
    queue: &MemoryQueue,
    parse: impl Fn(&[u8]) -> Result<T, E>,
) -> impl Iterator<Item = T> {
    queue.bodies().into_iter().map(move |body| parse(body.as_bytes()).unwrap())
}

#[async_trait]
impl Hook for LastLook {
    async fn before(&self, call: Call, body: &str) -> lake_store::Result<()> {
        if call == Call::Ack && !self.installation.is_done(self.of, body).await {
            self.installation.early.lock().unwrap().push(body.to_owned());
        }
        Ok(())
    }
}

/// A world in which the lake has October except its last day.
pub(crate) async fn october_but_one() -> World {
    let world = World::delivered().await;
    let installation = Installation::of(world.clone());
    let [_, daily, _] = installation.stations(&Arc::new(NoHook));
    for day in october().days().filter(|of| *of != day(DAYS[1])) {
        let job = serde_json::to_string(&DailyJob::new(day)).unwrap();
        assert!(daily.handler.handle(&job, None).await.failure.is_none(), "{day}");
    }
    world
}

/// Does nothing.
#[derive(Debug)]
pub(crate) struct NoHook;

impl Hook for NoHook {}

/// Whether the Parquet of October exists.
pub(crate) async fn october_is_made(world: &World) -> bool {
    let made = world.objects("_journal/cloudtrail_monthly/").await;
    !made.is_empty() && Work::Monthly(october()).run(world).await.unwrap() == Ended::UpToDate
}
