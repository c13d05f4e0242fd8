//! Ends the process for a command line that is not valid: help, or one line about the mistake.

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::failure_status;
use crate::terminal::console::error_line;

/// Help goes where it was asked for. A mistake is one line, and not status 2, which means something else here.
pub(crate) fn end(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_closed) => ExitCode::from(1),
        },
        // no command at all: the help for a person, a failure for a script that lost its command
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _closed = error.print();
            ExitCode::from(1)
        }
        _ => {
            error_line(&format!("{} (see trailmill --help)", mistake(&error.to_string())));
            let mut words = std::env::args_os().skip(1);
            let command = words.find(|word| !word.as_encoded_bytes().starts_with(b"-"));
            ExitCode::from(failure_status(
                command.is_some_and(|command| command == "search" || command == "who"),
            ))
        }
    }
}

/// What clap says is wrong and what it suggests, on one line, without the usage that follows.
fn mistake(text: &str) -> String {
    let is_usage = |line: &&str| line.starts_with("Usage:") || line.starts_with("For more information");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut mistake = String::new();
    for line in lines.take_while(|line| !is_usage(line)) {
        if !mistake.is_empty() {
            mistake.push_str(if line.starts_with("tip:") { "; " } else { " " });
        }
        mistake.push_str(line);
    }
    mistake
}

#[cfg(test)]
#[path = "argument_error_tests.rs"]
mod tests;
