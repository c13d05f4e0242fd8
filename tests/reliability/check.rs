//! Checks every invariant, with its own reader of the journal, independent of that of the stages.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::{Arc, LazyLock, Mutex};

use bytes::Bytes;
use cloudtrail_model::{Day, Table};
use flate2::read::MultiGzDecoder;
use lake::{Commit, Entry, Invariant, Partition, PartitionSpan, Problem};
use lake_store::{Depth, list_all};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

use crate::work::{Ended, Work};
use crate::world::{World, is_monthly, partitions};

/// Observes a world over time.
#[derive(Debug)]
pub(crate) struct Watch {
    world: World,
    /// Objects of journals seen before.
    objects: BTreeMap<String, (Bytes, JournalObject)>,
}

/// An object below `_journal/`.
#[derive(Debug, Clone)]
enum JournalObject {
    Entry(Entry),
    /// The inputs of a commit.
    Inputs(Vec<ReadInput>),
    /// Facts, markers and the lake file: only that they do not change is checked.
    Other,
}

/// A line of an inputs object.
#[derive(Debug, Clone)]
struct ReadInput {
    key: String,
    records: u64,
    is_ok: bool,
}

/// A snapshot of a world.
struct Seen {
    world: World,
    /// Keys of objects of journals that have changed or disappeared.
    changed_objects: Vec<String>,
    journals: BTreeMap<Partition, Vec<Entry>>,
    /// The inputs objects by key, each with the SHA-256 of its bytes.
    inputs: BTreeMap<String, (String, Vec<ReadInput>)>,
    visible: BTreeSet<String>,
    /// The state when no run is in progress, if it was brought up to date.
    quiet: Option<Quiet>,
}

/// The state of a world after every partition was brought up to date twice.
struct Quiet {
    /// Keys that the second time changed.
    changed: Vec<String>,
    problems: Vec<Problem>,
    /// The lines that readers of the tables see, sorted.
    lines: BTreeMap<Partition, Vec<String>>,
}

impl Watch {
    pub(crate) fn of(world: &World) -> Self {
        Watch { world: world.clone(), objects: BTreeMap::new() }
    }

    /// Checks the invariants that hold at any time.
    pub(crate) async fn always(&mut self) -> Result<(), String> {
        self.check(None).await
    }

    /// Brings every claimed partition up to date, without faults, and checks all invariants.
    pub(crate) async fn settled(&mut self) -> Result<(), String> {
        self.always().await?;
        self.bring_up_to_date().await?;
        let before = listing(&self.world).await;
        for (partition, ended) in self.bring_up_to_date().await? {
            if ended != Ended::UpToDate {
                return Err(format!(
                    "[{}] {partition}: the second run ended as {ended:?}",
                    Invariant::Idempotent
                ));
            }
        }
        let after = listing(&self.world).await;
        let changed = before.symmetric_difference(&after).map(|(key, _)| key.clone()).collect();
        let (mut problems, mut lines) = (Vec::new(), BTreeMap::new());
        for partition in self.begun().await {
            let lake = self.world.lake();
            let found = match is_monthly(partition) {
                false => daily_aggregator::verify(lake, partition, 1).await,
                true => monthly_aggregator::verify(lake, partition).await,
            };
            problems.extend(found.map_err(|error| error.to_string())?.problems);
            lines.insert(partition, read(&self.world, partition).await);
        }
        self.check(Some(Quiet { changed, problems, lines })).await
    }

    async fn check(&mut self, quiet: Option<Quiet>) -> Result<(), String> {
        let bodies = self.world.objects("_journal/").await;
        let is_changed =
            |(key, (body, _)): &(&String, &(Bytes, JournalObject))| bodies.get(*key) != Some(body);
        let changed_objects = self.objects.iter().filter(is_changed).map(|(key, _)| key.clone()).collect();
        let mut journals: BTreeMap<Partition, Vec<Entry>> = BTreeMap::new();
        let mut inputs = BTreeMap::new();
        for (key, body) in bodies {
            let object = match self.objects.get(&key) {
                Some((before, object)) if *before == body => object.clone(),
                _ => object(&key, &body)?,
            };
            match &object {
                JournalObject::Entry(entry) => {
                    let prefix = &key[..=key.rfind('/').unwrap()];
                    let partition = Partition::from_journal_prefix(prefix);
                    let partition = partition.ok_or_else(|| format!("{key} is not in a journal"))?;
                    journals.entry(partition).or_default().push(entry.clone());
                }
                JournalObject::Inputs(lines) => {
                    inputs.insert(key.clone(), (lake::hex(&Sha256::digest(&body)), lines.clone()));
                }
                JournalObject::Other => {}
            }
            self.objects.insert(key, (body, object));
        }
        let visible = listing(&self.world).await.into_iter().map(|(key, _)| key).collect();
        let seen = Seen { world: self.world.clone(), changed_objects, journals, inputs, visible, quiet };
        Invariant::ALL
            .into_iter()
            .try_for_each(|invariant| seen.holds(invariant).map_err(|what| format!("[{invariant}] {what}")))
    }

