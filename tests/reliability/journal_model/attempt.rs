//! The model of a process that brings the partition up to date, call by call, like `lake::Attempt` and the stages.

use super::lake::{AttemptId, Call, Entry, Folded, Inputs, Parts, Reply};

/// The goal of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Wish {
    /// Add the new ones of these inputs: the daily stage.
    Add(Inputs),
    /// Replace everything by these inputs: a rebuild, and the monthly stage.
    Replace(Inputs),
}

/// The rule of the protocol that attempts break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Broken {
    None,
    /// An existing entry is not read back.
    NoReadBack,
    /// The commit takes the next free number, even if it does not follow its claim.
    NoFence,
    CommitBeforePublish,
    /// Orphans are deleted whatever claim is in their key.
    SweepNewer,
    RetireBeforeCommit,
    /// The claim takes the next free number, even if the plan is stale.
    StaleClaim,
    /// Keys of parts do not contain the claim, so that two attempts write the same key.
    NamesAlike,
    /// A superseded attempt does not delete its parts.
    TakesNothingBack,
    /// Parts are published without a check for a later claim.
    PublishUnfenced,
    /// Orphans are listed before uploads are abandoned.
    ListsOrphansFirst,
    InputsAfterCommit,
}

/// The next step of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Plan,
    /// Nothing to do: check for missing parts and orphans.
    LookAround,
    /// A part is missing: check whether a rebuild has retired it.
    ReadAgain,
    /// Check for parts newer than the journal, which has then lost entries.
    LookForLost,
    /// There are such parts: check for a later claim.
    ReadForLost,
    Claim,
    ReadClaimBack,
    ListStaged,
    Abandon(Parts),
    ListOrphans,
    Sweep(Parts),
    Stage(Parts),
    /// Writes the inputs too, unless the broken protocol does so in a step of its own.
    FenceBeforePublish,
    WriteInputs,
    Abort(Parts),
    Publish(Parts),
    /// An upload is gone: check whether a later attempt has abandoned it.
    FenceAfterLoss,
    Commit,
    ReadCommitBack,
    Retire(Parts),
    TakeBack(Parts),
    Ended(End),
}

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum End {
    UpToDate,
    Committed,
    Superseded,
    /// Other attempts made each of its plans stale.
    Contended,
    /// A fenced attempt abandoned its uploads: the one error that may happen without a fault (docs/guide/guarantees.md).
    UploadLost,
    /// Parts newer than the journal: fails.
    EntriesLost,
    /// A part that a commit names is missing: fails.
    PartMissing,
}

/// A process and its current attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Process {
    pub(super) wish: Wish,
    number: u8,
    pub(super) life: u8,
    /// The number of plans left: two processes could fence each other forever.
    plans_left: u8,
    plan: Folded,
    /// The number of its claim; 0 before it.
    claim: u8,
    pub(super) step: Step,
    /// Whether its attempt has deleted orphans.
    pub(super) swept: bool,
    /// Whether its put-if-absent found its own entry.
    pub(super) met_itself: bool,
}

