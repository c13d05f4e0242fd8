//! `trailmill demo`: a plausible organisation's month, made, milled and shown.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Parser;
use cloudtrail_corpus::{DaySummary, OrganizationConfig, write_day, write_late_arrivals};
use cloudtrail_model::{Day, Month};

use crate::Ending;
use crate::args::{
    Arguments, Command, DayArguments, DemoArguments, LakeArguments, SourceBucketArguments, StatusArguments,
    VerifyArguments,
};
use crate::commands::{run, status, verify};
use crate::console::Console;
use crate::figures::{bytes, count, counted};
use crate::place::Place;

/// Runs the command.
pub(crate) async fn run(arguments: DemoArguments, console: &Console) -> anyhow::Result<Ending> {
    let folder = &arguments.dir;
    refuse_used(folder)?;
    let (logs, lake) = (folder.join("logs"), folder.join("lake"));
    let config = OrganizationConfig {
        seed: arguments.seed,
        broken_files: 1,
        odd_files: 2,
        ..OrganizationConfig::article_day()
    };
    let month = Month::new(2026, 10).context("the demo's month")?;
    let days: Vec<Day> = month.days().take(usize::from(arguments.days)).collect();

    console.line(&format!(
        "1. {} of CloudTrail logs: {}, {} regions, {} a day, as they lie in a bucket",
        counted(days.len() as u64, "day"),
        counted(u64::from(config.accounts), "account"),
        config.regions,
        counted(u64::from(config.files), "log file"),
    ));
    make(&config, &days, &logs, write_day, console).await?;

    let allow_gaps = days.len() < month.days().count();
    console.text(
        "\n2. trailmill run: every day becomes gzipped NDJSON, each event once; the month becomes Parquet",
    );
    mill(&logs, &lake, allow_gaps, console).await?;

    console.text(
        "\n3. Late files arrive, as they do. The same command again reads only them, and renews the Parquet",
    );
    make(&config, &days, &logs, write_late_arrivals, console).await?;
    mill(&logs, &lake, allow_gaps, console).await?;

    console.text("\n4. trailmill status");
    let days = DayArguments::default();
    let written = LakeArguments { lake: Place::Folder(lake.clone()), lake_owner: None };
    let source = Some(Place::Folder(logs.clone()));
    let bucket = SourceBucketArguments::default();
    status::run(StatusArguments { lake: written.clone(), source, bucket, days }, console).await?;

    console.text("\n5. trailmill verify: every part read again");
    let verified = verify::run(VerifyArguments { lake: written, days }, console).await?;
    show_queries(&logs, &lake, allow_gaps, console);
    Ok(verified)
}

fn refuse_used(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => bail!("{} is not empty: delete it, or name another folder with --dir", folder.display()),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", folder.display())),
    }
}

type Write = fn(&OrganizationConfig, Day, &Path) -> std::io::Result<DaySummary>;

/// Writes the objects of some days, several days at once.
async fn make(
    config: &OrganizationConfig,
    days: &[Day],
    logs: &Path,
    write: Write,
    console: &Console,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let shares: Vec<Vec<Day>> =
        (0..threads).map(|share| days.iter().copied().skip(share).step_by(threads).collect()).collect();
    let mut working = Vec::new();
    for share in shares {
        let (config, logs) = (config.clone(), logs.to_owned());
        working.push(tokio::task::spawn_blocking(move || {
            share.into_iter().map(|day| write(&config, day, &logs)).collect::<std::io::Result<Vec<_>>>()
        }));
    }
    let (mut files, mut broken, mut records, mut stored) = (0, 0, 0, 0);
    for work in working {
        let summaries = work.await?.with_context(|| format!("cannot write to {}", logs.display()))?;
        for made in summaries {
            files += made.files + made.broken + made.other_kinds;
            broken += made.broken;
            records += made.records + made.other_records;
            stored += made.bytes;
        }
    }
    console.line(&format!(
        "made {} ({} of them broken on purpose) with {} in {:.1} s: {}",
        counted(files, "file"),
        count(broken),
        counted(records, "record"),
        started.elapsed().as_secs_f64(),
        bytes(stored),
    ));
    Ok(())
}

/// What `trailmill run --source LOGS --lake LAKE` does.
async fn mill(logs: &Path, lake: &Path, allow_gaps: bool, console: &Console) -> anyhow::Result<()> {
    let mut command: Vec<&OsStr> = ["trailmill", "run", "--source"].map(OsStr::new).to_vec();
    command.extend([logs.as_os_str(), OsStr::new("--lake"), lake.as_os_str()]);
    command.extend(allow_gaps.then_some(OsStr::new("--allow-gaps")));
    match Arguments::try_parse_from(command)?.command {
        Command::Run(arguments) => run::run(arguments, console).await.map(drop),
        other => bail!("{other:?} is not what the demo shows"),
    }
}

fn show_queries(logs: &Path, lake: &Path, allow_gaps: bool, console: &Console) {
    let (logs, lake) = (logs.display(), lake.display());
    let allow_gaps = if allow_gaps { " --allow-gaps" } else { "" };
    console.text(&format!(
        r#"
6. Query it. Which calls were denied, to whom? From the Parquet:

   duckdb -c "SELECT userIdentity.arn AS who, eventName AS what, count(*) AS times
              FROM read_parquet('{lake}/cloudtrail_monthly/**/*.parquet')
              WHERE errorCode LIKE '%AccessDenied%'
              GROUP BY ALL ORDER BY times DESC LIMIT 10"

   And without any tool, from the NDJSON:

   zcat {lake}/cloudtrail_daily/year=2026/month=10/day=01/*.ndjson.gz | grep ConsoleLogin | head -n 3

The same on your own logs:

   trailmill run --source {logs} --lake {lake}{allow_gaps}"#
    ));
}
