//! The content of a partition: the fold of its journal.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::Month;

use crate::{
    AttemptId, Claim, Commit, DayState, Entry, InputCounts, Inputs, MonthSource, ObjectRef, Part, Proof,
    Totals, WrittenDays,
};

/// The content of a partition: the fold of its journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionState {
    /// Sequence number of the newest entry; 0 if there is none.
    pub last_seq: u64,
    /// Number of commits.
    pub commits: u64,
    /// The time of the newest commit, RFC 3339.
    pub committed_at: Option<String>,
    /// The newest entry, if it is a claim: its attempt is in progress, or died.
    pub open_claim: Option<Claim>,
    /// [`Commit::state`] of the newest commit.
    pub day: Option<DayState>,
    /// [`Commit::left`] of the newest commit.
    pub left: u64,
    /// Committed inputs, each with the newest verdict. Empty if only outlines were read.
    pub inputs: Inputs,
    /// Counts of the committed inputs, each with the newest verdict.
    pub input_counts: InputCounts,
    /// Parts by key: those that commits name and none has retired.
    pub parts: BTreeMap<String, Part>,
    /// Retired parts whose objects stay for a time, each with the time of the commit that retired it.
    pub kept: BTreeMap<String, String>,
    /// The totals of all commits since the newest that has [`Commit::replaces`]. Of a month, an event day that was written again
    /// counts again: see [`PartitionState::event_days`].
    pub totals: Totals,
    /// [`Commit::month`] of the newest commit that has it.
    pub month: Option<MonthSource>,
    /// Of a month, its event days.
    pub event_days: WrittenDays,
    /// [`Commit::proof`] of the newest commit: an older one does not know the log files of later commits.
    pub proof: Option<Proof>,
    /// What precedes the keys of inputs in the source: of an input of [`PartitionState::inputs`], [`Input::above`](crate::Input::above)
    /// is the index in it.
    pub above: Vec<String>,
    /// The months of the event days of all parts that commits have ever named, retired ones included.
    pub event_months: BTreeSet<Month>,
    /// Number of objects of the journal that are neither entries nor named by one.
    pub unnamed: u64,
    /// The inputs objects of the commits that count, in their order.
    pub inputs_of: Vec<InputsOf>,
}

/// The inputs and facts of one commit, with what its outline states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputsOf {
    /// [`Commit::seq`].
    pub seq: u64,
    /// [`Commit::attempt`].
    pub attempt: AttemptId,
    /// [`Commit::inputs`].
    pub inputs: ObjectRef,
    /// [`Commit::facts`].
    pub facts: Option<ObjectRef>,
    /// [`Commit::totals`].
    pub totals: Totals,
    /// For each of [`Commit::above`], its index in [`PartitionState::above`].
    pub above: Vec<u32>,
}

impl PartitionState {
    /// Whether the partition has every log file that its newest run listed.
    pub fn is_there(&self) -> bool {
        self.commits > 0 && self.left == 0
    }

    /// Applies the next entry of the journal.
    pub(crate) fn apply(&mut self, entry: Entry) -> Result<(), String> {
        self.last_seq = entry.seq();
        let commit = match entry {
            Entry::Claim(claim) => {
                self.open_claim = Some(claim);
                return Ok(());
            }
            Entry::Commit(commit) => *commit,
        };
        match self.open_claim.take() {
            Some(claim) if claim.attempt == commit.attempt => {}
            _ => return Err(format!("entry {} is a commit that does not follow its own claim", commit.seq)),
        }
        let Commit {
            seq,
            attempt,
            time,
            replaces,
            inputs,
            facts,
            reread,
            parts,
            retired,
            totals,
            month,
            slice,
            proof,
            above,
            ..
        } = commit;
        let named = u64::from(inputs.is_some()) + u64::from(facts.is_some());
        self.unnamed = self.unnamed.saturating_sub(named);
        if replaces {
            self.inputs_of.clear();
            self.event_days.clear();
            self.input_counts = InputCounts::default();
            self.totals = Totals::default();
        }
        for key in &retired {
            self.parts.remove(key);
        }
        self.kept.extend(commit.kept.into_iter().map(|key| (key, time.clone())));
        self.commits += 1;
        self.committed_at = Some(time);
        self.day = Some(commit.state);
        self.left = commit.left;
        if replaces || month.is_some() {
            self.month = month;
        }
        self.totals.add(&totals);
        self.input_counts.change(&totals, &reread);
        self.proof = proof;
        let above = above.into_iter().map(|prefix| self.index_above(prefix)).collect();
        self.inputs_of.extend(inputs.map(|inputs| InputsOf { seq, attempt, inputs, facts, totals, above }));
        self.event_months.extend(parts.iter().flat_map(|part| part.event_days.months()));
        self.parts.extend(parts.into_iter().map(|part| (part.key.clone(), part)));
        if let Some(slice) = slice {
            self.event_days.apply(seq, slice);
            let commits = self.event_days.commits();
            self.inputs_of.retain(|of| commits.contains(&of.seq));
        }
        Ok(())
    }
}

impl PartitionState {
    fn index_above(&mut self, prefix: String) -> u32 {
        let index = self.above.iter().position(|known| *known == prefix).unwrap_or_else(|| {
            self.above.push(prefix);
            self.above.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

impl InputCounts {
    /// Adds the inputs of a commit, and takes away the earlier ones that they replace. Saturates, which only a forged journal
    /// makes necessary.
    fn change(&mut self, added: &Totals, reread: &InputCounts) {
        let change = |now: u64, added: u64, gone: u64| now.saturating_add(added).saturating_sub(gone);
        self.files = change(self.files, added.files_in, reread.files);
        self.quarantined = change(self.quarantined, added.files_quarantined, reread.quarantined);
        self.unreadable = change(self.unreadable, added.files_unreadable, reread.unreadable);
        self.bytes = change(self.bytes, added.bytes_in, reread.bytes);
    }
}
