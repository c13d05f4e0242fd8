//! `trailmill demo`, the first thing a new user runs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use cloudtrail_model::{Stage, Table};
use lake::{Partition, Verdict, Why};
use serde_json::Value;
use testkit::{Oracle, partition_lines};

use crate::command::{Ran, daily, trailmill};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, journal_state, journaled};
use crate::made_source::put;
use crate::months_on_disk::months;

/// Lines of a screen.
const SCREEN: usize = 40;

fn demo(folder: &Path, more: &[&str]) -> Ran {
    trailmill().args(["demo", "--dir"]).arg(folder).args(more).output().unwrap().into()
}

/// The demo of two days, and whether the lake existed at its first line.
fn watched_demo(folder: &Path) -> (Ran, bool) {
    let mut child = trailmill().args(["demo", "--days", "2", "--dir"]).arg(folder).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut stdout = String::new();
    output.read_line(&mut stdout).unwrap();
    let lake_was_there = folder.join("lake").exists();
    output.read_to_string(&mut stdout).unwrap();
    let mut ran: Ran = child.wait_with_output().unwrap().into();
    ran.stdout = stdout;
    (ran, lake_was_there)
}

#[test]
fn a_demo_fits_on_a_screen_and_says_what_is_in_the_lake() {
    let folder = tempfile::tempdir().unwrap();
    let demo_folder = folder.path().join("new");
    let (ran, lake_was_there) = watched_demo(&demo_folder);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    let (logs, lake) = (demo_folder.join("logs"), demo_folder.join("lake"));
    let oracle = Oracle::read(&logs).unwrap();
    assert_holds(&lake, &oracle);
    assert_verifies(&lake);

    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.len() <= SCREEN, "{} lines:\n{}", lines.len(), ran.stdout);
    assert!(!lake_was_there, "the first line comes before the work");
    let first = format!("in {} and a lake of them in {}", logs.display(), lake.display());
    assert!(
        lines[0].starts_with("Making 2 days of CloudTrail logs ") && lines[0].ends_with(&first),
        "{lines:?}"
    );
    for (line, step) in lines[1..].iter().zip(["made", "daily", "monthly", "late files", "verified"]) {
        assert!(line.starts_with(&format!("{step}: ")) && line.ends_with(" s)"), "{step}: {line}");
    }
    let late = "late files: 10 more made; the same run again read 10 log files and wrote the Parquet again";
    assert!(lines[4].starts_with(late), "{}", lines[4]);

    assert_eq!(rows_below(&lines, "  table "), expected_tables(&lake), "{}", ran.stdout);
    assert_eq!(rows_below(&lines, "    times "), expected_answer(&lake), "{}", ran.stdout);
    assert_names_quarantined(&lines, &oracle, &lake);
    assert_commands_work(&lines, &logs, &lake);
}

/// The rows of a table whose first line begins so, up to an empty line; cells without commas.
fn rows_below(lines: &[&str], head: &str) -> Vec<Vec<String>> {
    let at = lines.iter().position(|line| line.starts_with(head)).unwrap();
    let rows = lines[at + 1..].iter().take_while(|line| !line.is_empty());
    rows.map(|row| row.trim().split("  ").map(str::trim).filter(|cell| !cell.is_empty()))
        .map(|cells| cells.map(|cell| cell.replace(',', "")).collect())
        .collect()
}

/// The totals of each table by the journals: days, log files, records, duplicates, bytes; rows and bytes of Parquet.
fn expected_tables(lake: &Path) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for table in Table::ALL.into_iter().collect::<BTreeSet<_>>() {
        let days = journaled(lake).into_iter().filter(|partition| partition.table == table);
        let days: Vec<_> = days.map(|partition| journal_state(lake, partition)).collect();
        let months = months(lake).into_iter().filter(|(of, _)| *of == table);
        let months: Vec<_> =
            months.map(|(table, month)| journal_state(lake, Partition::month(table, month))).collect();
        let log_files: usize = days.iter().map(|day| day.inputs.len()).sum();
        let duplicates: u64 = days.iter().map(|day| day.totals.duplicates).sum();
        let records = |states: &[lake::PartitionState]| -> u64 {
            states.iter().flat_map(|state| state.parts.values()).map(|part| part.records).sum()
        };
        let bytes = |states: &[lake::PartitionState]| -> u64 {
            states.iter().flat_map(|state| state.parts.values()).map(|part| part.bytes).sum()
        };
        assert!(records(&days) > 0 && records(&days) == records(&months), "{table}");
        rows.push(vec![
            table.to_string(),
            days.len().to_string(),
            log_files.to_string(),
            records(&days).to_string(),
            duplicates.to_string(),
            shown_bytes(bytes(&days)),
            records(&months).to_string(),
            shown_bytes(bytes(&months)),
        ]);
    }
    rows
}

