//! `trailmill demo`: a plausible organisation's month of logs is made, becomes a lake, and is shown on one screen.

mod denied_calls;
mod lake_tables;
mod made_logs;
mod next_commands;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use clap::Parser;
use cloudtrail_corpus::{OrganizationConfig, write_day, write_late_arrivals};
use cloudtrail_model::{Day, Month};
use serde::Serialize;

use crate::Ending;
use crate::args::{
    Arguments, Command, DayArguments, DemoArguments, LakeArguments, RunArguments, SourceBucketArguments,
    StatusArguments, VerifyArguments, VerifyProofArguments,
};
use crate::commands::verify::Verified;
use crate::commands::{run, status, verify};
use crate::places;
use crate::places::Place;
use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};

use denied_calls::{DeniedCalls, DeniedGroup};
use lake_tables::LakeTables;
use made_logs::{MadeLogs, WriteDay, make_logs};
use next_commands::next_commands;

/// A demo in its folder.
struct Demo<'a> {
    config: OrganizationConfig,
    month: Month,
    /// The days that are made: the first ones of the month.
    days: Vec<Day>,
    logs: PathBuf,
    lake: PathBuf,
    /// `trailmill run` of the logs.
    run: RunArguments,
    /// Has the lines of the demo: one when a step is done, then what the lake holds.
    console: &'a Console,
    /// Has what the steps print by themselves: hundreds of lines of text that `trailmill status` has too.
    steps: Console,
}

/// What the lake holds as JSON.
#[derive(Debug, Serialize)]
struct DemoObject<'a> {
    demo: &'a LakeTables,
    denied_calls: Vec<DeniedGroup<'a>>,
}

/// Runs the command.
pub(crate) async fn run(arguments: DemoArguments, console: &Console) -> anyhow::Result<Ending> {
    refuse_used(&arguments.dir)?;
    let demo = Demo::new(&arguments, console)?;
    demo.announce();
    demo.make_logs().await?;
    if demo.make_lake().await? == Ending::Failed || demo.add_late_files().await? == Ending::Failed {
        return Ok(Ending::Failed);
    }
    if console.is_json() {
        demo.status().await?;
    }
    let verified = demo.verify().await?;
    demo.show().await?;
    Ok(verified.ending())
}

fn refuse_used(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => bail!("{} is not empty: delete it, or name another folder with --dir", folder.display()),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", folder.display())),
    }
}

impl<'a> Demo<'a> {
    fn new(arguments: &DemoArguments, console: &'a Console) -> anyhow::Result<Self> {
        let (logs, lake) = (arguments.dir.join("logs"), arguments.dir.join("lake"));
        let month = Month::new(2026, 10).context("the demo's month")?;
        let days: Vec<Day> = month.days().take(usize::from(arguments.days)).collect();
        let run = run_arguments(&logs, &lake, days.len() < month.days().count())?;
        let config = OrganizationConfig {
            seed: arguments.seed,
            broken_files: 1,
            odd_files: 2,
            ..OrganizationConfig::article_day()
        };
        Ok(Demo { config, month, days, logs, lake, run, console, steps: console.without_text() })
    }

    fn announce(&self) {
        self.console.line(&format!(
            "Making {} of CloudTrail logs ({}, {} regions) in {} and a lake of them in {}",
            counted(self.days.len() as u64, "day"),
            counted(u64::from(self.config.accounts), "account"),
            self.config.regions,
            self.logs.display(),
            self.lake.display(),
        ));
    }

    /// Says that a step is done.
    fn done(&self, started: Instant, what: &str) {
        self.console.line(&format!("{what} ({:.1} s)", started.elapsed().as_secs_f64()));
    }

    async fn make_logs(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        let made = self.write_logs(write_day).await?;
        self.done(
            started,
            &format!(
                "made: {} log files and digests, {}, {}; {} broken on purpose",
                count(made.files),
                counted(made.records, "record"),
                bytes(made.bytes),
                counted(made.broken, "file"),
            ),
        );
        Ok(())
    }

    async fn write_logs(&self, write: WriteDay) -> anyhow::Result<MadeLogs> {
        make_logs(&self.config, &self.days, &self.logs, write, &self.steps).await
    }

