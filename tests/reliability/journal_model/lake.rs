//! The model of one partition: a journal with its inputs objects, visible parts, staged uploads. Each call is one step.

use std::fmt;

/// A set of inputs, one bit each.
pub(super) type Inputs = u8;

/// The maximum of inputs.
const INPUTS: u8 = 2;

/// A set of parts. A part is identified by the claim in its key and its one input.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parts(u64);

/// The ID of an attempt, different for each claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AttemptId {
    /// The number of the process.
    pub(super) process: u8,
    /// The number of restarts of the process.
    pub(super) life: u8,
    /// The newest entry of the journal at the time of the plan.
    pub(super) base: u8,
}

/// An entry of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Entry {
    Claim(AttemptId),
    Commit { by: AttemptId, replaces: bool, inputs: Inputs, parts: Parts, retired: Parts },
}

/// The fold of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Folded {
    pub(super) last_seq: u8,
    pub(super) inputs: Inputs,
    pub(super) parts: Parts,
}

/// The lake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lake {
    pub(super) journal: Vec<Entry>,
    /// The claims whose inputs object exists, one bit each: nothing deletes it.
    written_inputs: u32,
    pub(super) visible: Parts,
    pub(super) staged: Parts,
}

/// A call of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Call {
    ReadJournal,
    List,
    ListStaged,
    ReadEntry(u8),
    /// A put-if-absent at a number.
    Create(u8, Entry),
    /// An append at the next free number: only in broken protocols.
    Append(Entry),
    Stage(Parts),
    /// Creates the inputs object of the attempt of a claim, and reads the entry after the claim. One step: no other process reads
    /// an inputs object, so when exactly it is created among their calls makes no difference.
    WriteInputs(u8),
    Publish(Parts),
    Abandon(Parts),
    Delete(Parts),
}

/// The response to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Journal(Folded),
    Listed(Parts),
    Entry(Option<Entry>),
    Created(u8),
    Exists,
    Done,
    NotFound,
}

impl Parts {
    /// The parts of inputs, written by a claim.
    pub(super) fn of(claim: u8, inputs: Inputs) -> Self {
        Parts(u64::from(inputs) << (claim * INPUTS))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, parts: Parts) -> bool {
        self.0 & parts.0 == parts.0
    }

    pub(super) fn and(self, parts: Parts) -> Self {
        Parts(self.0 | parts.0)
    }

    pub(super) fn but(self, parts: Parts) -> Self {
        Parts(self.0 & !parts.0)
    }

    /// The set of the first part.
    pub(super) fn first(self) -> Self {
        Parts(self.0 & self.0.wrapping_neg())
    }

    /// The claim in the key of the first part.
    pub(super) fn claim(self) -> usize {
        self.0.trailing_zeros() as usize / usize::from(INPUTS)
    }

    /// The parts with an older claim in their key.
    pub(super) fn older_than(self, claim: usize) -> Self {
        self.each().filter(|part| part.claim() < claim).fold(Parts::default(), Parts::and)
    }

    /// The sets of each part.
    pub(super) fn each(self) -> impl Iterator<Item = Parts> {
        std::iter::successors(Some(self), |rest| Some(rest.but(rest.first())))
            .take_while(|rest| !rest.is_empty())
            .map(Parts::first)
    }

    /// The inputs of the parts; `None` if two parts hold the same input.
    pub(super) fn inputs(self) -> Option<Inputs> {
        self.each().try_fold(0, |held, part| {
            let input = 1 << (part.0.trailing_zeros() % u32::from(INPUTS));
            (held & input == 0).then_some(held | input)
        })
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.each().map(|part| format!("{}-{:?}", part.claim(), part.inputs())))
            .finish()
    }
}

impl Entry {
    pub(super) fn by(self) -> AttemptId {
        match self {
            Entry::Claim(by) | Entry::Commit { by, .. } => by,
        }
    }
}

impl Call {
    /// Whether the call changes the lake.
    pub(super) fn is_effect(self) -> bool {
        !matches!(self, Call::ReadJournal | Call::List | Call::ListStaged | Call::ReadEntry(_))
    }
}

impl Lake {
    pub(super) fn last_seq(&self) -> u8 {
        u8::try_from(self.journal.len()).unwrap()
    }

    pub(super) fn entry(&self, seq: u8) -> Option<Entry> {
        self.journal.get(usize::from(seq).checked_sub(1)?).copied()
    }

    pub(super) fn folded(&self) -> Folded {
        let mut folded = Folded { last_seq: self.last_seq(), ..Folded::default() };
        for entry in &self.journal {
            if let Entry::Commit { replaces, inputs, parts, retired, .. } = *entry {
                folded.inputs = inputs | if replaces { 0 } else { folded.inputs };
                folded.parts = folded.parts.but(retired).and(parts);
            }
        }
        folded
    }

    /// Every part that a commit ever named.
    pub(super) fn ever_named(&self) -> Parts {
        self.journal.iter().fold(Parts::default(), |named, entry| match entry {
            Entry::Commit { parts, .. } => named.and(*parts),
            Entry::Claim(_) => named,
        })
    }

    /// The claims whose inputs object exists.
    pub(super) fn claims_with_inputs(&self) -> impl Iterator<Item = u8> {
        (0..32).filter(|claim| self.written_inputs >> claim & 1 == 1)
    }

    /// Whether the inputs that a commit names exist. The name is that of the attempt.
    pub(super) fn has_inputs_of(&self, by: AttemptId) -> bool {
        let claim = (1..).zip(&self.journal).find(|(_, entry)| **entry == Entry::Claim(by));
        claim.is_some_and(|(claim, _)| self.written_inputs >> claim & 1 == 1)
    }

    /// Carries out a call.
    pub(super) fn answer(&mut self, call: Call) -> Reply {
        match call {
            Call::ReadJournal => Reply::Journal(self.folded()),
            Call::List => Reply::Listed(self.visible),
            Call::ListStaged => Reply::Listed(self.staged),
            Call::ReadEntry(seq) => Reply::Entry(self.entry(seq)),
            Call::Create(seq, _) if seq <= self.last_seq() => Reply::Exists,
            Call::Create(_, entry) | Call::Append(entry) => {
                self.journal.push(entry);
                Reply::Created(self.last_seq())
            }
            Call::Stage(part) => {
                self.staged = self.staged.and(part);
                Reply::Done
            }
            Call::Publish(part) if self.staged.has(part) => {
                self.staged = self.staged.but(part);
                self.visible = self.visible.and(part);
                Reply::Done
            }
            Call::WriteInputs(claim) => {
                self.written_inputs |= 1 << claim;
                Reply::Entry(self.entry(claim + 1))
            }
            // published by this upload, since no other has the key: a repeated call
            Call::Publish(part) if self.visible.has(part) => Reply::Done,
            Call::Publish(_) => Reply::NotFound,
            Call::Abandon(part) => {
                self.staged = self.staged.but(part);
                Reply::Done
            }
            Call::Delete(part) => {
                self.visible = self.visible.but(part);
                Reply::Done
            }
        }
    }
}
