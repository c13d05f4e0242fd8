//! `trailmill daily`: delivery days of a source become partitions of a lake.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use cloudtrail_model::{Day, Limits, Month, Table};
use daily_aggregator::{DailyAggregator, DailyError, Options, Request, Source};
use futures::StreamExt;
use lake_store::{ErrorKind, Store, StoreError};

use crate::Ending;
use crate::args::{
    DailyArguments, DayArguments, ProofArguments, SourceArguments, TuningArguments, WrittenLakeArguments,
};
use crate::commands::recent_days::{RECENT_DAYS, recent_days};
use crate::commands::verify::daily_partitions;
use crate::places;
use crate::stamp::{STAMP, today};
use crate::terminal::console::Console;
use crate::terminal::progress_bar::FollowedRun;
use crate::views::no_days::no_days_found;
use crate::views::not_searched::print_not_searched;
use crate::views::run::{RunSummary, print_report, superseded};

/// What the daily stage is to do.
#[derive(Debug)]
pub(crate) struct DailyRun<'a> {
    pub(crate) source: &'a SourceArguments,
    pub(crate) lake: &'a WrittenLakeArguments,
    pub(crate) days: DayArguments,
    /// If no days are named, look only at the newest ones and at incomplete or missing ones.
    pub(crate) recent: bool,
    pub(crate) proof: &'a ProofArguments,
    pub(crate) tuning: TuningArguments,
    pub(crate) request: Request,
    /// Days in progress at once.
    pub(crate) at_once: usize,
}

/// The result of a run over days.
#[derive(Debug)]
pub(crate) struct DailyRan {
    pub(crate) summary: RunSummary,
    /// The days that were looked at.
    pub(crate) looked_at: BTreeSet<Day>,
    /// The lake, if there is one now.
    pub(crate) lake: Option<Arc<dyn Store>>,
}

/// Runs the command.
pub(crate) async fn run(arguments: DailyArguments, console: &Console) -> anyhow::Result<Ending> {
    let request = Request {
        rebuild: arguments.rebuild,
        drop_missing: arguments.drop_missing,
        retry_quarantined: arguments.retry_quarantined,
        ..Request::default()
    };
    let (source, lake) = (&arguments.source, &arguments.lake);
    let run = DailyRun {
        source,
        lake,
        days: arguments.days,
        recent: false,
        proof: &arguments.proof,
        tuning: arguments.tuning,
        request,
        at_once: 1,
    };
    Ok(run.run(console).await?.summary.ending())
}

impl DailyRun<'_> {
    /// Brings the days up to date and prints the result.
    pub(crate) async fn run(&self, console: &Console) -> anyhow::Result<DailyRan> {
        let days = self.days;
        days.check()?;
        let SourceArguments { source: place, bucket } = self.source;
        places::refuse_overlap(place, &self.lake.place.lake)?;
        // at the same time: each takes several round trips
        let there = Box::pin(places::lake_if_there(self.lake));
        let (there, source) = tokio::try_join!(there, Box::pin(places::open_source(place, bucket)))?;
        print_not_searched(place, &source, console);
        let recent = match &there {
            Some(lake) if self.recent && !days.are_named() => recent_days(&source, lake, today()).await?,
            _ => None,
        };
        let since = recent.as_ref().map(|recent| recent.first);
        let partitions = match recent {
            Some(recent) => recent.partitions,
            None => partitions(&source, there.as_deref(), days).await?,
        };
        let looked_at = partitions.iter().map(|(day, _)| *day).collect();
        // a lake is not made for nothing; days that were found, not named, have log files
        let is_new = match &there {
            Some(lake) => days.day.is_some() && lake::read_settings(&**lake).await?.is_none(),
            None => true,
        };
        let lake = match there {
            _ if is_new && !has_log_files(&source, &partitions).await? => None,
            Some(lake) => Some(lake),
            None => Some(places::create_lake(self.lake).await?),
        };
        let mut summary = RunSummary::default();
        if let Some(lake) = lake.clone() {
            let (source, options) = (source.clone(), options(self.tuning));
            let settings = places::proof_settings(place, self.proof).await?;
            let proving = settings.map(|settings| settings.proving(&lake));
            let aggregator =
                DailyAggregator { source, lake, options, proving, stamp: STAMP, progress: Arc::default() };
            summary = run_partitions(&aggregator, partitions, self.request, self.at_once, console).await;
        }
        if summary.met_nothing() && since.is_none() {
            let there = source.days(&DayArguments::default().range()).await?;
            let there = there.into_iter().map(|(day, _)| day).collect();
            console.line(&no_days_found(&format!("the source {place}"), "log files", days, &there));
        }
        summary.print(console);
        if let Some(first) = since {
            console.line(&format!(
                "looked at the last {RECENT_DAYS} days, and since {first} at incomplete or missing ones; --all looks at \
                 every day of the source"
            ));
        }
        Ok(DailyRan { summary, looked_at, lake })
    }
}

