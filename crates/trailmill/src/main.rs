//! `trailmill`: raw CloudTrail logs become a lake people can query.
//!
//! Exit status: 0 done; 1 failed; 2 committed, but log files are quarantined, unreadable, or not as CloudTrail signed them.
//! Of search and who, as of grep: 0 found; 1 not found; 2 failed.

mod args;
mod cli_markdown;
mod commands;
mod peak_memory;
mod places;
mod stamp;
mod terminal;
mod views;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::terminal::console::Console;

/// How a command ended, other than by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything is done.
    Done,
    /// Something is wrong, and has been printed.
    Failed,
    /// Committed, but log files are quarantined, unreadable, or not as CloudTrail signed them.
    LeftOut,
    /// Nothing was found.
    NotFound,
}

impl Ending {
    /// The ending of two things done one after the other: the worse one.
    pub(crate) fn and(self, other: Ending) -> Ending {
        match (self, other) {
            (Ending::Failed, _) | (_, Ending::Failed) => Ending::Failed,
            (Ending::LeftOut, _) | (_, Ending::LeftOut) => Ending::LeftOut,
            (Ending::NotFound, _) | (_, Ending::NotFound) => Ending::NotFound,
            (Ending::Done, Ending::Done) => Ending::Done,
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return terminal::argument_error::end(&error),
    };
    let console = Console::new(arguments.json);
    let failure = failure_status(matches!(arguments.command, Command::Search(_) | Command::Who(_)));
    match run(arguments.command, &console) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Failed | Ending::NotFound) => ExitCode::from(1),
        Ok(Ending::LeftOut) => ExitCode::from(2),
        Err(error) => {
            console.error(&error);
            ExitCode::from(failure)
        }
    }
}

/// The exit status of a command that failed. Of a search 1 means that nothing was found.
pub(crate) fn failure_status(is_search: bool) -> u8 {
    if is_search { 2 } else { 1 }
}

/// Prints the page of the command line that is in the docs.
fn cli_reference(console: &Console) -> Ending {
    console.text(cli_markdown::cli_markdown().trim_end_matches('\n'));
    Ending::Done
}

fn run(command: Command, console: &Console) -> anyhow::Result<Ending> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(64).build()?;
    runtime.block_on(async {
        match command {
            Command::Run(run) => commands::run::run(run, console).await,
            Command::Monthly(monthly) => commands::monthly::run(monthly, console).await,
            Command::Export(export) => commands::export::run(export, console).await,
            Command::Daily(daily) => commands::daily::run(daily, console).await,
            Command::Doctor(doctor) => Box::pin(commands::doctor::run(doctor, console)).await,
            Command::Search(search) => commands::search::run(search, console).await,
            Command::Who(who) => commands::who::run(who, console).await,
            Command::Status(status) => commands::status::run(status, console).await,
            Command::Verify(verify) => commands::verify::run(verify, console).await,
            Command::Demo(demo) => commands::demo::run(demo, console).await,
            Command::Submit(submit) => commands::submit::run(submit, console).await,
            Command::Worker(worker) => commands::worker::run(worker, console).await,
            Command::Redrive(redrive) => commands::redrive::run(redrive, console).await,
            Command::Ddl(ddl) => commands::ddl::run(&ddl, console),
            Command::CliReference => Ok(cli_reference(console)),
        }
    })
}
