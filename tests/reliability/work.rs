//! Runs of a stage at one partition, over stores with hooks.

use std::error::Error;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use daily_aggregator::{DailyAggregator, Source};
use lake::{Outcome, Stamp};
use lake_store::Store;
use monthly_aggregator::{DaysThere, MonthlyAggregator};
use testkit::STAMP;

use crate::world::World;

/// A run of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Daily(Day),
    Rebuild(Day),
    Monthly(Month),
    MonthlyRebuild(Month),
}

/// The outcome of a run that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Committed,
    UpToDate,
    Superseded,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed(_) => Ended::Committed,
            Outcome::UpToDate | Outcome::Empty => Ended::UpToDate,
            Outcome::Superseded { .. } => Ended::Superseded,
        }
    }
}

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

impl Work {
    /// Runs it in a world, without hooks.
    pub(crate) async fn run(self, world: &World) -> Result<Ended, Failure> {
        self.run_over(world.source(), world.lake(), STAMP).await
    }

    /// Runs it over stores with hooks.
    pub(crate) async fn run_over(
        self,
        source: Arc<dyn Store>,
        lake: Arc<dyn Store>,
        stamp: Stamp,
    ) -> Result<Ended, Failure> {
        match self {
            Work::Daily(day) => daily(source, lake, stamp, day, false).await,
            Work::Rebuild(day) => daily(source, lake, stamp, day, true).await,
            Work::Monthly(month) => monthly(lake, stamp, month, false).await,
            Work::MonthlyRebuild(month) => monthly(lake, stamp, month, true).await,
        }
    }
}

async fn daily(
    source: Arc<dyn Store>,
    lake: Arc<dyn Store>,
    stamp: Stamp,
    day: Day,
    rebuild: bool,
) -> Result<Ended, Failure> {
    let source = Source::survey(source, "").await?;
    let request = daily_aggregator::Request { rebuild, ..daily_aggregator::Request::default() };
    let aggregator = DailyAggregator {
        source,
        lake,
        options: daily_options(),
        proving: None,
        stamp,
        progress: Arc::default(),
    };
    Ok(aggregator.run(Table::CloudTrail, day, request).await?.outcome.into())
}

async fn monthly(lake: Arc<dyn Store>, stamp: Stamp, month: Month, rebuild: bool) -> Result<Ended, Failure> {
    let request = monthly_aggregator::Request { allow_gaps: true, rebuild, until: None };
    let (options, progress, days_there) = (monthly_options(), Arc::default(), DaysThere::default());
    let aggregator = MonthlyAggregator { lake, options, stamp, progress, days_there };
    Ok(aggregator.run(Table::CloudTrail, month, request).await?.outcome.into())
}

/// Blocks and parts so small that a few records fill several.
pub(crate) fn daily_options() -> daily_aggregator::Options {
    let (block_bytes, part_raw_bytes) = (600, 1_000);
    daily_aggregator::Options {
        block_bytes,
        part_raw_bytes,
        threads: 1,
        ..daily_aggregator::Options::default()
    }
}

/// One part for every two days.
pub(crate) fn monthly_options() -> monthly_aggregator::Options {
    let (part_rows, row_group_days) = (1, 1);
    let defaults = monthly_aggregator::Options::default();
    monthly_aggregator::Options { part_rows, row_group_days, level: 1, threads: 1, ..defaults }
}