fn shown_bytes(bytes: u64) -> String {
    let (unit, name) = if bytes >= 1_000_000 { (1_000_000, "MB") } else { (1_000, "kB") };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

/// The five most frequent denied calls of October with their callers, from the NDJSON.
fn expected_answer(lake: &Path) -> Vec<Vec<String>> {
    let mut times: BTreeMap<(String, String), u64> = BTreeMap::new();
    for partition in journaled(lake).into_iter().filter(|partition| partition.table == Table::CloudTrail) {
        assert_eq!(partition.stage(), Stage::Daily);
        for line in partition_lines(lake, partition).unwrap() {
            let record: Value = serde_json::from_slice(&line).unwrap();
            let code = record["errorCode"].as_str().unwrap_or_default();
            let is_denied = code.contains("AccessDenied") || code.contains("UnauthorizedOperation");
            if is_denied && !record["eventTime"].as_str().unwrap().starts_with("2026-09") {
                let (call, identity) = (&record["eventName"], &record["userIdentity"]);
                let role = &identity["sessionContext"]["sessionIssuer"]["arn"];
                let names = [role, &identity["arn"], &identity["invokedBy"], &identity["principalId"]];
                let caller = names.into_iter().find_map(Value::as_str).unwrap_or("-");
                let group = (call.as_str().unwrap().to_owned(), caller.to_owned());
                *times.entry(group).or_default() += 1;
            }
        }
    }
    let mut groups: Vec<((String, String), u64)> = times.into_iter().collect();
    groups.sort_by_key(|((call, caller), times)| {
        (Reverse(*times), call.clone(), caller.as_str() == "-", caller.clone())
    });
    groups.into_iter().take(5).map(|((call, caller), times)| vec![times.to_string(), call, caller]).collect()
}

/// Fails unless the quarantined log files are counted, and the first is named with its reason.
fn assert_names_quarantined(lines: &[&str], oracle: &Oracle, lake: &Path) {
    let mut broken = oracle.partitions.iter().flat_map(|((table, day), partition)| {
        partition.broken.iter().map(|key| (Partition::day(*table, *day), key))
    });
    let (partition, key) = broken.next().unwrap();
    let all = 1 + broken.count();
    let at = lines.iter().position(|line| line.starts_with("Quarantined: ")).unwrap();
    assert!(lines[at].starts_with(&format!("Quarantined: {all} log files. ")), "{}", lines[at]);
    let input = journal_state(lake, partition).inputs.get(key).unwrap();
    let Verdict::Quarantined(Why { detail, .. }) = input.verdict else { panic!("{key} is not quarantined") };
    assert_eq!(lines[at + 1..at + 4], [format!("  {key}").as_str(), &format!("  {detail}"), ""]);
}

/// Fails unless the printed commands run: `status`, and `run` for the logs of the demo, which has nothing to do.
fn assert_commands_work(lines: &[&str], logs: &Path, lake: &Path) {
    let run = |command: &str| -> Ran {
        let line = lines.iter().find(|line| line.starts_with(&format!("  trailmill {command} "))).unwrap();
        let mut words: Vec<&str> = line.split_whitespace().skip(1).collect();
        for (word, ours) in [("s3://my-trail-logs", logs), ("path/to/lake", lake)] {
            words
                .iter_mut()
                .filter(|found| **found == word)
                .for_each(|found| *found = ours.to_str().unwrap());
        }
        trailmill().args(words).output().unwrap().into()
    };
    let status = run("status");
    assert!(status.status == Some(0) && status.stdout.contains("\n  quarantined AWSLogs/"), "{status:?}");
    let before = files_below(lake);
    // the days of the demo are older than those that it looks at again
    let again = run("run");
    assert_eq!(again.status, Some(0), "{again:?}");
    assert!(files_below(lake) == before, "{again:?}");
    daily(logs, lake, &[]).assert_nothing_done();
    assert!(lines.iter().any(|line| line.starts_with("  duckdb -c \"SELECT ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("  zcat ")), "{lines:?}");
}

#[test]
fn a_seed_makes_the_same_logs_and_json_has_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let [two, same, other] = ["two", "same", "other"].map(|name| folder.path().join(name));
    let json = demo(&two, &["--days", "2", "--seed", "1", "--json"]);
    assert!(json.status == Some(0) && json.stderr.is_empty(), "{json:?}");
    let objects = json.objects();
    // of both runs
    assert_eq!(objects.iter().filter(|object| object["summary"].is_object()).count(), 2);
    assert!(objects.iter().any(|object| object["problems"].is_array()), "verify");
    assert!(objects.iter().any(|object| object["new_files"] == 0), "status");
    let last = objects.last().unwrap();
    assert_eq!(last["demo"]["quarantined"], 2, "{last}");
    assert_eq!(last["denied_calls"].as_array().map(Vec::len), Some(5), "{last}");

    // the logs depend on the seed, not on the number of days
    assert_eq!(demo(&same, &["--days", "1", "--seed", "1"]).status, Some(0));
    assert_eq!(demo(&other, &["--days", "1", "--seed", "2"]).status, Some(0));
    let logs_of = |folder: &Path| -> Vec<(String, Vec<u8>)> {
        let files = files_below(&folder.join("logs")).into_iter();
        let first_day = files.filter(|(key, _)| key.contains("/2026/10/01/"));
        first_day.map(|(key, (_, body))| (key, body)).collect()
    };
    let made = logs_of(&two);
    assert!(made.len() > 3_900, "{} files", made.len());
    assert!(logs_of(&same) == made, "the same seed made other logs");
    let keys = |logs: Vec<(String, Vec<u8>)>| logs.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert!(keys(logs_of(&other)) != keys(made), "another seed made the same logs");
}

#[test]
fn a_demo_refuses_a_folder_with_something_in_it() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "used/mine.txt", b"");
    put(folder.path(), "file", b"");
    for name in ["used", "file"] {
        let before = files_below(folder.path());
        let ran = demo(&folder.path().join(name), &["--days", "1"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{name}");
        assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(name), "{ran:?}");
        assert!(files_below(folder.path()) == before, "{name}: something was made");
    }
}
