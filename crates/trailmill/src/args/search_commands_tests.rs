use clap::Parser;

use super::*;
use crate::args::{Arguments, Command};

fn query(command_line: &str) -> anyhow::Result<Query> {
    let words = ["trailmill", "search", "--lake", "lake"].into_iter().chain(command_line.split_whitespace());
    let Command::Search(search) = Arguments::try_parse_from(words)?.command else { panic!("it is a search") };
    search.query()
}

#[test]
fn each_option_is_a_condition_with_its_values() {
    let found = query("--ip 192.0.2.1 --event a --ip 192.0.2.2 --text x").unwrap();
    let expected = |field, any_of: &[&str]| Condition {
        field,
        any_of: any_of.iter().map(|text| (*text).to_owned()).collect(),
    };
    let conditions = [
        expected(Field::Ip, &["192.0.2.1", "192.0.2.2"]),
        expected(Field::Event, &["a"]),
        expected(Field::Text, &["x"]),
    ];
    assert_eq!(found, Query { conditions: conditions.to_vec(), span: Span::default() });
    let all = "--access-key a --ip a --principal a --event a --source-service a --resource a --account a --region a --error a --event-id a --text a";
    assert_eq!(query(all).unwrap().conditions.len(), Field::ALL.len());
}

#[test]
fn a_day_is_a_whole_day_and_an_instant_is_itself() {
    let span = |options: &str| query(options).unwrap().span;
    let second = |seconds: i64| Some(seconds * 1_000_000);
    assert_eq!(span("--from 1970-01-02 --to 1970-01-02"), Span { from: second(86_400), to: second(172_800) });
    assert_eq!(
        span("--from 1970-01-01T00:00:01Z --to 1970-01-01T01:00:02+01:00"),
        Span { from: second(1), to: second(2) }
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (options, expected) in [
        ("--from yesterday", "expected a day as 2026-11-22"),
        ("--from 2026-11-22T10:00:00", "expected a day"),
        ("--from 2026-11-22 --to 2026-11-21", "--to is not after --from"),
        ("--limit 0", "0 is not in"),
    ] {
        let error = format!("{:#}", query(options).unwrap_err());
        assert!(error.contains(expected), "{options}: {error}");
    }
    let empty = Arguments::try_parse_from(["trailmill", "search", "--lake", "lake", "--text", ""]);
    assert!(empty.unwrap_err().to_string().contains("--text"));
}