    /// Partitions with a claim.
    async fn begun(&self) -> Vec<Partition> {
        let journals = self.world.objects("_journal/").await;
        let is_begun = |of: &Partition| journals.keys().any(|key| key.starts_with(&of.journal_prefix()));
        partitions().into_iter().filter(is_begun).collect()
    }

    async fn bring_up_to_date(&self) -> Result<Vec<(Partition, Ended)>, String> {
        let mut ended = Vec::new();
        for partition in self.begun().await {
            let work = match partition.span {
                PartitionSpan::Day(day) => Work::Daily(day),
                PartitionSpan::Month(month) => Work::Monthly(month),
            };
            let run = work.run(&self.world).await;
            ended.push((partition, run.map_err(|error| format!("{work:?} afterwards: {error}: {error:?}"))?));
        }
        Ok(ended)
    }
}

impl Seen {
    /// Checks an invariant, as far as it can be checked in this state.
    fn holds(&self, invariant: Invariant) -> Result<(), String> {
        match invariant {
            Invariant::FilesAccounted => self.files_are_accounted(),
            Invariant::RecordsConserved => self.records_are_conserved(),
            Invariant::BytesVerbatim => self.lines_are_records(),
            Invariant::OncePerPartition => self.records_are_unique(),
            Invariant::EventMonth => self.months_hold_their_own(),
            Invariant::Idempotent => nothing(self.quiet().map(|quiet| &quiet.changed)),
            Invariant::OneCommitPerClaim => self.commits_follow_their_claims(),
            Invariant::PartsBeforeCommit => self.named_parts_exist(),
            Invariant::PartsAsCommitted => nothing(self.quiet().map(|quiet| &quiet.problems)),
            Invariant::NoOrphans => self.no_orphans(),
            Invariant::JournalOnlyGrows => self.the_journal_only_grows(),
            // `acks` and `chain` check each message when it is deleted
            Invariant::AckAfterCommit => Ok(()),
            Invariant::OutputNeverInput => nothing(Some(&self.world.misread())),
            // the end-to-end tests measure the process: hostile.rs
            Invariant::MemoryBounded => Ok(()),
        }
    }

    fn quiet(&self) -> Option<&Quiet> {
        self.quiet.as_ref()
    }

    fn commits(&self, partition: Partition) -> impl Iterator<Item = &Commit> {
        self.journals.get(&partition).into_iter().flatten().filter_map(|entry| match entry {
            Entry::Commit(commit) => Some(&**commit),
            Entry::Claim(_) => None,
        })
    }

    /// The inputs of a commit: an object that exists, with the content that the commit states.
    fn inputs_of(&self, partition: Partition, commit: &Commit) -> Result<&[ReadInput], String> {
        let Some(stated) = &commit.inputs else { return Ok(&[]) };
        let key = partition.inputs_key(commit.seq, &commit.attempt);
        match self.inputs.get(&key) {
            None => Err(format!("{key} is named by a commit, and does not exist")),
            Some((sha256, lines)) if *sha256 == stated.sha256 && lines.len() as u64 == stated.lines => {
                Ok(lines)
            }
            Some(_) => Err(format!("{key} is not what its commit states")),
        }
    }

    fn records_are_conserved(&self) -> Result<(), String> {
        for partition in self.journals.keys() {
            for commit in self.commits(*partition) {
                let totals = &commit.totals;
                let kept: u64 = commit.parts.iter().map(|part| part.records).sum();
                let read: u64 = self.inputs_of(*partition, commit)?.iter().map(|input| input.records).sum();
                let balanced = read == kept + totals.duplicates + totals.other_slices
                    && (totals.records_in, totals.records_out) == (read, kept)
                    && totals.files_in == totals.files_ok + totals.files_quarantined;
                if !balanced {
                    return Err(format!("{totals:?}, with {read} read and {kept} kept"));
                }
            }
        }
        Ok(())
    }

    /// Keys of the parts that the commits of a partition name and none has retired.
    fn named(&self, partition: Partition) -> BTreeSet<&str> {
        let mut named = BTreeSet::new();
        for commit in self.commits(partition) {
            commit.retired.iter().for_each(|key| _ = named.remove(key.as_str()));
            named.extend(commit.parts.iter().map(|part| part.key.as_str()));
        }
        named
    }

