//! Runs killed at random times, then run again: the lake is that of a run without a kill.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cloudtrail_corpus::write_day;
use fastrand::Rng;
use lake::Partition;
use tempfile::TempDir;
use testkit::{Oracle, partition_lines};

use crate::command::{daily_command, daily_well};
use crate::lake_on_disk::{
    assert_holds, assert_lines, assert_verifies, journal_state, journaled, part_bodies, staged_files,
};
use crate::long_run::rounds;
use crate::made_source::{day, small_day};

/// A source, the expected content of its lake, and a lake of a run without a kill.
struct Undisturbed {
    source: TempDir,
    oracle: Oracle,
    lake: TempDir,
    /// The duration of a run: the median of three, since the first may build the command.
    run: Duration,
}

impl Undisturbed {
    fn new(files: u32, records: u32) -> Self {
        let source = tempfile::tempdir().unwrap();
        write_day(&small_day(files, records), day(), source.path()).unwrap();
        let oracle = Oracle::read(source.path()).unwrap();
        let mut runs: Vec<(Duration, TempDir)> = (0..3)
            .map(|_| {
                let lake = tempfile::tempdir().unwrap();
                let started = Instant::now();
                daily_well(source.path(), lake.path(), &[]);
                (started.elapsed(), lake)
            })
            .collect();
        runs.sort_unstable_by_key(|(took, _)| *took);
        let (run, lake) = runs.swap_remove(1);
        assert_holds(lake.path(), &oracle);
        Undisturbed { source, oracle, lake, run }
    }

    /// Starts a run and kills it after a random part of its duration. Returns whether it was still running.
    fn kill_one(&self, lake: &Path, rng: &mut Rng) -> bool {
        let mut command = daily_command(self.source.path(), lake, &[]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(self.run.mul_f64(rng.f64()));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none_or(|code| code == 0), "it failed by itself: {status}");
        self.assert_never_half_a_day(lake);
        status.code().is_none()
    }

    /// Readers see a whole partition or nothing of it, even after the kill.
    fn assert_never_half_a_day(&self, lake: &Path) {
        for ((table, day), expected) in &self.oracle.partitions {
            let partition = Partition::day(*table, *day);
            let lines = partition_lines(lake, partition).unwrap();
            if !lines.is_empty() {
                assert_lines(&lines, &expected.lines, &format!("{partition} after a kill"));
            }
        }
    }

    /// Runs to the end, and compares the lakes.
    fn finish(&self, lake: &Path) {
        daily_well(self.source.path(), lake, &[]);
        assert_holds(lake, &self.oracle);
        assert_verifies(lake);
        for partition in journaled(lake) {
            // a partition is committed whole, so its parts are the same but for their names
            let (found, expected) = (part_bodies(lake, partition), part_bodies(self.lake.path(), partition));
            assert!(found.values().eq(expected.values()), "{partition}: parts differ");
        }
    }
}

/// The progress of a killed run.
fn how_far(lake: &Path) -> &'static str {
    if !lake.join("_journal").is_dir() {
        return "1 before the first claim";
    }
    let partitions = journaled(lake);
    let states: Vec<_> =
        partitions.iter().map(|partition| (*partition, journal_state(lake, *partition))).collect();
    let Some((partition, state)) = states.iter().find(|(_, state)| state.open_claim.is_some()) else {
        return "5 between two partitions, or after the last";
    };
    let visible = part_bodies(lake, *partition).into_keys().any(|part| !state.parts.contains_key(&part));
    match (visible, staged_files(lake).is_empty()) {
        (true, _) => "4 parts visible, not committed",
        (false, false) => "3 parts staged",
        (false, true) => "2 claimed",
    }
}

#[test]
fn a_run_killed_anywhere_can_simply_be_run_again() {
    let undisturbed = Undisturbed::new(300, 3_000);
    let mut rng = Rng::with_seed(50);
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    let rounds = rounds(20, 50);
    for _round in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        let lake = folder.path().join("lake");
        let killed = undisturbed.kill_one(&lake, &mut rng);
        let how_far = if killed { how_far(&lake) } else { "6 ended before it was killed" };
        *reached.entry(how_far).or_default() += 1;
        undisturbed.finish(&lake);
    }
    eprintln!("a run of {:?}, killed {rounds} times: {reached:?}", undisturbed.run);
    let killed: usize = reached.iter().filter(|(how_far, _)| !how_far.starts_with('6')).map(|(_, n)| n).sum();
    assert!(killed >= rounds / 5, "only {killed} of {rounds} runs were killed before they ended");
    let within = killed - reached.get("1 before the first claim").unwrap_or(&0);
    assert!(
        within >= rounds / 10,
        "only {within} of {rounds} runs were killed after their first claim: {reached:?}"
    );
}

#[test]
fn a_run_killed_again_and_again_can_simply_be_run_again() {
    // a part of some MB, so that it is written in several pieces
    let undisturbed = Undisturbed::new(200, 20_000);
    let mut rng = Rng::with_seed(10);
    let mut kills = 0;
    let rounds = rounds(5, 10);
    for _round in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        let lake = folder.path().join("lake");
        for _kill in 0..rng.usize(2..6) {
            kills += usize::from(undisturbed.kill_one(&lake, &mut rng));
        }
        undisturbed.finish(&lake);
    }
    eprintln!("{rounds} lakes, {kills} kills before the end of a run");
    assert!(kills >= rounds.div_ceil(2), "only {kills} runs were killed before they ended");
}
