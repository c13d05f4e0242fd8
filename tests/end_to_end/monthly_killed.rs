//! `trailmill monthly` killed at random times, then run again: the result is that of a run without a kill.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cloudtrail_corpus::{OrganizationConfig, write_day, write_late_arrivals};
use cloudtrail_model::{Day, Month, Table};
use fastrand::Rng;
use lake::Partition;
use tempfile::TempDir;

use crate::command::{daily_well, monthly_command, monthly_well};
use crate::lake_on_disk::{assert_lines, assert_verifies, files_below, journal_state, staged_files};
use crate::long_run::rounds;
use crate::made_source::put;
use crate::months_on_disk::{assert_no_orphans, exported, parquet};

/// The smallest row groups and parts: many points to be killed at.
const SMALL: [&str; 8] =
    ["--allow-gaps", "--table", "cloudtrail", "--row-group", "1", "--part-rows", "500", "--json"];

fn month() -> Month {
    "2026-11".parse().unwrap()
}

/// Three days of a few MB, of the main table only.
fn days() -> [Day; 3] {
    ["2026-11-20", "2026-11-21", "2026-11-22"].map(|day| day.parse().unwrap())
}

fn config() -> OrganizationConfig {
    OrganizationConfig { files: 40, records: 1_000, ..OrganizationConfig::article_day() }
}

/// A lake before the killed run, and the lake of a run without a kill.
struct Undisturbed {
    before: TempDir,
    /// The lines of the month before, if it is there.
    old: Option<Vec<Vec<u8>>>,
    after: TempDir,
    new: Vec<Vec<u8>>,
    /// The duration of a run: the minimum of four, so that kills are rarely after the end.
    run: Duration,
}

impl Undisturbed {
    /// A first run, or a rewrite for late log files.
    fn new(is_rewrite: bool) -> Self {
        let (source, before) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for day in days() {
            write_day(&config(), day, source.path()).unwrap();
        }
        daily_well(source.path(), before.path(), &[]);
        let mut old = None;
        if is_rewrite {
            monthly_well(before.path(), month(), &SMALL);
            old = Some(exported(before.path(), Table::CloudTrail, month()));
            write_late_arrivals(&config(), days()[1], source.path()).unwrap();
            daily_well(source.path(), before.path(), &[]);
        }
        let mut runs: Vec<(Duration, TempDir)> = (0..4)
            .map(|_| {
                let lake = copy_of(before.path());
                let started = Instant::now();
                monthly_well(lake.path(), month(), &SMALL);
                (started.elapsed(), lake)
            })
            .collect();
        runs.sort_unstable_by_key(|(took, _)| *took);
        let (run, after) = runs.swap_remove(0);
        let new = exported(after.path(), Table::CloudTrail, month());
        assert!(parquet(after.path(), month()).len() >= 4, "several parts");
        assert!(old.as_ref() != Some(&new), "late log files that bring nothing prove nothing");
        Undisturbed { before, old, after, new, run }
    }

    /// Kills a run after a part of its duration, checks the lake, and runs again to the end. Returns the progress of the
    /// killed run.
    fn kill_and_run_again(&self, moment: f64) -> &'static str {
        let folder = copy_of(self.before.path());
        let lake = folder.path();
        let mut command = monthly_command(lake, month(), &SMALL);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(self.run.mul_f64(moment));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none_or(|code| code == 0), "it failed by itself: {status}");
        let how_far = self.how_far(lake);
        self.assert_old_or_new(lake);

        monthly_well(lake, month(), &SMALL);
        assert_lines(&exported(lake, Table::CloudTrail, month()), &self.new, "the month");
        // a month is written whole, so its parts are the same but for their names
        let (found, expected) = (parquet(lake, month()), parquet(self.after.path(), month()));
        assert!(found.values().eq(expected.values()), "parts differ");
        assert_no_orphans(lake);
        assert_verifies(lake);
        assert_eq!(staged_files(lake), [""; 0]);
        how_far
    }

    /// Readers that follow the journal see the old month or the new one, even after the kill.
    fn assert_old_or_new(&self, lake: &Path) {
        if journal_state(lake, partition()).commits == 0 {
            assert!(self.old.is_none(), "the old month is gone");
            return;
        }
        let found = exported(lake, Table::CloudTrail, month());
        assert!(self.old.as_ref() == Some(&found) || found == self.new, "half a month after a kill");
    }

    fn how_far(&self, lake: &Path) -> &'static str {
        let state = journal_state(lake, partition());
        if state.last_seq == journal_state(self.before.path(), partition()).last_seq {
            return "1 before the claim";
        }
        let orphans = parquet(lake, month()).into_keys().any(|part| !state.parts.contains_key(&part));
        match (state.open_claim.is_some(), orphans, staged_files(lake).is_empty()) {
            (true, false, true) => "2 claimed",
            (true, false, false) => "3 parts staged",
            // in a rewrite the old parts are named, so these are new
            (true, true, _) => "4 parts visible, not committed",
            (false, true, _) => "5 committed, old parts still there",
            (false, false, _) => "6 done",
        }
    }
}

fn partition() -> Partition {
    Partition::month(Table::CloudTrail, month())
}

fn copy_of(lake: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (name, (_, body)) in files_below(lake) {
        put(copy.path(), &name, &body);
    }
    copy
}

fn killed_at_random_times(is_rewrite: bool, seed: u64) {
    let undisturbed = Undisturbed::new(is_rewrite);
    let mut rng = Rng::with_seed(seed);
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    let rounds = rounds(10, 20);
    for round in 0..rounds {
        // every second time near the end, where parts are published
        let moment = if round % 2 == 0 { rng.f64() } else { 0.7 + 0.3 * rng.f64() };
        *reached.entry(undisturbed.kill_and_run_again(moment)).or_default() += 1;
    }
    eprintln!("a month of {:?}, killed {rounds} times: {reached:?}", undisturbed.run);
    let within = reached.iter().filter(|(how_far, _)| ('2'..='5').any(|n| how_far.starts_with(n)));
    let within: usize = within.map(|(_, times)| times).sum();
    assert!(
        within >= (3 * rounds).div_ceil(20),
        "only {within} of {rounds} runs were killed while they were at it: {reached:?}"
    );
}

#[test]
fn a_first_month_killed_anywhere_can_simply_be_run_again() {
    killed_at_random_times(false, 20);
}

#[test]
fn a_rewrite_of_a_month_killed_anywhere_can_simply_be_run_again() {
    killed_at_random_times(true, 21);
}
