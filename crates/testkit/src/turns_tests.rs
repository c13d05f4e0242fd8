//! The real commit protocol in every order of its calls.

use std::collections::BTreeSet;

use bytes::Bytes;
use cloudtrail_model::Table;
use lake::{
    Attempt, AttemptError, Changes, CommitOutcome, EventDays, Input, InputsWriter, Journal, Lane, PartSink,
    Partition, WrittenRecords,
};
use lake_store::{Depth, ErrorKind, MemoryStore, Store, list_all};

use super::*;
use crate::{Effect, Fault, Hooked, STAMP, Then};

/// The goal of an attempt.
#[derive(Debug, Clone, Copy)]
enum Wish {
    /// Add the new ones of these inputs: the daily stage.
    Add(&'static [&'static str]),
    /// Replace everything by these inputs: a rebuild, and the monthly stage.
    Replace(&'static [&'static str]),
}

/// The rule that an attempt breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    /// It claims on top of the current state, not of the state of its plan.
    StaleClaim,
}

fn partition() -> Partition {
    Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap())
}

fn input(name: &str) -> Input {
    Input { key: name.to_owned(), bytes: 1, raw_bytes: 1, records: 1, ..Input::default() }
}

/// One attempt, from its plan to its end. `false` if there was nothing to do, or it was superseded.
async fn attempt(store: Arc<dyn Store>, wish: Wish, flaw: Flaw) -> std::result::Result<bool, AttemptError> {
    let journal = Journal::new(store.clone(), partition());
    loop {
        let mut state = journal.read().await?;
        let work: Vec<&str> = match wish {
            Wish::Add(wanted) => {
                wanted.iter().copied().filter(|name| state.inputs.get(name).is_none()).collect()
            }
            Wish::Replace(wanted) => wanted.to_vec(),
        };
        if work.is_empty() {
            return Ok(false);
        }
        let retired = match wish {
            Wish::Add(_) => Vec::new(),
            Wish::Replace(_) => state.parts.keys().cloned().collect(),
        };
        if flaw == Flaw::StaleClaim {
            state = journal.read().await?;
        }
        let Some(attempt) = Attempt::begin(store.clone(), journal.clone(), &state, STAMP).await? else {
            continue;
        };
        let mut parts = PartSink::new(&attempt);
        for name in &work {
            write_part(&mut parts, name).await?;
        }
        let parts = parts.into_sealed();
        let mut inputs = InputsWriter::new(None);
        work.iter().for_each(|name| inputs.push(&input(name)));
        let inputs = inputs.finish();
        let replaces = matches!(wish, Wish::Replace(_));
        let changes = Changes { replaces, inputs, parts, retired, ..Changes::default() };
        return Ok(attempt.finish(changes).await? == CommitOutcome::Committed);
    }
}

/// Writes a part that holds the name of its input.
async fn write_part(parts: &mut PartSink<'_>, name: &str) -> Result<()> {
    let mut event_days = EventDays::default();
    event_days.add("2026-11-22".parse().unwrap(), None);
    let written = WrittenRecords { records: 1, raw_bytes: 1, event_days, ..WrittenRecords::default() };
    parts.write(Lane::Main, Bytes::copy_from_slice(name.as_bytes()), written).await?;
    parts.end_part(Lane::Main).await
}

/// The lake, and its invariants.
#[derive(Debug, Clone, Default)]
struct World {
    store: MemoryStore,
}

impl World {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    async fn visible(&self) -> BTreeSet<String> {
        let page = list_all(&self.store, &partition().prefix(), Depth::All).await.unwrap();
        page.objects.into_iter().map(|object| object.key).collect()
    }

    /// At any time: the journal is valid, its parts exist, and each input is in one part.
    async fn check(&self) -> std::result::Result<BTreeSet<String>, String> {
        let state =
            Journal::new(self.store(), partition()).read().await.map_err(|error| error.to_string())?;
        let visible = self.visible().await;
        let mut names = Vec::new();
        for key in state.parts.keys() {
            if !visible.contains(key) {
                return Err(format!("{key} is named and not there"));
            }
            let body = self.store.get(key, None).await.unwrap();
            names.push(String::from_utf8(body.to_vec()).unwrap());
        }
        names.sort_unstable();
        let read: Vec<String> = state.inputs.iter().map(|input| input.key).collect();
        if names != read {
            return Err(format!("the parts hold {names:?} of {read:?}"));
        }
        Ok(state.parts.into_keys().collect())
    }

