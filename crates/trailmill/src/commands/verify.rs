//! `trailmill verify`: every part read again and held against the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use anyhow::bail;
use cloudtrail_model::{Day, Month, Stage, Table};
use lake::{Invariant, Partition, PartitionSpan, Problem, unjournaled};
use lake_store::Store;
use serde::Serialize;

use crate::args::{DayArguments, VerifyArguments};
use crate::commands::prove;
use crate::places::Place;
use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, counted};
use crate::views::no_days::no_days_found;
use crate::{Ending, places};

/// A partition as JSON.
#[derive(Debug, Serialize)]
struct VerifiedObject<'a> {
    partition: String,
    parts: u64,
    records: u64,
    bytes: u64,
    /// Objects of the journal that no commit names.
    unnamed: u64,
    /// Of a month, event days that are not written yet, or were written before the daily parts that hold them now.
    #[serde(skip_serializing_if = "<[Day]>::is_empty")]
    pending_days: &'a [Day],
    problems: Vec<ProblemObject<'a>>,
}

/// A problem as JSON.
#[derive(Debug, Serialize)]
struct ProblemObject<'a> {
    invariant: &'static str,
    problem: &'a str,
}

/// What was read, and how much is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    partitions: u64,
    parts: u64,
    records: u64,
    bytes: u64,
    unnamed: u64,
    /// Months with pending event days.
    pending: u64,
    problems: u64,
}

/// Runs the command.
pub(crate) async fn run(arguments: VerifyArguments, console: &Console) -> anyhow::Result<Ending> {
    if let Some(source) = arguments.proof.source.clone() {
        return Box::pin(prove::run(arguments, &source, console)).await;
    }
    let verified = verify(arguments, console).await?;
    console.line(&verified.to_string());
    Ok(verified.ending())
}

/// Reads every part again and prints what is wrong.
///
/// # Errors
/// Where the lake cannot be opened or read, or has nothing of the days asked for.
pub(crate) async fn verify(arguments: VerifyArguments, console: &Console) -> anyhow::Result<Verified> {
    let days = arguments.days;
    days.check()?;
    let lake = places::open_lake(&arguments.lake).await?;
    let unjournaled = unjournaled_problems(&*lake, days).await?;
    let mut journaled: Vec<Partition> = daily_partitions(&*lake, &days.range())
        .await?
        .into_iter()
        .map(|(table, day)| Partition::day(table, day))
        .collect();
    if !days.are_named() {
        let mut months = known_months(&*lake).await?;
        // a month of a day that has no Parquet yet is pending
        months.extend(journaled.iter().filter_map(|of| Some((of.table, day_of(*of)?.month()))));
        journaled.extend(months.into_iter().map(|(table, month)| Partition::month(table, month)));
    }
    if journaled.is_empty() && unjournaled.is_empty() {
        // a check of nothing must not pass for one
        bail!("{}", nothing_in_lake(&*lake, &arguments.lake.lake, days).await?);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut verified = Verified::default();
    let mut problems = 0;
    let mut print = |object: &VerifiedObject<'_>, found: &[Problem]| {
        console.object(object);
        for problem in found {
            console.line(&format!("{}: {problem}", object.partition));
        }
        problems += found.len() as u64;
    };
    for partition in journaled {
        let found = match partition.stage() {
            Stage::Daily => daily_aggregator::verify(lake.clone(), partition, threads).await?,
            Stage::Monthly => monthly_aggregator::verify(lake.clone(), partition).await?,
        };
        let object = VerifiedObject {
            partition: partition.to_string(),
            parts: found.parts,
            records: found.records,
            bytes: found.bytes,
            unnamed: found.unnamed,
            pending_days: &found.pending,
            problems: problem_objects(&found.problems),
        };
        print(&object, &found.problems);
        verified.partitions += 1;
        verified.pending += u64::from(!found.pending.is_empty());
        verified.parts += found.parts;
        verified.records += found.records;
        verified.bytes += found.bytes;
        verified.unnamed += found.unnamed;
    }
    for (partition, problems) in unjournaled {
        let object = VerifiedObject {
            partition,
            parts: 0,
            records: 0,
            bytes: 0,
            unnamed: 0,
            pending_days: &[],
            problems: problem_objects(&problems),
        };
        print(&object, &problems);
    }
    Ok(Verified { problems, ..verified })
}