impl Process {
    pub(super) fn new(number: u8, wish: Wish, plans: u8) -> Self {
        Process {
            wish,
            number,
            life: 0,
            plans_left: plans,
            plan: Folded::default(),
            claim: 0,
            step: Step::Plan,
            swept: false,
            met_itself: false,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        !matches!(self.step, Step::Ended(_))
    }

    /// Restarts the process, without its state.
    pub(super) fn dies(&mut self, plans: u8) {
        *self = Process { life: self.life + 1, ..Process::new(self.number, self.wish, plans) };
    }

    pub(super) fn claim(&self) -> usize {
        usize::from(self.claim)
    }

    /// The inputs to read.
    fn work(&self) -> Inputs {
        match self.wish {
            Wish::Add(wanted) => wanted & !self.plan.inputs,
            Wish::Replace(wanted) => wanted,
        }
    }

    /// Whether its commit has an inputs object.
    fn has_inputs(&self) -> bool {
        self.work() != 0
    }

    fn id(&self) -> AttemptId {
        AttemptId { process: self.number, life: self.life, base: self.plan.last_seq }
    }

    /// The parts it writes.
    pub(super) fn own(&self, broken: Broken) -> Parts {
        Parts::of(if broken == Broken::NamesAlike { 0 } else { self.claim }, self.work())
    }

    /// The parts that its own parts replace.
    fn retired(&self) -> Parts {
        match self.wish {
            Wish::Add(_) => Parts::default(),
            Wish::Replace(_) => self.plan.parts,
        }
    }

    fn commit(&self, broken: Broken) -> Entry {
        let replaces = matches!(self.wish, Wish::Replace(_));
        let (parts, retired) = (self.own(broken), self.retired());
        Entry::Commit { by: self.id(), replaces, inputs: self.work(), parts, retired }
    }

    /// Its next call; `None` if it has ended.
    pub(super) fn next_call(&self, broken: Broken) -> Option<Call> {
        Some(match self.step {
            Step::Plan | Step::ReadAgain | Step::ReadForLost => Call::ReadJournal,
            Step::LookAround | Step::LookForLost | Step::ListOrphans => Call::List,
            Step::Claim if broken == Broken::StaleClaim => Call::Append(Entry::Claim(self.id())),
            Step::Claim => Call::Create(self.plan.last_seq + 1, Entry::Claim(self.id())),
            Step::ReadClaimBack => Call::ReadEntry(self.plan.last_seq + 1),
            Step::ListStaged => Call::ListStaged,
            Step::Abandon(parts) | Step::Abort(parts) => Call::Abandon(parts.first()),
            Step::FenceBeforePublish if self.has_inputs() && broken != Broken::InputsAfterCommit => {
                Call::WriteInputs(self.claim)
            }
            Step::FenceBeforePublish | Step::FenceAfterLoss | Step::ReadCommitBack => {
                Call::ReadEntry(self.claim + 1)
            }
            Step::Sweep(parts) | Step::Retire(parts) | Step::TakeBack(parts) => Call::Delete(parts.first()),
            Step::Stage(parts) => Call::Stage(parts.first()),
            Step::WriteInputs => Call::WriteInputs(self.claim),
            Step::Publish(parts) => Call::Publish(parts.first()),
            Step::Commit if broken == Broken::NoFence => Call::Append(self.commit(broken)),
            Step::Commit => Call::Create(self.claim + 1, self.commit(broken)),
            Step::Ended(_) => return None,
        })
    }

    /// Continues with the response to its call.
    pub(super) fn hear(&mut self, reply: Reply, broken: Broken) {
        let own = self.own(broken);
        self.step = match (self.step, reply) {
            (Step::Plan, Reply::Journal(plan)) => {
                (self.plan, self.plans_left) = (plan, self.plans_left - 1);
                if self.work() == 0 { Step::LookAround } else { Step::LookForLost }
            }
            (Step::LookAround, Reply::Listed(visible)) => {
                if !visible.has(self.plan.parts) {
                    Step::ReadAgain
                } else if visible == self.plan.parts {
                    Step::Ended(End::UpToDate)
                } else {
                    Step::LookForLost
                }
            }
            (Step::ReadAgain, Reply::Journal(now)) if now.last_seq == self.plan.last_seq => {
                Step::Ended(End::PartMissing)
            }
            (Step::LookForLost, Reply::Listed(visible)) => {
                let newer = visible.each().any(|part| part.claim() > usize::from(self.plan.last_seq));
                if newer { Step::ReadForLost } else { Step::Claim }
            }
            (Step::ReadForLost, Reply::Journal(now)) if now.last_seq == self.plan.last_seq => {
                Step::Ended(End::EntriesLost)
            }
            (Step::Claim, Reply::Created(seq)) => self.claimed(seq, broken),
            (Step::Claim, Reply::Exists) if broken != Broken::NoReadBack => Step::ReadClaimBack,
            (Step::ReadClaimBack, Reply::Entry(Some(entry))) if entry == Entry::Claim(self.id()) => {
                self.met_itself = true;
                self.claimed(self.plan.last_seq + 1, broken)
            }
            (Step::ListStaged, Reply::Listed(staged)) => self.go_on(Step::Abandon(staged), broken),
            (Step::Abandon(left), _) => self.go_on(Step::Abandon(left.but(left.first())), broken),
            (Step::ListOrphans, Reply::Listed(visible)) => {
                let orphans = visible.but(self.plan.parts);
                let swept = match broken {
                    Broken::SweepNewer => orphans,
                    _ => orphans.older_than(self.claim()),
                };
                self.go_on(Step::Sweep(swept), broken)
            }
            (Step::Sweep(left), _) => {
                self.swept = true;
                self.go_on(Step::Sweep(left.but(left.first())), broken)
            }
            (Step::Stage(left), _) => self.go_on(Step::Stage(left.but(left.first())), broken),
            (Step::FenceBeforePublish, Reply::Entry(Some(_))) => self.go_on(Step::Abort(own), broken),
            (Step::FenceBeforePublish, _) if broken == Broken::CommitBeforePublish => Step::Commit,
            (Step::WriteInputs, _) if broken == Broken::InputsAfterCommit => {
                self.go_on(Step::Retire(self.retired()), broken)
            }
            (Step::FenceBeforePublish | Step::WriteInputs, _) => self.go_on(Step::Publish(own), broken),
            (Step::Abort(left), _) => self.go_on(Step::Abort(left.but(left.first())), broken),
            (Step::Publish(_), Reply::NotFound) => Step::FenceAfterLoss,
            (Step::Publish(left), _) => self.go_on(Step::Publish(left.but(left.first())), broken),
            (Step::FenceAfterLoss, Reply::Entry(Some(_))) => self.superseded(broken),
            (Step::FenceAfterLoss, _) => Step::Ended(End::UploadLost),
            (Step::Commit, Reply::Created(_)) => self.committed(broken),
            (Step::Commit, _) if broken == Broken::NoReadBack => self.superseded(broken),
            (Step::Commit, _) => Step::ReadCommitBack,
            (Step::ReadCommitBack, Reply::Entry(Some(entry))) if entry.by() == self.id() => {
                self.met_itself = true;
                self.committed(broken)
            }
            (Step::ReadCommitBack, _) => self.superseded(broken),
            (Step::Retire(left), _) => self.go_on(Step::Retire(left.but(left.first())), broken),
            (Step::TakeBack(left), _) => self.go_on(Step::TakeBack(left.but(left.first())), broken),
            // the journal has changed since the plan
            _ if self.plans_left == 0 => Step::Ended(End::Contended),
            _ => {
                (self.plan, self.claim) = (Folded::default(), 0);
                Step::Plan
            }
        };
        if !self.is_running() {
            // drop what it knew, so that states that differ only in it are one
            (self.plan, self.swept, self.met_itself) = (Folded::default(), false, false);
        }
    }

    fn claimed(&mut self, seq: u8, broken: Broken) -> Step {
        self.claim = seq;
        if broken == Broken::ListsOrphansFirst { Step::ListOrphans } else { Step::ListStaged }
    }

    /// The first of several steps that is left to do, or the step after them.
    fn go_on(&self, step: Step, broken: Broken) -> Step {
        let own = self.own(broken);
        let orphans_first = broken == Broken::ListsOrphansFirst;
        match step {
            Step::Abandon(left) if left.is_empty() && !orphans_first => Step::ListOrphans,
            Step::Sweep(left) if left.is_empty() && orphans_first => Step::ListStaged,
            Step::Abandon(left) | Step::Sweep(left) if left.is_empty() => {
                self.go_on(Step::Stage(own), broken)
            }
            Step::Stage(left) if left.is_empty() => match broken {
                Broken::PublishUnfenced if self.has_inputs() => Step::WriteInputs,
                Broken::PublishUnfenced => self.go_on(Step::Publish(own), broken),
                _ => Step::FenceBeforePublish,
            },
            Step::Abort(left) if left.is_empty() => self.superseded(broken),
            Step::Publish(left) if left.is_empty() => match broken {
                Broken::CommitBeforePublish | Broken::RetireBeforeCommit => {
                    self.go_on(Step::Retire(self.retired()), broken)
                }
                _ => Step::Commit,
            },
            Step::Retire(left) if left.is_empty() => match broken {
                Broken::RetireBeforeCommit => Step::Commit,
                _ => Step::Ended(End::Committed),
            },
            Step::TakeBack(left) if left.is_empty() => Step::Ended(End::Superseded),
            step => step,
        }
    }

    fn committed(&self, broken: Broken) -> Step {
        match broken {
            Broken::InputsAfterCommit if self.has_inputs() => Step::WriteInputs,
            Broken::CommitBeforePublish => self.go_on(Step::Publish(self.own(broken)), broken),
            Broken::RetireBeforeCommit => Step::Ended(End::Committed),
            _ => self.go_on(Step::Retire(self.retired()), broken),
        }
    }

    fn superseded(&self, broken: Broken) -> Step {
        match broken {
            Broken::TakesNothingBack => Step::Ended(End::Superseded),
            _ => self.go_on(Step::TakeBack(self.own(broken)), broken),
        }
    }
}
