//! `trailmill verify`: every part read again and held against the journal.

use cloudtrail_model::{Partition, PartitionSpan, Stage, Table};
use daily_aggregator::verify;
use lake_store::Store;
use serde::Serialize;

use crate::Ending;
use crate::args::{DayArguments, VerifyArguments};
use crate::console::Console;
use crate::figures::{bytes, counted};
use crate::places;

/// A partition as JSON.
#[derive(Debug, Serialize)]
struct VerifiedObject<'a> {
    partition: String,
    parts: u64,
    records: u64,
    bytes: u64,
    problems: &'a [String],
}

/// Runs the command.
pub(crate) async fn run(arguments: VerifyArguments, console: &Console) -> anyhow::Result<Ending> {
    arguments.days.check()?;
    let lake = places::open_lake(&arguments.lake)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut partitions, mut parts, mut records, mut read, mut problems) = (0, 0, 0, 0, 0);
    for partition in daily_partitions(&*lake, arguments.days).await? {
        let found = verify(lake.clone(), partition, threads).await?;
        console.object(&VerifiedObject {
            partition: partition.to_string(),
            parts: found.parts,
            records: found.records,
            bytes: found.bytes,
            problems: &found.problems,
        });
        for problem in &found.problems {
            console.line(&format!("{partition}: {problem}"));
        }
        partitions += 1;
        parts += found.parts;
        records += found.records;
        read += found.bytes;
        problems += found.problems.len() as u64;
    }
    console.line(&format!(
        "{}, {}, {}, {} read: {}",
        counted(partitions, "partition"),
        counted(parts, "part"),
        counted(records, "record"),
        bytes(read),
        if problems == 0 { "all is well".to_owned() } else { counted(problems, "problem") },
    ));
    Ok(if problems == 0 { Ending::Done } else { Ending::Failed })
}

/// Every daily partition of a lake that is asked for.
pub(crate) async fn daily_partitions(lake: &dyn Store, days: DayArguments) -> anyhow::Result<Vec<Partition>> {
    let mut found = Vec::new();
    for table in Table::ALL {
        found.extend(lake_store::partitions(lake, table, Stage::Daily).await?);
    }
    found.retain(|partition| matches!(partition.span, PartitionSpan::Day(day) if days.contains(day)));
    Ok(found)
}
