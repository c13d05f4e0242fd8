//! `trailmill doctor`: what a source holds, what is missing to read it, and the command to run.

use std::collections::BTreeSet;

use cloudtrail_model::{Day, Table};
use daily_aggregator::{ListedFile, Source, SourceSummary};
use lake_store::{ErrorKind, Unreadable, with_causes};
use serde::Serialize;

use crate::args::DoctorArguments;
use crate::places::Place;
use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};
use crate::views::not_searched::print_not_searched;
use crate::{Ending, places};

/// Names of accounts, regions or prefixes that a line has at most.
const MAX_NAMES: usize = 5;
/// Log files that are read to see whether they can be.
const SAMPLES: usize = 3;

/// What was found, as JSON.
#[derive(Debug, Serialize)]
struct Found<'a> {
    source: String,
    #[serde(flatten)]
    summary: &'a SourceSummary,
    #[serde(serialize_with = "day_text")]
    first_day: Option<Day>,
    #[serde(serialize_with = "day_text")]
    last_day: Option<Day>,
    /// Log files of the main table of the last day, and their bytes.
    last_day_files: u64,
    last_day_bytes: u64,
    /// Requests that list one day.
    listings_of_a_day: usize,
    checks: &'a [Check],
    command: &'a str,
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    is_ok: bool,
    /// What happened, and what to do if it is not ok.
    detail: String,
}

/// Runs the command.
///
/// # Errors
/// Fails if the source cannot be listed, or has no log files.
pub(crate) async fn run(arguments: DoctorArguments, console: &Console) -> anyhow::Result<Ending> {
    let DoctorArguments { source: place, bucket } = &arguments;
    let source = places::open_source(place, bucket).await?;
    let summary = source.summary();
    let (first_day, last_day) = futures::try_join!(source.first_day(), source.last_day())?;
    let mut listed = (0, 0);
    let mut checks = vec![Check { name: "list", is_ok: true, detail: "the source can be listed".to_owned() }];
    if let Some(day) = last_day {
        let files = source.list(Table::CloudTrail, day).await?.files;
        listed = (files.len() as u64, files.iter().map(|file| file.to_read().object.bytes).sum());
        checks.push(read_some(&source, files.iter()).await);
    }
    checks.push(digest_files(place, &source, last_day).await?);
    let command = command(&arguments, last_day);
    console.object(&Found {
        source: place.to_string(),
        summary: &summary,
        first_day,
        last_day,
        last_day_files: listed.0,
        last_day_bytes: listed.1,
        listings_of_a_day: source.listings_of_a_day(),
        checks: &checks,
        command: &command,
    });
    print_summary(place, &summary, console);
    if let (Some(first), Some(last)) = (first_day, last_day) {
        let (files, size) = (counted(listed.0, "log file"), bytes(listed.1));
        console.line(&format!("  days: {first} to {last}; {files} ({size}) of {last}"));
    }
    print_not_searched(place, &source, console);
    for Check { name, is_ok, detail } in &checks {
        console.line(&format!("  {} {name}: {detail}", if *is_ok { "ok" } else { "NOT OK" }));
    }
    console.line("");
    console.line("run:");
    console.line(&format!("  {command}"));
    Ok(if checks.iter().all(|check| check.is_ok) { Ending::Done } else { Ending::Failed })
}

/// Reads some log files of a day: not all may be given out.
async fn read_some<'a>(source: &Source, files: impl Iterator<Item = ListedFile<'a>>) -> Check {
    let (mut read, mut failed) = (0, None);
    let files: Vec<ListedFile<'a>> = files.collect();
    let step = (files.len() / SAMPLES).max(1);
    for file in files.iter().step_by(step).take(SAMPLES) {
        let object = file.to_read().object;
        match source.store().get(&object.key, Some(&object.etag)).await {
            Ok(_) => read += 1,
            Err(error) => failed = Some(error),
        }
    }
    let advice = |kind| match kind {
        ErrorKind::Unreadable(Unreadable::Archived) => "restore the archived objects first",
        ErrorKind::Unreadable(Unreadable::EncryptionKey) => "enable the KMS key of the objects",
        ErrorKind::Unreadable(Unreadable::AccessDenied) | ErrorKind::Denied => {
            "allow s3:GetObject on the log files, and kms:Decrypt if they are encrypted with a KMS key"
        }
        _ => "look at the error",
    };
    match failed {
        Some(error) => {
            let detail = format!("{}; {}", with_causes(&error), advice(error.kind));
            Check { name: "read", is_ok: false, detail }
        }
        None => Check { name: "read", is_ok: true, detail: format!("{} read", counted(read, "log file")) },
    }
}