impl Verified {
    /// How the command ends.
    pub(crate) fn ending(&self) -> Ending {
        if self.problems == 0 { Ending::Done } else { Ending::Failed }
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wrong = match self.problems {
            0 => "all is well".to_owned(),
            problems => counted(problems, "problem"),
        };
        let (partitions, parts) = (counted(self.partitions, "partition"), counted(self.parts, "part"));
        let (records, read) = (counted(self.records, "record"), bytes(self.bytes));
        write!(f, "{partitions}, {parts}, {records}, {read} read")?;
        if self.unnamed > 0 {
            let objects = counted(self.unnamed, "journal object");
            write!(f, ", {objects} that no commit names (left by runs that ended early, harmless)")?;
        }
        if self.pending > 0 {
            let months = counted(self.pending, "month");
            write!(f, ", {months} with events that are not in Parquet yet (see trailmill status)")?;
        }
        write!(f, ": {wrong}")
    }
}

fn problem_objects(problems: &[Problem]) -> Vec<ProblemObject<'_>> {
    problems.iter().map(|of| ProblemObject { invariant: of.invariant.name(), problem: &of.what }).collect()
}

/// Every daily partition of a lake that is within some days and has a journal, in order.
pub(crate) async fn daily_partitions(
    lake: &dyn Store,
    days: &RangeInclusive<Day>,
) -> anyhow::Result<BTreeSet<(Table, Day)>> {
    let mut found = BTreeSet::new();
    for table in Table::ALL {
        for partition in lake::partitions(lake, table, Stage::Daily).await? {
            found.extend(day_of(partition).filter(|day| days.contains(day)).map(|day| (table, day)));
        }
    }
    Ok(found)
}

/// Every monthly partition of a lake that has a journal, in order.
pub(crate) async fn monthly_partitions(lake: &dyn Store) -> anyhow::Result<Vec<Partition>> {
    let mut found = Vec::new();
    for table in Table::ALL {
        found.extend(lake::partitions(lake, table, Stage::Monthly).await?);
    }
    Ok(found)
}

/// Every month that has a journal, or that days of other months hold events of.
pub(crate) async fn known_months(lake: &dyn Store) -> anyhow::Result<BTreeSet<(Table, Month)>> {
    let mut found = BTreeSet::new();
    for partition in monthly_partitions(lake).await? {
        if let PartitionSpan::Month(month) = partition.span {
            found.insert((partition.table, month));
        }
    }
    for table in Table::ALL {
        found.extend(lake::fed_months(lake, table).await?.into_keys().map(|month| (table, month)));
    }
    Ok(found)
}

/// Says that the lake has no partition of the days asked for, and which it has.
pub(crate) async fn nothing_in_lake(
    lake: &dyn Store,
    place: &Place,
    asked: DayArguments,
) -> anyhow::Result<String> {
    let there = daily_partitions(lake, &DayArguments::default().range()).await?;
    let there = there.into_iter().map(|(_, day)| day).collect();
    Ok(no_days_found(&format!("the lake {place}"), "partitions", asked, &there))
}

/// What is visible in the tables although no journal can vouch for it, by partition, or by table where it is in no
/// partition. Only what is of the days asked for, where some are.
async fn unjournaled_problems(
    lake: &dyn Store,
    asked: DayArguments,
) -> anyhow::Result<BTreeMap<String, Vec<Problem>>> {
    let mut problems: BTreeMap<String, Vec<Problem>> = BTreeMap::new();
    for table in Table::ALL {
        for stage in [Stage::Daily, Stage::Monthly] {
            for (partition, key) in unjournaled(lake, table, stage).await? {
                let of_a_day_asked_for =
                    partition.and_then(day_of).is_some_and(|day| asked.range().contains(&day));
                if asked.are_named() && !of_a_day_asked_for {
                    continue;
                }
                let (of, problem) = match partition {
                    Some(partition) => (partition.to_string(), without_journal(partition)),
                    None => (
                        format!("{table}_{stage}"),
                        "it is in no partition, but readers see it; move it away".to_owned(),
                    ),
                };
                let (invariant, what) = (Invariant::NoOrphans, format!("{key}: {problem}"));
                problems.entry(of).or_default().push(Problem { invariant, what });
            }
        }
    }
    Ok(problems)
}

fn without_journal(partition: Partition) -> String {
    let again = match partition.span {
        PartitionSpan::Day(day) => {
            format!(
                "if the source still has the day's log files, move the part away and run `trailmill daily --day {day}`"
            )
        }
        PartitionSpan::Month(month) => {
            format!("move the part away and run `trailmill monthly --month {month}`")
        }
    };
    let journal = partition.journal_prefix();
    format!("its partition has no journal; bring {journal} back from a backup, or {again}")
}

fn day_of(partition: Partition) -> Option<Day> {
    match partition.span {
        PartitionSpan::Day(day) => Some(day),
        PartitionSpan::Month(_) => None,
    }
}
