use super::*;
use crate::Partition;
use crate::testing::attempts::{STAMP, inputs, records};
use async_trait::async_trait;
use bytes::Bytes;
use cloudtrail_model::Table;
use lake_store::{Depth, MemoryStore, list_all};
use std::sync::atomic::{AtomicBool, Ordering};

struct World {
    store: MemoryStore,
    journal: Journal,
}

impl World {
    fn new() -> Self {
        let store = MemoryStore::new();
        let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
        World { journal: Journal::new(Arc::new(store.clone()), partition), store }
    }

    async fn begin(&self) -> Attempt {
        let state = self.journal.read().await.unwrap();
        let store = Arc::new(self.store.clone());
        Attempt::begin(store, self.journal.clone(), &state, STAMP).await.unwrap().unwrap()
    }

    async fn visible(&self) -> Vec<String> {
        let page = list_all(&self.store, "cloudtrail_daily/", Depth::All).await.unwrap();
        page.objects.into_iter().map(|object| object.key).collect()
    }
}

async fn sealed(attempt: &Attempt, text: &'static str) -> SealedPart {
    let mut upload = attempt.stage(0).await.unwrap();
    upload.write(Bytes::from_static(text.as_bytes())).await.unwrap();
    upload.seal().await.unwrap();
    let bytes = text.len() as u64;
    let event_days = records(1).event_days;
    let part =
        Part { key: attempt.part_key(0), bytes, raw_bytes: bytes, records: 1, event_days, ..Part::default() };
    SealedPart { part, upload }
}

async fn changes(attempt: &Attempt, text: &'static str) -> Changes {
    let parts = vec![sealed(attempt, text).await];
    Changes { inputs: inputs(&[text]), parts, ..Changes::default() }
}

#[tokio::test]
async fn nothing_is_visible_before_the_end_and_everything_after() {
    let world = World::new();
    let attempt = world.begin().await;
    let changes = changes(&attempt, "a").await;
    assert!(world.visible().await.is_empty());
    assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
    let state = world.journal.read().await.unwrap();
    assert_eq!(world.visible().await, state.parts.keys().cloned().collect::<Vec<_>>());
}

#[tokio::test]
async fn inputs_and_facts_are_there_before_a_part_is_published() {
    let world = World::new();
    let attempt = world.begin().await;
    let mut changes = changes(&attempt, "111122223333_a").await;
    // so that publishing fails
    changes.parts[0].upload.abort().await.unwrap();
    let (partition, id) = (attempt.partition(), attempt.claim.attempt.clone());
    assert!(attempt.finish(changes).await.is_err());
    for (what, key) in [("inputs", partition.inputs_key(2, &id)), ("facts", partition.facts_key(2, &id))] {
        assert!(world.store.get(&key, None).await.is_ok(), "there are no {what}");
    }
    let state = world.journal.read().await.unwrap();
    assert_eq!((state.commits, state.unnamed), (0, 2));
}

/// Commits a part with a record of an event day, and returns the keys of all markers.
async fn markers_with_a_record_of(world: &World, event_day: &str) -> Vec<String> {
    let attempt = world.begin().await;
    let mut changes = changes(&attempt, event_day.to_owned().leak()).await;
    changes.parts[0].part.event_days.days = [(event_day.parse().unwrap(), 1)].into();
    changes.parts[0].part.event_days.undated = 0;
    assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
    let page = list_all(&world.store, "_journal/cloudtrail_daily/feeds/", Depth::All).await.unwrap();
    page.objects.into_iter().map(|object| object.key).collect()
}

#[tokio::test]
async fn a_day_with_events_of_another_month_has_a_marker_of_that_month() {
    let world = World::new();
    assert_eq!(markers_with_a_record_of(&world, "2026-11-20").await, [""; 0]);
    let marker = ["_journal/cloudtrail_daily/feeds/2026-10/2026-11-22"];
    assert_eq!(markers_with_a_record_of(&world, "2026-10-31").await, marker);
    assert_eq!(markers_with_a_record_of(&world, "2026-10-30").await, marker, "it may exist");
}

