//! `docs/guide/cli.md`, written from the definition of the command line.

use std::fmt::{self, Write};

use clap::{Arg, Command, CommandFactory};

use crate::args::Arguments;

const HEAD: &str = "# The command line

Written by `trailmill cli-reference > docs/guide/cli.md` from the definition of the command line in the code. Do not edit it here.

`trailmill COMMAND --help` prints the same on a terminal. [quickstart.md](quickstart.md) has the commands in the order in which
they are needed first.

- A **PLACE** is a folder or `s3://BUCKET/PREFIX` ([s3.md](s3.md)).
- A **DAY** is a delivery day, such as `2026-11-22`: the `YYYY/MM/DD` in the key of a log file. A **MONTH** is such as `2026-11`.
- A **TABLE** is `cloudtrail` (management and data events), `cloudtrail_insight`, `cloudtrail_network_activity` or
  `cloudtrail_aggregated`.
";

/// The text of `docs/guide/cli.md`: every command that is not hidden, with its usage and its options.
pub(crate) fn cli_markdown() -> String {
    let mut command = Arguments::command();
    // passes global options on to the commands, and gives each its full name
    command.build();
    let mut page = HEAD.to_owned();
    // writing to a String cannot fail
    let _ = write_page(&command, &mut page);
    page
}

fn write_page(command: &Command, page: &mut String) -> fmt::Result {
    if let Some(status) = command.get_after_help() {
        writeln!(page, "\n{status}")?;
    }
    writeln!(page, "\nEvery command takes these options too:\n")?;
    write_options(command.get_arguments().filter(|option| option.is_global_set()), page)?;
    writeln!(page, "\n| command | what it does |\n|---|---|")?;
    let commands: Vec<&Command> = command.get_subcommands().filter(|command| is_shown(command)).collect();
    for command in &commands {
        let name = command.get_name();
        writeln!(page, "| [`{name}`](#trailmill-{name}) | {} |", cell(&text(command.get_about())))?;
    }
    for command in commands {
        write_command(command, page)?;
    }
    Ok(())
}

fn write_command(command: &Command, page: &mut String) -> fmt::Result {
    writeln!(page, "\n## `trailmill {}`\n\n{}", command.get_name(), text(command.get_about()))?;
    let usage = command.clone().render_usage().to_string();
    writeln!(page, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: "))?;
    write_options(command.get_arguments().filter(|option| !option.is_global_set()), page)
}

/// A command that `--help` names; `help` itself is not one of ours.
fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

fn write_options<'a>(options: impl Iterator<Item = &'a Arg>, page: &mut String) -> fmt::Result {
    writeln!(page, "| option | what it says |\n|---|---|")?;
    for option in options.filter(|option| !["help", "version"].contains(&option.get_id().as_str())) {
        writeln!(page, "| `{}` | {} |", cell(&option.to_string()), cell(&meaning(option)))?;
    }
    Ok(())
}

/// What `--help` says of an option: its help, its values where they are few, its default, and whether it must be there.
fn meaning(option: &Arg) -> String {
    let mut says = text(option.get_help());
    if option.get_action().takes_values() {
        let values: Vec<String> = option
            .get_possible_values()
            .iter()
            .map(|value| format!("`{}` ({})", value.get_name(), text(value.get_help()).trim_end_matches('.')))
            .collect();
        if !values.is_empty() {
            says = format!("{says} One of {}.", values.join(", "));
        }
        let defaults: Vec<String> = option
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        if !defaults.is_empty() {
            says = format!("{says} Default: {}.", defaults.join(", "));
        }
    }
    if option.is_required_set() { format!("{says} **Required.**") } else { says }
}

/// The help of a command, an option or a value, with the full stop that clap takes off.
fn text(help: Option<&clap::builder::StyledStr>) -> String {
    let says = help.map(ToString::to_string).unwrap_or_default();
    if says.is_empty() || says.ends_with('.') { says } else { format!("{says}.") }
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
#[path = "cli_markdown_tests.rs"]
mod tests;