    fn files_are_accounted(&self) -> Result<(), String> {
        for (partition, _) in self.quiet().iter().flat_map(|quiet| &quiet.lines) {
            let PartitionSpan::Day(day) = partition.span else { continue };
            let mut verdicts: BTreeMap<&str, bool> = BTreeMap::new();
            for commit in self.commits(*partition) {
                let inputs = self.inputs_of(*partition, commit)?;
                verdicts.extend(inputs.iter().map(|input| (input.key.as_str(), input.is_ok)));
            }
            for file in self.world.files(day) {
                match verdicts.get(file.as_str()) {
                    None => return Err(format!("no commit names {file}")),
                    Some(is_ok) if *is_ok == self.world.is_broken(&file) => {
                        return Err(format!("the verdict on {file} is wrong"));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// The lines of each partition that readers see, and the expected ones.
    fn lines(&self) -> impl Iterator<Item = (Partition, &[String], Vec<String>)> {
        self.quiet().into_iter().flat_map(|quiet| &quiet.lines).map(|(partition, lines)| {
            let expected = match partition.span {
                PartitionSpan::Day(day) => self.world.lines(day),
                PartitionSpan::Month(month) => as_values(&self.world.month_lines(month, |day| self.has(day))),
            };
            (*partition, lines.as_slice(), expected)
        })
    }

    fn lines_are_records(&self) -> Result<(), String> {
        if self.quiet.is_none() {
            return Ok(());
        }
        let delivered = self.world.all_lines();
        let delivered: BTreeSet<String> = as_values(&delivered).into_iter().chain(delivered).collect();
        for (partition, lines, _) in self.lines() {
            if let Some(line) = lines.iter().find(|line| !delivered.contains(*line)) {
                return Err(format!("{partition} has {line}, which nobody delivered"));
            }
        }
        Ok(())
    }

    fn records_are_unique(&self) -> Result<(), String> {
        if self.quiet.is_none() {
            return Ok(());
        }
        let all = as_values(&self.world.all_lines());
        for (partition, lines, expected) in self.lines() {
            let (more, fewer) = match is_monthly(partition) {
                // `EventMonth` checks the month
                true => (differences(lines, &all).0, Vec::new()),
                false => differences(lines, &expected),
            };
            if !more.is_empty() || !fewer.is_empty() {
                return Err(format!("{partition} has too many of {more:#?} and too few of {fewer:#?}"));
            }
        }
        Ok(())
    }

    fn months_hold_their_own(&self) -> Result<(), String> {
        for (partition, lines, expected) in self.lines().filter(|(partition, ..)| is_monthly(*partition)) {
            let (more, fewer) = differences(lines, &expected);
            if !more.is_empty() || !fewer.is_empty() {
                return Err(format!("{partition} has too many of {more:#?} and too few of {fewer:#?}"));
            }
        }
        Ok(())
    }

    /// Whether a day is committed, so that its month includes it.
    fn has(&self, day: Day) -> bool {
        self.commits(Partition::day(Table::CloudTrail, day)).next().is_some()
    }

    fn commits_follow_their_claims(&self) -> Result<(), String> {
        for (partition, journal) in &self.journals {
            for (at, entry) in
                journal.iter().enumerate().filter(|(_, entry)| matches!(entry, Entry::Commit(_)))
            {
                let before = at.checked_sub(1).map(|at| &journal[at]);
                if !before.is_some_and(|it| matches!(it, Entry::Claim(_)) && it.attempt() == entry.attempt())
                {
                    return Err(format!(
                        "entry {} of {partition} does not follow its own claim",
                        entry.seq()
                    ));
                }
            }
        }
        Ok(())
    }

    fn named_parts_exist(&self) -> Result<(), String> {
        for partition in self.journals.keys() {
            if let Some(key) = self.named(*partition).into_iter().find(|key| !self.visible.contains(*key)) {
                return Err(format!("{key} is named by a commit, and does not exist"));
            }
        }
        Ok(())
    }

    fn no_orphans(&self) -> Result<(), String> {
        for (partition, _) in self.quiet().iter().flat_map(|quiet| &quiet.lines) {
            let named = self.named(*partition);
            let prefix = partition.prefix();
            let mut visible = self.visible.iter().filter(|key| key.starts_with(&prefix));
            if let Some(key) = visible.find(|key| !named.contains(key.as_str())) {
                return Err(format!("{key} is an orphan: no commit names it"));
            }
        }
        Ok(())
    }

    fn the_journal_only_grows(&self) -> Result<(), String> {
        nothing(Some(&self.changed_objects))?;
        for (partition, journal) in &self.journals {
            if let Some((expected, entry)) =
                (1..).zip(journal).find(|(expected, entry)| *expected != entry.seq())
            {
                return Err(format!("{partition} has {} where entry {expected} should be", entry.seq()));
            }
        }
        Ok(())
    }
}

/// Lines that occur more often than expected, and less often.
fn differences(found: &[String], expected: &[String]) -> (Vec<String>, Vec<String>) {
    let count = |lines: &[String], line: &String| lines.iter().filter(|other| *other == line).count();
    let more = |lines: &[String], than: &[String]| -> Vec<String> {
        lines.iter().filter(|line| count(lines, line) > count(than, line)).cloned().collect()
    };
    if found == expected { Default::default() } else { (more(found, expected), more(expected, found)) }
}

fn nothing<T: std::fmt::Debug>(found: Option<&Vec<T>>) -> Result<(), String> {
    match found {
        Some(found) if !found.is_empty() => Err(format!("{found:?}")),
        _ => Ok(()),
    }
}

fn object(key: &str, body: &[u8]) -> Result<JournalObject, String> {
    if key.ends_with(".inputs.ndjson.gz") {
        let lines = String::from_utf8(gunzip(body)).map_err(|error| format!("{key}: {error}"))?;
        let input = |line: &str| -> Option<ReadInput> {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            let (key, records) = (line["key"].as_str()?.to_owned(), line["records"].as_u64()?);
            let is_ok = line.get("quarantined").is_none() && line.get("unreadable").is_none();
            Some(ReadInput { key, records, is_ok })
        };
        let inputs: Option<Vec<ReadInput>> = lines.lines().map(input).collect();
        return inputs.map(JournalObject::Inputs).ok_or_else(|| format!("{key} has a line that is no input"));
    }
    if key == lake::LAKE_FILE || key.contains("/feeds/") || key.ends_with(".facts.ndjson.gz") {
        return Ok(JournalObject::Other);
    }
    let entry = Entry::from_json(&gunzip(body)).map_err(|error| format!("{key}: {error}"))?;
    Ok(JournalObject::Entry(entry))
}

fn gunzip(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    MultiGzDecoder::new(body).read_to_end(&mut text).unwrap();
    text
}

/// Every object of a lake, with its etag.
async fn listing(world: &World) -> BTreeSet<(String, String)> {
    let page = list_all(&world.bucket, "", Depth::All).await.unwrap();
    page.objects.into_iter().map(|object| (object.key, object.etag)).collect()
}

/// The lines of all visible objects of a partition, sorted; of a month its rows as JSON.
async fn read(world: &World, partition: Partition) -> Vec<String> {
    let mut lines = Vec::new();
    for body in world.objects(&partition.prefix()).await.into_values() {
        match is_monthly(partition) {
            true => lines.extend(parquet_rows(partition.table, body).iter().cloned()),
            false => lines.extend(String::from_utf8(gunzip(&body)).unwrap().lines().map(str::to_owned)),
        }
    }
    lines.sort_unstable();
    lines
}

/// The rows of objects.
type Decoded = BTreeMap<(Table, Bytes), Arc<Vec<String>>>;

/// The rows of a Parquet object as JSON, with sorted members.
fn parquet_rows(table: Table, body: Bytes) -> Arc<Vec<String>> {
    // cached: thousands of schedules end with one of a few objects, and decoding is slow
    static DECODED: LazyLock<Mutex<Decoded>> = LazyLock::new(Mutex::default);
    let key = (table, body);
    if let Some(rows) = DECODED.lock().unwrap().get(&key) {
        return rows.clone();
    }
    let mut text = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(key.1.clone()).unwrap().build().unwrap() {
        monthly_aggregator::append_lines(&batch.unwrap(), table, &mut text).unwrap();
    }
    let lines: Vec<String> = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect();
    let rows = Arc::new(as_values(&lines));
    DECODED.lock().unwrap().insert(key, rows.clone());
    rows
}

/// The records sorted, with sorted members.
fn as_values(lines: &[String]) -> Vec<String> {
    // cached: every schedule of a world has the same few records
    static VALUES: LazyLock<Mutex<BTreeMap<String, String>>> = LazyLock::new(Mutex::default);
    let mut known = VALUES.lock().unwrap();
    let mut value = |line: &String| match known.get(line) {
        Some(value) => value.clone(),
        None => {
            let value = serde_json::from_str::<serde_json::Value>(line).unwrap().to_string();
            known.insert(line.clone(), value.clone());
            value
        }
    };
    let mut values: Vec<String> = lines.iter().map(&mut value).collect();
    values.sort_unstable();
    values
}
