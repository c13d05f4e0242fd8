//! The queues of a world, what handles their messages, and a look at each message as it is deleted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cloudtrail_model::{Day, Table};
use fan_out::{DailyJob, FanOut, Request};
use job_queue::{Handler, Queue};
use lake::{Invariant, Journal, Partition, PartitionState};
use stage_jobs::{DailyJobs, MonthlyJobs};
use testkit::{Call, Hook, Hooked, HookedQueue, MemoryQueue, STAMP};

use crate::work::{Ended, Work, daily_options, monthly_options};
use crate::world::{DAYS, World, day, october};

/// What the clock of [`STAMP`] says.
const TODAY: &str = "2026-12-01";

/// How long a message that somebody has is hidden from others.
pub(crate) const HIDDEN: Duration = Duration::from_secs(60);

/// A world with its queues. A clone is the same.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) world: World,
    pub(crate) requests: MemoryQueue,
    pub(crate) daily_jobs: MemoryQueue,
    pub(crate) monthly_jobs: MemoryQueue,
    early: Arc<Mutex<Vec<String>>>,
}

/// A queue, and what handles its messages.
#[derive(Clone)]
pub(crate) struct Station {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) handler: Arc<dyn Handler>,
}

/// Which queue a message is of.
#[derive(Debug, Clone, Copy)]
enum Of {
    Requests,
    DailyJobs,
    MonthlyJobs,
}

/// Looks at what a message asked for, right before it is deleted.
#[derive(Debug)]
struct LastLook {
    of: Of,
    installation: Installation,
}

impl Installation {
    pub(crate) fn of(world: World) -> Self {
        // nothing is given up: what fails for ever would hang the tests, which is seen
        let queue = || MemoryQueue::new(HIDDEN, u32::MAX);
        Installation {
            world,
            requests: queue(),
            daily_jobs: queue(),
            monthly_jobs: MemoryQueue::fifo(HIDDEN, u32::MAX),
            early: Arc::default(),
        }
    }

    /// The three functions, with a hook in every queue, and in the lake as they know it.
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
            stamp: STAMP,
            daily_jobs: daily_jobs.clone(),
            monthly_jobs: Some(monthly_jobs.clone()),
        };
        let monthly = MonthlyJobs { lake, options: monthly_options(), stamp: STAMP };
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

    /// What is wrong with the messages that were deleted.
    pub(crate) fn acked_early(&self) -> Result<(), String> {
        let early = self.early.lock().unwrap();
        if early.is_empty() { Ok(()) } else { Err(format!("[{}] {early:?}", Invariant::AckAfterCommit)) }
    }

    /// Whether what a message asks for is done, or on its way by another.
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
                let all_read = self.world.files(day).iter().all(|file| state.inputs.contains_key(file));
                // while there are other jobs, one of them may be the one that completes the month
                let months_wait = self.daily_jobs.bodies().len() > 1 || !self.has_october().await;
                state.commits > 0 && all_read && (months_wait || self.october_follows(0).await)
            }
            // the message that is being deleted is still there
            Of::MonthlyJobs => self.october_follows(1).await,
        }
    }

    /// Whether October's Parquet is of what its days are now, or somebody is asked to make it so by a message beside so many.
    async fn october_follows(&self, beside: usize) -> bool {
        if self.monthly_jobs.bodies().len() > beside {
            return true;
        }
        let month = self.read(Partition::month(Table::CloudTrail, october())).await;
        for of in DAYS {
            let state = self.state(day(of)).await;
            if !state.parts.keys().all(|part| month.inputs.contains_key(part)) {
                return false;
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

/// A world in which all of October is in the lake but its last day.
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

/// Whether October's Parquet has been made.
pub(crate) async fn october_is_made(world: &World) -> bool {
    let made = world.objects("_journal/cloudtrail_monthly/").await;
    !made.is_empty() && Work::Monthly(october()).run(world).await.unwrap() == Ended::UpToDate
}
