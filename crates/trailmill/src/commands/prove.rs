//! `trailmill verify --proof`: the log files of the journals against CloudTrail's digest files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use cloudtrail_model::digest::ListedElsewhere;
use cloudtrail_model::{Day, SourceKey, Table};
use daily_aggregator::Source;
use lake::{DayState, Inputs, Journal, Partition, ProofState};
use lake_store::Store;
use proof::{DayToProve, DigestSource, Prover, Report, ReportedDay, log_files};
use serde::Serialize;

use crate::Ending;
use crate::args::VerifyArguments;
use crate::commands::verify::{daily_partitions, nothing_in_lake};
use crate::places::{self, Place};
use crate::stamp::STAMP;
use crate::terminal::console::Console;
use crate::terminal::numbers::counted;

/// Findings of one region and day that a report has at most.
const MAX_FOUND: usize = 1_000;
/// Findings of one day that are printed.
const MAX_LINES: usize = 10;

/// A day as JSON.
#[derive(Debug, Serialize)]
struct DayObject<'a> {
    state: &'static str,
    #[serde(flatten)]
    day: &'a ReportedDay,
}

/// Runs the command.
///
/// # Errors
/// Fails if the source or the lake cannot be read, if there are no public keys, or if a report cannot be written.
pub(crate) async fn run(
    arguments: VerifyArguments,
    place: &Place,
    console: &Console,
) -> anyhow::Result<Ending> {
    let days = arguments.days;
    days.check()?;
    let keys = places::public_keys(place, arguments.proof.public_keys.as_deref()).await?;
    let Some(keys) = keys else {
        bail!(
            "no public keys for the digest files in {place}: name a file with --public-keys, written for each region with \
             `aws cloudtrail list-public-keys --region REGION --start-time FROM --end-time TO`"
        );
    };
    let lake = places::open_lake(&arguments.lake).await?;
    let source = places::open_source(place, &arguments.proof.bucket).await?;
    if source.digest_folders().is_empty() {
        bail!(
            "no digest files in {place}: there should be AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/… in it"
        );
    }
    let partitions = daily_partitions(&*lake, &days.range()).await?;
    if partitions.is_empty() {
        bail!("{}", nothing_in_lake(&*lake, &arguments.lake.lake, days).await?);
    }
    let prover = Prover {
        source: DigestSource {
            store: source.store().clone(),
            bucket: places::bucket_of(place),
            folders: source.digest_folders().clone(),
        },
        keys: keys.asked_again(),
        max_found: MAX_FOUND,
    };
    let now = (STAMP.now)();
    let as_of = now.parse().with_context(|| format!("the clock says {now:?}"))?;
    let mut report = Report {
        as_of,
        tool: STAMP.tool.to_owned(),
        source: place.to_string(),
        lake: arguments.lake.lake.to_string(),
        public_keys: match &arguments.proof.public_keys {
            Some(file) => file.display().to_string(),
            None => "ListPublicKeys of AWS".to_owned(),
        },
        days: Vec::new(),
    };
    let mut late: BTreeMap<(Table, Day), Vec<ListedElsewhere>> = BTreeMap::new();
    for (table, day) in partitions {
        let state = Journal::new(lake.clone(), Partition::day(table, day)).read().await?;
        if !state.is_there() || state.day == Some(DayState::BeforeSource) {
            continue;
        }
        let mut wanted = DayToProve { table, day, as_of, first_day: None, all_regions: true };
        let none = Inputs::default();
        let files = || log_files(&state.inputs, &state.above, &none, &[]);
        let mut proof = prover.day(wanted, files()).await;
        if proof.has_missing() && wanted.may_have_expired() {
            wanted.first_day = source.first_day().await?;
            proof = prover.day(wanted, files()).await;
        }
        for listed in proof.regions.iter_mut().flat_map(|region| std::mem::take(&mut region.late)) {
            if let Ok(key) = SourceKey::parse(&listed.key) {
                late.entry((table, key.day)).or_default().push(listed);
            }
        }
        report.days.push(ReportedDay { table, proof });
    }
    add_late(&lake, &mut report, late).await?;
    for day in &report.days {
        print_day(day, console);
    }
    for file in &arguments.proof.report {
        write_report(file, &report)?;
    }
    Ok(end(&report, &source, console))
}

/// Adds what later digest files list of earlier days.
async fn add_late(
    lake: &Arc<dyn Store>,
    report: &mut Report,
    late: BTreeMap<(Table, Day), Vec<ListedElsewhere>>,
) -> anyhow::Result<()> {
    for ReportedDay { table, proof } in &mut report.days {
        if let Some(listed) = late.get(&(*table, proof.day)) {
            let state = Journal::new(lake.clone(), Partition::day(*table, proof.day)).read().await?;
            proof.add_late(listed, &state.inputs, MAX_FOUND);
        }
    }
    Ok(())
}

fn print_day(day: &ReportedDay, console: &Console) {
    let sums = day.proof.summary();
    let state = sums.state();
    console.object(&DayObject { state: state.name(), day });
    let (table, date) = (day.table, day.proof.day);
    console.line(&format!("{table} {date}: {}, {}", state.name(), proof::sentence(&sums)));
    for example in sums.examples.iter().take(MAX_LINES) {
        console.line(&format!("  {example}"));
    }
    let more = (sums.broken + sums.unproven).saturating_sub(sums.examples.len().min(MAX_LINES) as u64);
    if more > 0 {
        console.line(&format!("  and {} more (--report FILE has them)", counted(more, "finding")));
    }
}

fn write_report(file: &Path, report: &Report) -> anyhow::Result<()> {
    let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let text = if is_json { serde_json::to_string_pretty(report)? + "\n" } else { report.markdown() };
    let written = std::fs::File::create_new(file)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.with_context(|| {
        format!(
            "the report {} cannot be written; --report names a file that is not there yet",
            file.display()
        )
    })
}

/// The last line, and how the command ends.
fn end(report: &Report, source: &Source, console: &Console) -> Ending {
    let proven = report.days.iter().filter(|day| day.proof.summary().state() == ProofState::Proven).count();
    let days = counted(report.days.len() as u64, "day");
    let folders = counted(source.digest_folders().len() as u64, "folder");
    console.line(&format!("{proven} of {days} proven, by the digest files in {folders}"));
    match report.state() {
        ProofState::Proven => Ending::Done,
        ProofState::Pending | ProofState::Unproven | ProofState::Broken => Ending::Failed,
    }
}
