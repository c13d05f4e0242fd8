//! One partition of a lake, as far as its protocol goes: a journal, visible parts, staged uploads. Each call is one step.

use std::fmt;

/// Which inputs, a bit each.
pub(super) type Inputs = u8;

/// Inputs there are at most.
const INPUTS: u8 = 2;

/// A set of parts. A part is known by the claim in its name and the one input it holds.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parts(u64);

/// What the stamp of an attempt is: no two claims have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AttemptId {
    /// Whose process it is.
    pub(super) process: u8,
    /// Which life of that process, from 0.
    pub(super) life: u8,
    /// The newest entry of the journal it was planned on.
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
    /// Only if the number is free.
    Create(u8, Entry),
    /// At whatever number is free: no call of a store, only of a broken protocol.
    Append(Entry),
    Stage(Parts),
    Publish(Parts),
    Abandon(Parts),
    Delete(Parts),
}

/// What a call is answered.
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
    /// The parts that a claim makes of inputs.
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

    /// The first of them alone.
    pub(super) fn first(self) -> Self {
        Parts(self.0 & self.0.wrapping_neg())
    }

    /// The claim in the name of the first of them.
    pub(super) fn claim(self) -> usize {
        self.0.trailing_zeros() as usize / usize::from(INPUTS)
    }

    /// Those whose names have an older claim.
    pub(super) fn older_than(self, claim: usize) -> Self {
        self.each().filter(|part| part.claim() < claim).fold(Parts::default(), Parts::and)
    }

    /// Each of them alone.
    pub(super) fn each(self) -> impl Iterator<Item = Parts> {
        std::iter::successors(Some(self), |rest| Some(rest.but(rest.first())))
            .take_while(|rest| !rest.is_empty())
            .map(Parts::first)
    }

    /// The inputs they hold; `None` where two hold the same.
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
    /// Whether it changes the lake, so that it matters whether and when it arrives.
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

    /// Does what a call asks for.
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
            // of this upload, for no other has the name: a repeated call
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