#[tokio::test]
async fn a_superseded_attempt_takes_its_parts_back() {
    let world = World::new();
    let slow = world.begin().await;
    let slow_changes = changes(&slow, "slow").await;
    let quick = world.begin().await;
    let quick_changes = changes(&quick, "quick").await;
    assert_eq!(quick.finish(quick_changes).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(slow.finish(slow_changes).await.unwrap(), CommitOutcome::Superseded);
    assert_eq!(world.visible().await.len(), 1);
}

#[tokio::test]
async fn an_attempt_fenced_after_publishing_takes_its_parts_back() {
    let world = World::new();
    let slow = world.begin().await;
    let mut changes = changes(&slow, "slow").await;
    changes.parts[0].upload.publish().await.unwrap();
    let state = world.journal.read().await.unwrap();
    let claim =
        world.journal.claim(&state, AttemptId("other".into()), "t".into(), "test".into()).await.unwrap();
    assert!(matches!(claim, Claimed::Yes(_)));
    assert_eq!(slow.finish(changes).await.unwrap(), CommitOutcome::Superseded);
    assert!(world.visible().await.is_empty());
}

#[tokio::test]
async fn orphans_of_a_dead_attempt_are_swept_by_the_next() {
    let world = World::new();
    let dead = world.begin().await;
    let mut published = sealed(&dead, "x").await;
    published.upload.publish().await.unwrap();
    drop((dead, published));
    let state = world.journal.read().await.unwrap();
    let orphans = differences(&world.store, &world.journal, &state).await.unwrap().orphans;
    assert_eq!(orphans.into_iter().map(|orphan| orphan.key).collect::<Vec<_>>(), world.visible().await);
    let next = world.begin().await;
    assert_eq!(next.swept(), 1);
    assert!(world.visible().await.is_empty());
}

#[tokio::test]
async fn retired_parts_go_after_the_commit() {
    let world = World::new();
    let first = world.begin().await;
    let first_changes = changes(&first, "a").await;
    first.finish(first_changes).await.unwrap();
    let second = world.begin().await;
    let mut rewrite = changes(&second, "b").await;
    rewrite.replaces = true;
    rewrite.retired = world.visible().await;
    second.finish(rewrite).await.unwrap();
    let state = world.journal.read().await.unwrap();
    assert_eq!(world.visible().await, state.parts.keys().cloned().collect::<Vec<_>>());
    assert_eq!(state.parts.len(), 1);
}

#[tokio::test]
async fn a_commit_that_does_not_balance_publishes_nothing() {
    let world = World::new();
    let attempt = world.begin().await;
    let mut wrong = changes(&attempt, "a").await;
    wrong.inputs.totals.records_in = 2;
    assert!(attempt.finish(wrong).await.is_err());
    assert!(world.visible().await.is_empty());
}

#[tokio::test]
async fn a_partition_that_moved_is_planned_again() {
    let world = World::new();
    let stale = world.journal.read().await.unwrap();
    world.begin().await;
    let store = Arc::new(world.store.clone());
    assert!(Attempt::begin(store, world.journal.clone(), &stale, STAMP).await.unwrap().is_none());
}

#[tokio::test]
async fn parts_whose_journal_is_gone_are_not_swept() {
    let world = World::new();
    let part = part_key(world.journal.partition(), 1, 0);
    world.store.create_new(&part, Bytes::from_static(b"x")).await.unwrap();
    let state = world.journal.read().await.unwrap();
    let begun = Attempt::begin(Arc::new(world.store.clone()), world.journal.clone(), &state, STAMP).await;
    let error = begun.unwrap_err().to_string();
    assert!(error.contains(&part) && error.contains("_journal/cloudtrail_daily/2026-11-22/"), "{error}");
    assert_eq!(world.visible().await, [part]);
    assert_eq!(world.journal.read().await.unwrap().last_seq, 0, "nothing was claimed");
}

#[tokio::test]
async fn parts_of_a_concurrent_first_attempt_are_no_sign_of_a_lost_journal() {
    let world = World::new();
    let stale = world.journal.read().await.unwrap();
    let first = world.begin().await;
    let first_changes = changes(&first, "a").await;
    first.finish(first_changes).await.unwrap();
    let store = Arc::new(world.store.clone());
    assert!(Attempt::begin(store, world.journal.clone(), &stale, STAMP).await.unwrap().is_none());

    // without the journal they are
    world.store.delete(&world.journal.partition().journal_key(1)).await.unwrap();
    world.store.delete(&world.journal.partition().journal_key(2)).await.unwrap();
    let store = Arc::new(world.store.clone());
    let gone = Attempt::begin(store, world.journal.clone(), &stale, STAMP).await.unwrap_err();
    assert!(matches!(gone, AttemptError::JournalGone { .. }), "{gone}");
    assert_eq!(world.visible().await.len(), 1, "it was not swept");
}

#[tokio::test]
async fn parts_written_after_a_claim_that_the_journal_lost_are_not_swept() {
    let world = World::new();
    for text in ["a", "b"] {
        let attempt = world.begin().await;
        let changes = changes(&attempt, text).await;
        attempt.finish(changes).await.unwrap();
    }
    let partition = world.journal.partition();
    let stale = world.journal.read().await.unwrap();
    for seq in [3, 4] {
        world.store.delete(&partition.journal_key(seq)).await.unwrap();
    }
    let parts = world.visible().await;
    let state = world.journal.read().await.unwrap();
    let begun = Attempt::begin(Arc::new(world.store.clone()), world.journal.clone(), &state, STAMP).await;
    let error = begun.unwrap_err();
    assert_eq!(error.broken(), Some(Invariant::JournalOnlyGrows));
    let said = error.to_string();
    assert!(said.contains(&parts[1]) && said.contains("entries 000003 to 000003"), "{said}");
    assert!(said.contains("missing from _journal/cloudtrail_daily/2026-11-22/"), "{said}");
    assert_eq!(world.visible().await, parts, "it was swept");
    assert_eq!(world.journal.read().await.unwrap().last_seq, 2, "a claim took the place of the lost entry");

    // if only a later entry is lost, the claim of the state is not newer than the part
    let begun = Attempt::begin(Arc::new(world.store.clone()), world.journal.clone(), &stale, STAMP).await;
    assert!(begun.unwrap().is_some(), "entries that the state has are not lost");
    assert_eq!(world.visible().await, parts);
}

#[tokio::test]
async fn parts_published_since_the_state_was_read_are_no_sign_of_a_lost_entry() {
    let world = World::new();
    let first = world.begin().await;
    let first_changes = changes(&first, "a").await;
    first.finish(first_changes).await.unwrap();
    let stale = world.journal.read().await.unwrap();
    let second = world.begin().await;
    let mut published = sealed(&second, "b").await;
    published.upload.publish().await.unwrap();
    let store = Arc::new(world.store.clone());
    assert!(Attempt::begin(store, world.journal.clone(), &stale, STAMP).await.unwrap().is_none());
    assert_eq!(world.visible().await.len(), 2);
}

#[tokio::test]
async fn foreign_objects_are_reported_and_never_swept() {
    let world = World::new();
    let prefix = world.journal.partition().prefix();
    let foreign = ["20261122_000001_abcde_part.gz", "_SUCCESS", "nested/part-000001-0000.ndjson.gz"];
    let foreign = foreign.map(|name| format!("{prefix}{name}"));
    for key in &foreign {
        world.store.create_new(key, Bytes::from_static(b"mine")).await.unwrap();
    }
    let upload = world.store.stage(&format!("{prefix}20261122_000002_abcde_part.gz")).await.unwrap();
    let attempt = world.begin().await;
    assert_eq!(attempt.swept(), 0);
    assert_eq!(attempt.foreign(), [&foreign[0], &foreign[1], &format!("{prefix}nested/")].map(String::clone));
    assert_eq!(world.visible().await, foreign);
    assert_eq!(world.store.staged_count(), 1, "the upload of another attempt was removed");
    drop(upload);
}

/// An upload that records whether it was published.
#[derive(Debug)]
struct Watched {
    upload: Box<dyn StagedUpload>,
    published: Arc<AtomicBool>,
}

#[async_trait]
impl StagedUpload for Watched {
    async fn write(&mut self, chunk: Bytes) -> lake_store::Result<()> {
        self.upload.write(chunk).await
    }
    async fn seal(&mut self) -> lake_store::Result<()> {
        self.upload.seal().await
    }
    async fn publish(&mut self) -> lake_store::Result<()> {
        self.published.store(true, Ordering::SeqCst);
        self.upload.publish().await
    }
    async fn abort(&mut self) -> lake_store::Result<()> {
        self.upload.abort().await
    }
}

#[tokio::test]
async fn a_fenced_attempt_never_publishes_what_it_staged_after_the_fence() {
    let world = World::new();
    let slow = world.begin().await;
    world.begin().await;
    let mut slow_changes = changes(&slow, "slow").await;
    let SealedPart { part, upload } = slow_changes.parts.remove(0);
    let published = Arc::new(AtomicBool::new(false));
    let upload = Box::new(Watched { upload, published: published.clone() });
    slow_changes.parts.push(SealedPart { part, upload });
    assert_eq!(slow.finish(slow_changes).await.unwrap(), CommitOutcome::Superseded);
    assert!(!published.load(Ordering::SeqCst), "readers saw what had to be taken back");
    assert_eq!(world.store.staged_count(), 0);
}