    /// When no attempt is in progress: the visible objects are those that the journal names.
    async fn check_settled(&self) -> std::result::Result<(), String> {
        let named = self.check().await?;
        let visible = self.visible().await;
        if visible == named { Ok(()) } else { Err(format!("{visible:?} are visible and {named:?} named")) }
    }
}

/// The result of one order of turns, as a line that says how to replay it.
type Verdicts = std::result::Result<usize, String>;

/// Concurrent attempts in every order of their calls; optionally the first one dies at an effect.
async fn in_every_order(wishes: &[Wish], flaw: Flaw, most_preemptions: usize, dies_at: usize) -> Verdicts {
    let mut schedule = Schedule::every(most_preemptions);
    for orders in 1.. {
        let world = World::default();
        let turns = Turns::default();
        let attempts = wishes.iter().enumerate().map(|(number, wish)| {
            let spared = if number == 0 { dies_at } else { usize::MAX };
            let store = Hooked { store: world.store.clone(), hook: turns.decisive(number) };
            // the fault wraps the turns: a dead process has none
            let store = Hooked { store, hook: Fault::at(spared, Effect::Done, Then::Dies) };
            attempt(Arc::new(store), *wish, flaw)
        });
        let attempts: Vec<_> = attempts.collect();
        let mut broken = None;
        let results = turns.run(&mut schedule, attempts, async || {
            broken = broken.take().or(world.check().await.err());
        });
        let results = results.await;
        let again = |what: String| {
            format!("{what}: {wishes:?} {flaw:?}, the first dies at {dies_at}, turns {schedule}")
        };
        if let Some(broken) = broken {
            return Err(again(broken));
        }
        let alive = results.iter().skip(usize::from(dies_at != usize::MAX));
        for error in alive.filter_map(|result| result.as_ref().err()) {
            if !is_lost_upload(error) {
                return Err(again(error.to_string()));
            }
        }
        // the next attempt must be able to recover
        let wanted: Vec<Wish> = wishes.to_vec();
        for wish in wanted {
            attempt(world.store(), wish, Flaw::None).await.map_err(|error| again(error.to_string()))?;
        }
        world.check_settled().await.map_err(again)?;
        if !schedule.next_order() {
            return Ok(orders);
        }
    }
    unreachable!("orders are finite")
}

/// The one error that an attempt may meet by bad luck (docs/guide/guarantees.md): another threw away what it had staged.
fn is_lost_upload(error: &AttemptError) -> bool {
    matches!(error, AttemptError::Store(error) if error.kind == ErrorKind::NotFound)
}

const NEVER: usize = usize::MAX;
const SAME: [Wish; 3] = [Wish::Add(&["a"]); 3];
const LATE: [Wish; 3] = [Wish::Add(&["a"]), Wish::Add(&["a", "b"]), Wish::Add(&["b"])];
const REBUILD: [Wish; 3] = [Wish::Replace(&["a", "b"]), Wish::Add(&["a", "b"]), Wish::Replace(&["a", "b"])];

#[tokio::test]
async fn two_attempts_may_have_their_turns_in_any_order() {
    for wishes in [SAME, LATE, REBUILD] {
        let orders = in_every_order(&wishes[..2], Flaw::None, 3, NEVER).await.unwrap();
        assert!(orders > 1_000, "{orders} orders of {wishes:?}");
    }
}

#[tokio::test]
async fn three_attempts_may_have_their_turns_in_any_order() {
    for wishes in [SAME, LATE, REBUILD] {
        let orders = in_every_order(&wishes, Flaw::None, 1, NEVER).await.unwrap();
        assert!(orders > 100, "{orders} orders of {wishes:?}");
    }
}

#[tokio::test]
async fn an_attempt_that_dies_harms_no_other_in_any_order() {
    for wishes in [SAME, LATE, REBUILD] {
        for dies_at in 0..8 {
            in_every_order(&wishes[..2], Flaw::None, 2, dies_at).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_claim_on_top_of_another_plan_is_found_out() {
    let found = in_every_order(&SAME[..2], Flaw::StaleClaim, 2, NEVER).await.unwrap_err();
    assert!(found.contains("the parts hold"), "{found}");
}
