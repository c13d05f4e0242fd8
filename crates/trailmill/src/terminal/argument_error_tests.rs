use super::*;
use crate::args::Arguments;
use clap::Parser;

fn said(command_line: &str) -> String {
    let words = std::iter::once("trailmill").chain(command_line.split_whitespace());
    mistake(&Arguments::try_parse_from(words).unwrap_err().to_string())
}

#[test]
fn a_mistake_is_one_line_with_what_clap_suggests() {
    assert_eq!(
        said("daily --source logs --lake lake --rebild"),
        "error: unexpected argument '--rebild' found; tip: a similar argument exists: '--rebuild'"
    );
    assert_eq!(
        said("verfy --lake lake"),
        "error: unrecognized subcommand 'verfy'; tip: a similar subcommand exists: 'verify'"
    );
    assert_eq!(
        said("ddl athen"),
        "error: invalid value 'athen' for '<FORMAT>' [possible values: athena, duckdb, spark, markdown]; tip: a similar \
         value exists: 'athena'"
    );
}

#[test]
fn a_mistake_without_a_suggestion_has_none() {
    assert_eq!(said("status"), "error: the following required arguments were not provided: --lake <PLACE>");
    assert_eq!(said("demo --days 32"), "error: invalid value '32' for '--days <N>': 32 is not in 1..=31");
}
