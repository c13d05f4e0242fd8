//! Concurrent runs at one lake.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use cloudtrail_corpus::write_day;
use fastrand::Rng;
use serde_json::Value;
use testkit::Oracle;

use crate::command::{Ran, daily_command, daily_well};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, journal_state, journaled};
use crate::made_source::{day, small_day};

/// Starts some runs at nearly the same time and waits for all.
fn run_at_once(count: usize, source: &Path, lake: &Path, rng: &mut Rng) -> Vec<Ran> {
    let start = |rng: &mut Rng| {
        let child = daily_command(source, lake, &[]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rng.u64(..30)));
        child
    };
    let children: Vec<Child> = (0..count).map(|_| start(rng)).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap().into()).collect()
}

/// Fails unless each partition has as many commits as the runs report: no commit was lost.
fn assert_told_truly(runs: &[Ran], lake: &Path) {
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for (name, partition) in runs.iter().flat_map(Ran::partitions) {
        *told.entry(name).or_default() += u64::from(partition["outcome"] == "committed");
    }
    let state = |partition| journal_state(lake, partition).commits;
    let made = journaled(lake).into_iter().map(|partition| (partition.to_string(), state(partition)));
    assert_eq!(told, made.collect(), "commits that runs say they made, and those that are in the journals");
}

/// Fails unless a run did all it had to do, or was superseded and said so; with the main table of a day, it stopped there.
fn assert_ended_clearly(ran: &Ran) {
    let objects = ran.objects();
    let is_superseded = |object: &&Value| object["outcome"] == "superseded";
    let superseded: Vec<&str> =
        objects.iter().filter(is_superseded).map(|object| object["partition"].as_str().unwrap()).collect();
    if superseded.is_empty() {
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        return;
    }
    assert_eq!(ran.status, Some(1), "{ran:?}");
    // once for all tables of the day, if the first has ended the run
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let ended = superseded.iter().find(|partition| partition.starts_with("cloudtrail_daily "));
    let said = superseded
        .iter()
        .position(|partition| Some(partition) == ended)
        .map_or(superseded.len(), |at| at + 1);
    assert_eq!(lines.len(), said, "{ran:?}");
    for (line, partition) in lines.iter().zip(&superseded) {
        assert!(line.starts_with(&format!("error: {partition} was superseded: ")), "{ran:?}");
        assert!(line.ends_with("run this command again"), "{ran:?}");
    }
    if let Some((_, day)) = ended.and_then(|partition| partition.split_once(' ')) {
        let last = objects[objects.len() - 2]["partition"].as_str().unwrap();
        assert!(last.ends_with(day), "it went on to contend: {ran:?}");
    }
}

/// Runs `count` processes concurrently at a new lake, repeatedly.
fn several_at_once(count: usize, rounds: usize) {
    let source = tempfile::tempdir().unwrap();
    for day in [day(), "2026-11-23".parse().unwrap()] {
        write_day(&small_day(40, 400), day, source.path()).unwrap();
    }
    let oracle = Oracle::read(source.path()).unwrap();
    let mut rng = Rng::with_seed(count as u64);
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _round in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        let lake = folder.path().join("lake");
        let runs = run_at_once(count, source.path(), &lake, &mut rng);
        for ran in &runs {
            assert_ended_clearly(ran);
            for outcome in ran.outcomes() {
                *met.entry(outcome).or_default() += 1;
            }
        }
        assert_told_truly(&runs, &lake);
        // no run was killed, so superseded runs have deleted their parts
        assert_holds(&lake, &oracle);
        let before = files_below(&lake);
        daily_well(source.path(), &lake, &[]).assert_nothing_done();
        assert!(files_below(&lake) == before, "a run with nothing to do changed the lake");
        assert_verifies(&lake);
    }
    eprintln!("{count} runs at once, {rounds} times: {met:?}");
    assert!(met.contains_key("superseded"), "the runs never met: {met:?}");
}

#[test]
fn two_runs_at_once_leave_one_right_lake() {
    several_at_once(2, 25);
}

#[test]
fn three_runs_at_once_leave_one_right_lake() {
    several_at_once(3, 25);
}