    /// Both stages over the logs, a line after each.
    async fn make_lake(&self) -> anyhow::Result<Ending> {
        let started = Instant::now();
        let daily = run::run_days(&self.run, &self.steps).await?;
        if daily.summary.ending() == Ending::Failed {
            return Ok(Ending::Failed);
        }
        let totals = &daily.summary.totals;
        self.done(
            started,
            &format!(
                "daily: {} read, {} of gzipped NDJSON written",
                counted(totals.files_in, "log file"),
                counted(daily.summary.committed, "partition"),
            ),
        );
        let started = Instant::now();
        let months = run::run_months(&self.run, &daily, &self.steps).await?;
        if months.ending() != Ending::Failed {
            self.done(started, &format!("monthly: {} of Parquet written", counted(months.rows, "row")));
        }
        Ok(months.ending())
    }

    /// Log files that arrive after the first run, as they do, and both stages again.
    async fn add_late_files(&self) -> anyhow::Result<Ending> {
        let started = Instant::now();
        let late = self.write_logs(write_late_arrivals).await?;
        let daily = run::run_days(&self.run, &self.steps).await?;
        let months = run::run_months(&self.run, &daily, &self.steps).await?;
        let ending = daily.summary.ending().and(months.ending());
        if ending != Ending::Failed {
            self.done(
                started,
                &format!(
                    "late files: {} more made; the same run again read {} and wrote the Parquet again",
                    count(late.files),
                    counted(daily.summary.totals.files_in, "log file"),
                ),
            );
        }
        Ok(ending)
    }

    /// Every day and month, for machines.
    async fn status(&self) -> anyhow::Result<()> {
        let (lake, days) = (self.lake_arguments(), DayArguments::default());
        let (source, bucket) = (Some(Place::Folder(self.logs.clone())), SourceBucketArguments::default());
        status::run(StatusArguments { lake, source, bucket, days }, &self.steps).await.map(drop)
    }

    /// Reads every part again.
    async fn verify(&self) -> anyhow::Result<Verified> {
        let started = Instant::now();
        let (lake, days) = (self.lake_arguments(), DayArguments::default());
        let verified = verify::verify(
            VerifyArguments { lake, days, proof: VerifyProofArguments::default() },
            &self.steps,
        )
        .await?;
        self.done(started, &format!("verified: {verified}"));
        if verified.ending() == Ending::Failed {
            let lake = self.lake.display();
            let wrong = "is not what its journals say; each problem is named by `trailmill verify --lake";
            self.console.error(&anyhow!("the lake {lake} {wrong} {lake}`"));
        }
        Ok(verified)
    }

    /// What the lake holds, the answer to a question, and how to go on.
    async fn show(&self) -> anyhow::Result<()> {
        let lake = places::open_lake(&self.lake_arguments()).await?;
        let tables = LakeTables::read(&lake).await?;
        let denied = DeniedCalls::count(&lake, self.month).await?;
        self.console.object(&DemoObject { demo: &tables, denied_calls: denied.most_frequent() });
        for line in report(&self.lake, self.month, &tables, &denied) {
            self.console.line(&line);
        }
        Ok(())
    }

    fn lake_arguments(&self) -> LakeArguments {
        LakeArguments { lake: Place::Folder(self.lake.clone()), lake_owner: None }
    }
}

/// What is printed when all steps are done, each paragraph with an empty line before it.
fn report(lake: &Path, month: Month, tables: &LakeTables, denied: &DeniedCalls) -> Vec<String> {
    let first_day = month.days().next();
    let paragraphs = [
        tables.lines(),
        tables.quarantined_lines(),
        denied.lines(month),
        first_day.map_or_else(Vec::new, |day| next_commands(lake, month, day)),
    ];
    let mut lines = Vec::new();
    for paragraph in paragraphs {
        lines.push(String::new());
        lines.extend(paragraph);
    }
    lines
}

/// The arguments of `trailmill run --source LOGS --lake LAKE`.
fn run_arguments(logs: &Path, lake: &Path, allow_gaps: bool) -> anyhow::Result<RunArguments> {
    let mut command: Vec<&OsStr> = ["trailmill", "run", "--source"].map(OsStr::new).to_vec();
    // its month may be older than the days that a run looks at otherwise; its digest files are made up
    command.extend([
        logs.as_os_str(),
        OsStr::new("--lake"),
        lake.as_os_str(),
        OsStr::new("--all"),
        OsStr::new("--proof"),
        OsStr::new("off"),
    ]);
    command.extend(allow_gaps.then_some(OsStr::new("--allow-gaps")));
    match Arguments::try_parse_from(command)?.command {
        Command::Run(arguments) => Ok(arguments),
        other => bail!("{other:?} is not what the demo shows"),
    }
}

#[cfg(test)]
#[path = "demo_tests.rs"]
mod tests;
