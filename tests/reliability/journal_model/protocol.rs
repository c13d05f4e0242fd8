//! Processes at one partition, in every order of their calls, with crashes and lost responses; and the properties to check.

use stateright::{Model, Property};

use super::attempt::{Broken, End, Process, Step, Wish};
use super::lake::{Call, Entry, Lake};

pub(super) const OWN_CLAIM: &str = "a commit directly follows its own claim";
pub(super) const ONE_BASE: &str = "two claims never both commit on one base";
pub(super) const NAMED_IS_VISIBLE: &str = "what the journal names is visible";
pub(super) const INPUTS_EXIST: &str = "the inputs that a commit names exist";
pub(super) const SUPERSEDED_IS_GONE: &str = "a superseded attempt leaves nothing visible";
pub(super) const NO_OLD_ORPHANS: &str = "who commits has swept what earlier attempts left";
pub(super) const SETTLES: &str = "whenever all stop, the next attempts set the lake right";

/// Steps in which a process that runs alone must end.
const MANY_STEPS: usize = 200;

/// The parameters of a search.
#[derive(Clone, Debug)]
pub(super) struct Protocol {
    /// The goals, one for each process.
    pub(super) wishes: Vec<Wish>,
    /// The rule that all processes break, if any.
    pub(super) broken: Broken,
    /// The maximum of plans of a process.
    pub(super) plans: u8,
    /// The maximum of crashes; each process restarts with the same goal.
    pub(super) crashes: u8,
    /// The maximum of lost responses.
    pub(super) lost_replies: u8,
}

/// A state of the search.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    lake: Lake,
    processes: Vec<Process>,
    crashes_left: u8,
    lost_replies_left: u8,
    /// Calls of dead processes that have not arrived yet.
    in_progress: Vec<Call>,
}

/// The next event, with the number of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Calls(usize),
    /// The response to its call is lost, and it repeats the call.
    LosesReply(usize),
    /// It dies between two calls. It restarts at its next turn.
    Dies(usize),
    /// It dies with a call in progress.
    DiesCalling(usize),
    /// A call of a dead process arrives.
    Arrives(usize),
}

impl Model for Protocol {
    type State = Moment;
    type Action = Event;

    fn init_states(&self) -> Vec<Moment> {
        let processes = (0..).zip(&self.wishes).map(|(number, wish)| Process::new(number, *wish, self.plans));
        vec![Moment {
            lake: Lake::default(),
            processes: processes.collect(),
            crashes_left: self.crashes,
            lost_replies_left: self.lost_replies,
            in_progress: Vec::new(),
        }]
    }

    fn actions(&self, moment: &Moment, events: &mut Vec<Event>) {
        for (number, process) in moment.processes.iter().enumerate() {
            let Some(call) = process.next_call(self.broken) else { continue };
            events.push(Event::Calls(number));
            // repeated calls of all other kinds have the same effect
            let differs = matches!(call, Call::Create(..) | Call::Append(_) | Call::Publish(_));
            if moment.lost_replies_left > 0 && differs {
                events.push(Event::LosesReply(number));
            }
            if moment.crashes_left > 0 && process.step != Step::Plan {
                events.push(Event::Dies(number));
                if call.is_effect() {
                    events.push(Event::DiesCalling(number));
                }
            }
        }
        events.extend((0..moment.in_progress.len()).map(Event::Arrives));
    }