/// Whether log files can be proven.
async fn digest_files(place: &Place, source: &Source, last_day: Option<Day>) -> anyhow::Result<Check> {
    let name = "proof";
    let is_ok = |detail: &str| Check { name, is_ok: true, detail: detail.to_owned() };
    let Some(folder) = source.digest_folders().first() else {
        return Ok(is_ok(
            "no digest files: turn on log file validation of the trail to have log files proven",
        ));
    };
    let region = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let (Some(day), Some(keys)) = (last_day, places::public_keys(place, None).await?) else {
        return Ok(is_ok("digest files are there; --public-keys FILE proves log files by them"));
    };
    let window = cloudtrail_model::digest::Window::of_day(day);
    let unknown = std::iter::once("0".repeat(32)).collect();
    match keys.asked_again().keys(region, &unknown, window).await {
        Ok(keys) => Ok(is_ok(&format!(
            "digest files are there, and {} of {region}",
            counted(keys.len() as u64, "public key")
        ))),
        Err(error) => Ok(Check {
            name,
            is_ok: false,
            detail: format!("{}; allow cloudtrail:ListPublicKeys, or use --proof off", with_causes(&*error)),
        }),
    }
}

fn print_summary(place: &Place, summary: &SourceSummary, console: &Console) {
    console.line(&format!("{place}"));
    if summary.is_loose {
        console.line("  loose log files, outside CloudTrail's layout");
        return;
    }
    let kinds: Vec<String> =
        summary.kinds.iter().map(|(kind, folders)| format!("{kind} ({})", count(*folders as u64))).collect();
    console.line(&format!("  {}", named("account", &summary.accounts)));
    console.line(&format!("  {}", named("region", &summary.regions)));
    if !summary.organizations.is_empty() {
        console.line(&format!("  {}", named("organisation", &summary.organizations)));
    }
    if summary.prefixes.iter().any(|prefix| !prefix.is_empty()) {
        console.line(&format!("  before AWSLogs/: {}", names(&summary.prefixes)));
    }
    console.line(&format!("  folders of accounts and regions by kind: {}", kinds.join(", ")));
    console.line(&format!("  {} of digest files", counted(summary.digest_folders as u64, "folder")));
}

/// `3 accounts: 111122223333, …`
fn named(noun: &str, all: &BTreeSet<String>) -> String {
    format!("{}: {}", counted(all.len() as u64, noun), names(all))
}

/// The first names, as many as fit on a line.
fn names(all: &BTreeSet<String>) -> String {
    let first: Vec<&str> =
        all.iter().take(MAX_NAMES).map(|name| if name.is_empty() { "(nothing)" } else { name }).collect();
    let more = if all.len() > MAX_NAMES { ", …" } else { "" };
    first.join(", ") + more
}

/// The command that makes a lake of the newest complete days.
fn command(arguments: &DoctorArguments, last_day: Option<Day>) -> String {
    let mut command = format!("trailmill run --source {}", arguments.source);
    if arguments.bucket.requester_pays {
        command.push_str(" --requester-pays");
    }
    if let Some(owner) = &arguments.bucket.source_owner {
        command.push_str(&format!(" --source-owner {owner}"));
    }
    command.push_str(" --lake ./lake");
    if let Some(day) = last_day {
        command.push_str(&format!(" --from {day} --to {day}"));
    }
    command
}

fn day_text<S: serde::Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}
