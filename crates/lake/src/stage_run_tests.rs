use std::collections::VecDeque;

use bytes::Bytes;
use cloudtrail_model::Table;
use lake_store::{Depth, MemoryStore, list_all};

use super::*;
use crate::testing::attempts::{STAMP, inputs, records};
use crate::{AttemptId, Claimed, LAKE_FILE, Lane};

fn partition() -> Partition {
    Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap())
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Lake(#[from] AttemptError),
    #[error("{0} is missing")]
    Missing(String),
    #[error("no luck")]
    NoLuck,
}

/// An event while a plan is staged, after its parts are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    InputsChange,
    Fails,
    AnotherClaims,
    AnotherClaimsAndThisFails,
}

/// A stage whose inputs are words, each of which becomes a part; a few in each commit.
#[derive(Debug, Clone)]
struct Words {
    store: MemoryStore,
    words: Vec<&'static str>,
    per_commit: usize,
    writes_missing_parts: bool,
    /// One for each plan that is staged; nothing happens after the last.
    events: VecDeque<Event>,
    staged: usize,
}

impl Words {
    fn new(words: &[&'static str], per_commit: usize) -> Self {
        let (store, words) = (MemoryStore::new(), words.to_vec());
        Words { store, words, per_commit, writes_missing_parts: false, events: VecDeque::new(), staged: 0 }
    }

    async fn run(&mut self) -> Result<RunEnd, Failure> {
        let lake: Arc<dyn Store> = Arc::new(self.store.clone());
        bring_up_to_date(&lake, partition(), STAMP, self).await
    }

    async fn commit(&mut self) -> Committed {
        match self.run().await.unwrap().outcome {
            Outcome::Committed(committed) => *committed,
            other => panic!("not committed but {other:?}"),
        }
    }

    fn journal(&self) -> Journal {
        Journal::new(Arc::new(self.store.clone()), partition())
    }

    async fn claim(&self) {
        let journal = self.journal();
        let state = journal.read().await.unwrap();
        let claim = journal.claim(&state, AttemptId("other".into()), "t".into(), "test".into());
        assert!(matches!(claim.await.unwrap(), Claimed::Yes(_)));
    }

    async fn objects(&self) -> Vec<String> {
        let page = list_all(&self.store, "", Depth::All).await.unwrap();
        page.objects.into_iter().map(|object| object.key).collect()
    }
}

#[async_trait]
impl StageRun for Words {
    type Plan = Vec<&'static str>;
    type Error = Failure;

    async fn plan(&mut self, state: &PartitionState) -> Result<Next<Self::Plan>, Failure> {
        if self.words.is_empty() {
            return Ok(Next::Empty);
        }
        let new: Vec<_> =
            self.words.iter().copied().filter(|word| state.inputs.get(word).is_none()).collect();
        // all of them, for a part that is missing
        Ok(if new.is_empty() { Next::UpToDate(self.words.clone()) } else { Next::Commit(new) })
    }

    async fn stage(
        &mut self,
        plan: Self::Plan,
        state: &PartitionState,
        parts: &mut PartSink<'_>,
    ) -> Result<Step, Failure> {
        self.staged += 1;
        let replaces = plan.iter().any(|word| state.inputs.get(word).is_some());
        let now = &plan[..plan.len().min(self.per_commit)];
        let left = (plan.len() - now.len()) as u64;
        let inputs = inputs(now);
        let texts: Vec<_> = now.iter().map(|word| Bytes::from_static(word.as_bytes())).collect();
        for text in texts {
            parts.write(Lane::Main, text, records(1)).await.map_err(AttemptError::from)?;
            parts.end_part(Lane::Main).await.map_err(AttemptError::from)?;
        }
        match self.events.pop_front().unwrap_or(Event::Nothing) {
            Event::Nothing => {}
            Event::InputsChange => return Ok(Step::PlanAgain),
            Event::Fails => return Err(Failure::NoLuck),
            Event::AnotherClaims => self.claim().await,
            Event::AnotherClaimsAndThisFails => {
                self.claim().await;
                return Err(Failure::NoLuck);
            }
        }
        let retired = if replaces { state.parts.keys().cloned().collect() } else { Vec::new() };
        let staged = Staged {
            replaces,
            inputs,
            retired,
            left,
            index_bytes: 10 * left,
            more: left > 0,
            ..Staged::default()
        };
        Ok(Step::Commit(Box::new(staged)))
    }