    fn next_state(&self, moment: &Moment, event: Event) -> Option<Moment> {
        let mut next = moment.clone();
        let (Event::Calls(number)
        | Event::LosesReply(number)
        | Event::Dies(number)
        | Event::DiesCalling(number)) = event
        else {
            let Event::Arrives(number) = event else { return None };
            let call = next.in_progress.remove(number);
            next.lake.answer(call);
            return Some(next);
        };
        let process = &mut next.processes[number];
        let call = process.next_call(self.broken)?;
        match event {
            Event::Calls(_) => process.hear(next.lake.answer(call), self.broken),
            Event::LosesReply(_) => {
                next.lost_replies_left -= 1;
                next.lake.answer(call);
            }
            Event::Dies(_) | Event::DiesCalling(_) => {
                next.crashes_left -= 1;
                process.dies(self.plans);
                if event == Event::DiesCalling(number) {
                    next.in_progress.push(call);
                    next.in_progress.sort_unstable();
                }
            }
            Event::Arrives(_) => {}
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::<Self>::always(OWN_CLAIM, |_, moment| {
                moment
                    .commits()
                    .all(|(seq, entry)| moment.lake.entry(seq - 1) == Some(Entry::Claim(entry.by())))
            }),
            Property::<Self>::always(ONE_BASE, |_, moment| {
                let after_base = |seq, base| moment.commits().any(|(other, _)| base < other && other < seq);
                moment.commits().all(|(seq, entry)| !after_base(seq, entry.by().base))
            }),
            Property::<Self>::always(NAMED_IS_VISIBLE, |_, moment| {
                moment.lake.visible.has(moment.lake.folded().parts)
            }),
            Property::<Self>::always(INPUTS_EXIST, |_, moment| moment.named_inputs_exist()),
            Property::<Self>::always("every input is in exactly one named part", |_, moment| {
                let folded = moment.lake.folded();
                folded.parts.inputs() == Some(folded.inputs)
            }),
            Property::<Self>::always(SUPERSEDED_IS_GONE, |_, moment| {
                let visible = moment.lake.visible;
                moment
                    .ended(End::Superseded)
                    .all(|process| visible.each().all(|part| part.claim() != process.claim()))
            }),
            Property::<Self>::always("no process ends with an error that needs a person", |_, moment| {
                moment.ended(End::EntriesLost).chain(moment.ended(End::PartMissing)).next().is_none()
            }),
            Property::<Self>::always(SETTLES, Moment::settles),
            Property::<Self>::always(NO_OLD_ORPHANS, |_, moment| {
                let last_claim = moment.commits().last().map_or(0, |(seq, _)| usize::from(seq) - 1);
                let orphans = moment.lake.visible.but(moment.lake.ever_named());
                orphans.each().all(|part| part.claim() > last_claim)
            }),
        ];
        // so that the properties are not vacuously true
        properties.extend([
            Property::<Self>::sometimes("an attempt is superseded", |_, moment| {
                moment.ended(End::Superseded).next().is_some()
            }),
            Property::<Self>::sometimes("a sweep clears orphans", |_, moment| {
                moment.processes.iter().any(|process| process.swept)
            }),
            Property::<Self>::sometimes(
                "an overtaken attempt throws away what a later one staged",
                |_, moment| moment.ended(End::UploadLost).next().is_some(),
            ),
        ]);
        if self.lost_replies > 0 {
            properties
                .push(Property::<Self>::sometimes("an entry that is read back is its own", |_, moment| {
                    moment.processes.iter().any(|process| process.met_itself)
                }));
        }
        if self.crashes > 0 {
            properties.extend([
                Property::<Self>::sometimes("a crash leaves orphans", |_, moment| {
                    moment.orphans_of_the_dead()
                }),
                Property::<Self>::sometimes("a crash leaves inputs that no commit names", |_, moment| {
                    moment.unnamed_inputs_of_the_dead()
                }),
                Property::<Self>::sometimes("a commit arrives after its process died", |_, moment| {
                    moment.commits().any(|(_, entry)| moment.is_dead(entry))
                }),
            ]);
        }
        properties
    }
}

impl Moment {
    /// Every commit, with its number.
    fn commits(&self) -> impl Iterator<Item = (u8, Entry)> {
        let numbered = (1..).zip(self.lake.journal.iter().copied());
        numbered.filter(|(_, entry)| matches!(entry, Entry::Commit { .. }))
    }

    fn ended(&self, end: End) -> impl Iterator<Item = &Process> {
        self.processes.iter().filter(move |process| process.step == Step::Ended(end))
    }

    /// Whether the process that wrote an entry has died since.
    fn is_dead(&self, entry: Entry) -> bool {
        let by = entry.by();
        self.processes.get(usize::from(by.process)).is_some_and(|process| process.life > by.life)
    }

    fn orphans_of_the_dead(&self) -> bool {
        let orphans = self.lake.visible.but(self.lake.folded().parts);
        orphans.each().any(|part| {
            let claim = u8::try_from(part.claim()).ok().and_then(|seq| self.lake.entry(seq));
            claim.is_some_and(|claim| self.is_dead(claim))
        })
    }

    fn named_inputs_exist(&self) -> bool {
        self.commits().all(|(_, entry)| match entry {
            Entry::Commit { by, inputs, .. } => inputs == 0 || self.lake.has_inputs_of(by),
            Entry::Claim(_) => true,
        })
    }

    fn unnamed_inputs_of_the_dead(&self) -> bool {
        let is_named = |by| self.commits().any(|(_, commit)| commit.by() == by);
        let mut claims = self.lake.claims_with_inputs().filter_map(|claim| self.lake.entry(claim));
        claims.any(|claim| self.is_dead(claim) && !is_named(claim.by()))
    }

    /// Whether sequential attempts without faults repair the lake, if all processes stop now; also if calls of dead processes
    /// arrive after them.
    fn settles(protocol: &Protocol, moment: &Moment) -> bool {
        let mut lake = moment.lake.clone();
        let mut wanted = 0;
        for (number, wish) in (100..).zip(&protocol.wishes) {
            let (Wish::Add(inputs) | Wish::Replace(inputs)) = wish;
            wanted |= inputs;
            let mut last = Process::new(number, *wish, 1);
            for _ in 0..MANY_STEPS {
                let Some(call) = last.next_call(Broken::None) else { break };
                last.hear(lake.answer(call), Broken::None);
            }
            if !matches!(last.step, Step::Ended(End::UpToDate | End::Committed)) {
                return false;
            }
        }
        for call in &moment.in_progress {
            lake.answer(*call);
        }
        let folded = lake.folded();
        let whole = folded.parts.inputs() == Some(folded.inputs) && folded.inputs & wanted == wanted;
        whole && lake.visible == folded.parts
    }
}