/// The partitions to bring up to date, in order. Of named days also those that the lake has and the source no longer: a
/// rebuild must not pass them over.
async fn partitions(
    source: &Source,
    lake: Option<&dyn Store>,
    days: DayArguments,
) -> anyhow::Result<BTreeSet<(Day, Table)>> {
    let mut wanted = match days.day {
        Some(day) => source.tables().into_iter().map(|table| (day, table)).collect(),
        None => source.days(&days.range()).await?,
    };
    let past = past_days(days, &wanted.iter().map(|(day, _)| *day).collect());
    wanted.extend(past.into_iter().map(|day| (day, Table::CloudTrail)));
    if let Some(lake) = lake.filter(|_| days.are_named()) {
        let journaled = daily_partitions(lake, &days.range()).await?;
        wanted.extend(journaled.into_iter().map(|(table, day)| (day, table)));
    }
    Ok(wanted)
}

/// Past days that get a commit of the main table, if only an empty one: the named day; of the months that have a folder in the
/// source, the named days, or where none are named, those from the first folder to the last.
fn past_days(days: DayArguments, found: &BTreeSet<Day>) -> BTreeSet<Day> {
    let today = today();
    let first = days.from.or(found.first().copied());
    let last = days.to.or(found.last().copied());
    let named = first.zip(last).map(|(first, last)| first..=last);
    let months: BTreeSet<Month> = found.iter().map(|day| day.month()).collect();
    let past = months.into_iter().flat_map(Month::days);
    let past =
        past.filter(|day| days.day.is_none() && named.as_ref().is_some_and(|named| named.contains(day)));
    past.chain(days.day).filter(|day| *day < today).collect()
}

/// Whether any of the partitions has a log file in the source.
async fn has_log_files(source: &Source, partitions: &BTreeSet<(Day, Table)>) -> anyhow::Result<bool> {
    for (day, table) in partitions {
        if source.has_log_files(*table, *day).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn options(tuning: TuningArguments) -> Options {
    let default = Options::default();
    Options {
        limits: Limits { max_raw_bytes: tuning.max_file << 20, ..default.limits },
        level: tuning.level,
        threads: tuning.threads.map_or(default.threads, usize::from),
        fetches: usize::from(tuning.fetches),
        ..default
    }
}

/// Brings partitions up to date, the tables of a day at the same time and `at_once` days at once, and prints each in
/// its turn. A failed one does not hold up the rest, unless the rest must fail for the same reason, or another run has
/// taken over.
pub(crate) async fn run_partitions(
    aggregator: &DailyAggregator,
    partitions: BTreeSet<(Day, Table)>,
    request: Request,
    at_once: usize,
    console: &Console,
) -> RunSummary {
    let started = Instant::now();
    let followed = FollowedRun::of_days(console, aggregator.progress.clone());
    let mut summary = RunSummary::default();
    let mut left = partitions.clone();
    let mut days: BTreeMap<Day, Vec<Table>> = BTreeMap::new();
    for (day, table) in partitions {
        days.entry(day).or_default().push(table);
    }
    let mut runs = futures::stream::iter(days)
        .map(|(day, tables)| async move {
            // a past day without log files is committed as empty, or its month would never be complete
            let request = Request { commit_empty: day < today(), ..request };
            (day, aggregator.run_tables(tables, day, request).await)
        })
        .buffered(at_once);
    while let Some((day, tables)) = runs.next().await {
        let mut stop = false;
        for (at, (table, run)) in tables.into_iter().enumerate() {
            let (error, stops) = match run {
                Ok(report) => {
                    summary.add(&report);
                    followed.aside(|| print_report(&report, console));
                    if !report.outcome.is_superseded() {
                        left.remove(&(day, table));
                        continue;
                    }
                    // the other run is ahead of this one: going on would only contend with it. The first table alone
                    // decides, so that of runs that take tables from each other one goes on.
                    (superseded(&report), at == 0)
                }
                Err(error) => {
                    summary.failed += 1;
                    let stops = fails_everywhere(&error);
                    (anyhow::Error::from(error).context(format!("{table}_daily {day} failed")), stops)
                }
            };
            // what stops the run is said once: the other tables stop for the same reason
            if !stop {
                followed.aside(|| console.error(&error));
            }
            stop |= stops;
        }
        if stop {
            break;
        }
    }
    drop(runs);
    summary.failed_days = left.into_iter().map(|(day, _)| day).collect();
    summary.elapsed = started.elapsed();
    summary
}

/// Whether every other partition would fail as this one did: no permission, or a store that cannot work. Unreadable log files fail a
/// day only if the source gave out none.
fn fails_everywhere(error: &DailyError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(store) = error.downcast_ref::<StoreError>() {
            return matches!(store.kind, ErrorKind::Denied | ErrorKind::Permanent | ErrorKind::Unreadable(_));
        }
        cause = error.source();
    }
    false
}