    fn with_missing(&self, plan: Self::Plan, missing: Vec<String>) -> Result<Self::Plan, Failure> {
        if self.writes_missing_parts { Ok(plan) } else { Err(Failure::Missing(missing.concat())) }
    }
}

#[tokio::test]
async fn a_run_commits_until_nothing_is_left() {
    let mut words = Words::new(&["a", "b", "c", "d", "e"], 2);
    let committed = words.commit().await;
    let state = words.journal().read().await.unwrap();
    assert_eq!((state.commits, state.totals), (3, committed.totals));
    assert_eq!((committed.totals.files_in, committed.totals.records_out, committed.left), (5, 5, 0));
    assert_eq!(committed.index_bytes, 30, "the most of one commit");
    assert!(committed.parts.iter().eq(state.parts.values()));
    let before = words.objects().await;
    assert_eq!(words.run().await.unwrap().outcome, Outcome::UpToDate);
    assert_eq!((words.objects().await, words.staged), (before, 3));
}

#[tokio::test]
async fn a_partition_of_nothing_gets_no_journal() {
    let mut words = Words::new(&[], 1);
    assert_eq!(words.run().await.unwrap().outcome, Outcome::Empty);
    assert_eq!(words.objects().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stage_that_fails_leaves_nothing_staged() {
    let mut words = Words { events: [Event::Fails].into(), ..Words::new(&["a", "b"], 2) };
    assert!(matches!(words.run().await.unwrap_err(), Failure::NoLuck));
    assert_eq!(words.store.staged_count(), 0);
    assert_eq!(words.commit().await.totals.records_out, 2);
}

#[tokio::test]
async fn inputs_that_change_are_planned_again() {
    let events = [Event::InputsChange, Event::InputsChange].into();
    let mut words = Words { events, ..Words::new(&["a"], 1) };
    words.commit().await;
    assert_eq!((words.staged, words.store.staged_count()), (3, 0));
}

#[tokio::test]
async fn inputs_that_change_each_time_are_an_error() {
    let mut words = Words { events: [Event::InputsChange; 20].into(), ..Words::new(&["a"], 1) };
    let error = words.run().await.unwrap_err();
    assert!(matches!(error, Failure::Lake(AttemptError::Contended { .. })), "{error}");
    assert_eq!((words.staged, words.store.staged_count()), (MAX_PLANS, 0));
}

#[tokio::test]
async fn only_plans_in_a_row_without_a_commit_count() {
    let mut events = VecDeque::new();
    for _ in 0..3 {
        events.extend([Event::InputsChange; MAX_PLANS - 1]);
        events.push_back(Event::Nothing);
    }
    let mut words = Words { events, ..Words::new(&["a", "b", "c"], 1) };
    assert_eq!(words.commit().await.totals.files_in, 3);
}

#[tokio::test]
async fn a_fenced_run_reports_its_earlier_commits() {
    for event in [Event::AnotherClaims, Event::AnotherClaimsAndThisFails] {
        let mut words = Words { events: [Event::Nothing, event].into(), ..Words::new(&["a", "b"], 1) };
        let Outcome::Superseded { before: Some(before) } = words.run().await.unwrap().outcome else {
            panic!("{event:?}")
        };
        assert_eq!((before.totals.files_in, words.journal().read().await.unwrap().commits), (1, 1));
        assert_eq!(words.store.staged_count(), 0, "{event:?}");

        let mut first = Words { events: [event].into(), ..Words::new(&["a"], 1) };
        assert_eq!(first.run().await.unwrap().outcome, Outcome::Superseded { before: None });
    }
}

#[tokio::test]
async fn orphans_are_swept_without_staging_anything() {
    let mut words = Words::new(&["a"], 1);
    words.commit().await;
    // of an attempt that died before its commit
    let state = words.journal().read().await.unwrap();
    let attempt = Attempt::begin(Arc::new(words.store.clone()), words.journal(), &state, STAMP).await;
    let attempt = attempt.unwrap().unwrap();
    let mut parts = PartSink::new(&attempt);
    parts.write(Lane::Main, Bytes::from_static(b"x"), records(0)).await.unwrap();
    parts.end_part(Lane::Main).await.unwrap();
    parts.into_sealed()[0].upload.publish().await.unwrap();

    let swept = words.commit().await;
    assert!(swept.only_swept() && swept.swept == 1, "{swept:?}");
    assert_eq!(words.staged, 1, "what is there was not written again");
    assert_eq!(words.run().await.unwrap().outcome, Outcome::UpToDate);
}

#[tokio::test]
async fn a_missing_part_is_written_again_if_the_stage_can() {
    let mut words = Words::new(&["a", "b"], 2);
    let key = words.commit().await.parts[0].key.clone();
    words.store.delete(&key).await.unwrap();
    match words.run().await.unwrap_err() {
        Failure::Missing(missing) => assert_eq!(missing, key),
        other => panic!("{other}"),
    }
    words.writes_missing_parts = true;
    let again = words.commit().await;
    assert_eq!((again.totals.records_out, again.retired), (2, 2));
    assert_eq!(words.run().await.unwrap().outcome, Outcome::UpToDate);
}

#[tokio::test]
async fn the_first_run_makes_the_settings_of_the_lake_and_later_ones_keep_to_them() {
    let mut words = Words::new(&["a"], 1);
    words.commit().await;
    let settings = words.store.get(LAKE_FILE, None).await.unwrap();
    assert_eq!(settings, "{\"format\":2,\"readers\":\"listing\"}\n");
    words.store.delete(LAKE_FILE).await.unwrap();
    words.words.push("b");
    let before = words.objects().await;
    let error = words.run().await.unwrap_err().to_string();
    assert!(error.contains("_journal/lake.json is missing"), "{error}");
    assert_eq!(words.objects().await, before);
}

#[tokio::test]
async fn what_an_interrupted_day_has_left_is_still_left_after_a_sweep() {
    let mut words = Words::new(&["a", "b"], 1);
    words.events = [Event::Nothing, Event::Fails].into();
    assert!(words.run().await.is_err());
    let state = words.journal().read_outline().await.unwrap();
    assert_eq!((state.left, state.is_there()), (1, false));
    assert_eq!(words.commit().await.left, 0);
    assert!(words.journal().read_outline().await.unwrap().is_there());
}
