use super::*;
use crate::testing::attempts::{inputs, records};
use crate::{Commit, Part, WrittenInputs};
use cloudtrail_model::Table;
use lake_store::MemoryStore;

fn journal() -> (MemoryStore, Journal) {
    let store = MemoryStore::new();
    let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    (store.clone(), Journal::new(Arc::new(store), partition))
}

async fn claim(journal: &Journal, state: &PartitionState, attempt: &str) -> Claimed {
    journal.claim(state, AttemptId(attempt.into()), "t".into(), "test".into()).await.unwrap()
}

fn claimed(outcome: Claimed) -> Claim {
    match outcome {
        Claimed::Yes(claim) => claim,
        Claimed::Taken => panic!("taken"),
    }
}

/// Writes the commit of a claim: one input of `key`, and one part.
async fn write(journal: &Journal, claim: &Claim, key: &str) -> CommitOutcome {
    write_changed(journal, claim, key, |_| {}).await
}

async fn write_changed(
    journal: &Journal,
    claim: &Claim,
    key: &str,
    change: impl FnOnce(&mut Commit),
) -> CommitOutcome {
    let inputs = inputs(&[key]);
    journal.write_inputs(claim, inputs.inputs.as_ref(), inputs.facts.as_ref()).await.unwrap();
    let mut commit = commit(claim, inputs);
    change(&mut commit);
    journal.commit(commit.balanced().unwrap()).await.unwrap()
}

fn commit(claim: &Claim, inputs: WrittenInputs) -> Commit {
    let mut totals = inputs.totals;
    let (records, event_days) = (totals.records_in, records(totals.records_in).event_days);
    let part = Part {
        key: format!("part-{}", claim.seq),
        bytes: 1,
        raw_bytes: 1,
        records,
        event_days,
        ..Part::default()
    };
    totals.add_part(&part);
    Commit {
        version: FORMAT_VERSION,
        seq: claim.seq + 1,
        attempt: claim.attempt.clone(),
        time: "now".into(),
        inputs: inputs.inputs.map(|object| object.stated),
        facts: inputs.facts.map(|object| object.stated),
        reread: inputs.reread,
        parts: vec![part],
        totals,
        ..Commit::default()
    }
}

fn keys(state: &PartitionState) -> Vec<String> {
    state.inputs.iter().map(|input| input.key).collect()
}

#[tokio::test]
async fn commits_fold_into_a_state() {
    let (_, journal) = journal();
    let empty = journal.read().await.unwrap();
    assert_eq!(empty, PartitionState::default());
    let first = claimed(claim(&journal, &empty, "a").await);
    assert_eq!(write(&journal, &first, "x").await, CommitOutcome::Committed);
    let state = journal.read().await.unwrap();
    let second = claimed(claim(&journal, &state, "b").await);
    assert_eq!(second.seq, 3);
    assert_eq!(write(&journal, &second, "y").await, CommitOutcome::Committed);
    let state = journal.read().await.unwrap();
    assert_eq!((state.last_seq, state.commits, state.totals.records_out), (4, 2, 2));
    assert_eq!(keys(&state), ["x", "y"]);
    assert_eq!(state.parts.keys().collect::<Vec<_>>(), ["part-1", "part-3"]);
    assert_eq!(state.open_claim, None);
}

#[tokio::test]
async fn a_replacing_commit_starts_afresh() {
    let (_, journal) = journal();
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    write(&journal, &first, "x").await;
    let second = claimed(claim(&journal, &journal.read().await.unwrap(), "b").await);
    let rewrite = |commit: &mut Commit| {
        commit.replaces = true;
        commit.retired = vec!["part-1".into()];
        commit.kept = vec!["part-1".into()];
    };
    write_changed(&journal, &second, "y", rewrite).await;
    let state = journal.read().await.unwrap();
    assert_eq!(keys(&state), ["y"]);
    assert_eq!(state.parts.keys().collect::<Vec<_>>(), ["part-3"]);
    assert_eq!((state.totals.records_out, state.input_counts.files), (1, 1));
    assert_eq!(state.kept, [("part-1".to_owned(), "now".to_owned())].into());
}

#[tokio::test]
async fn of_two_claims_on_one_state_one_wins() {
    let (_, journal) = journal();
    let state = journal.read().await.unwrap();
    assert!(matches!(claim(&journal, &state, "a").await, Claimed::Yes(_)));
    assert_eq!(claim(&journal, &state, "b").await, Claimed::Taken);
}

#[tokio::test]
async fn a_later_claim_fences_an_earlier_attempt() {
    let (_, journal) = journal();
    let slow = claimed(claim(&journal, &PartitionState::default(), "slow").await);
    let state = journal.read().await.unwrap();
    assert_eq!(state.open_claim.as_ref(), Some(&slow));
    let quick = claimed(claim(&journal, &state, "quick").await);
    assert_eq!(write(&journal, &slow, "x").await, CommitOutcome::Superseded);
    assert_eq!(write(&journal, &quick, "x").await, CommitOutcome::Committed);
    assert_eq!(write(&journal, &slow, "x").await, CommitOutcome::Superseded);
    assert_eq!(journal.read().await.unwrap().parts.keys().collect::<Vec<_>>(), ["part-2"]);
}

#[tokio::test]
async fn a_writer_that_meets_its_own_entry_has_won() {
    let (_, journal) = journal();
    let state = PartitionState::default();
    let first = claimed(claim(&journal, &state, "a").await);
    // the same call again, as a retry after a lost response
    assert_eq!(claimed(claim(&journal, &state, "a").await), first);
    assert_eq!(write(&journal, &first, "x").await, CommitOutcome::Committed);
    assert_eq!(write(&journal, &first, "x").await, CommitOutcome::Committed);
    assert_eq!(journal.read().await.unwrap().commits, 1);
}

#[tokio::test]
async fn a_commit_that_does_not_balance_is_not_written() {
    let (store, journal) = journal();
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    let mut wrong = commit(&first, inputs(&["x"]));
    wrong.totals.records_out = 2;
    assert!(wrong.balanced().is_err());
    assert_eq!(list_all(&store, "", Depth::All).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn damage_is_named() {
    let (store, journal) = journal();
    let key = |seq| journal.partition().journal_key(seq);
    let put = |seq, entry: Entry| {
        let (store, key) = (store.clone(), key(seq));
        async move { store.create_new(&key, compress(&entry).unwrap()).await.unwrap() }
    };
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    let error = |what: Result<PartitionState, JournalError>| what.unwrap_err().to_string();

    put(3, Entry::Claim(Claim { seq: 3, ..first.clone() })).await;
    assert!(error(journal.read().await).contains(&format!("{} is missing", key(2))));
    put(2, Entry::Claim(Claim { seq: 7, ..first.clone() })).await;
    assert!(error(journal.read().await).contains("has the sequence number 7"));
    store.delete(&key(2)).await.unwrap();
    let other = Claim { attempt: AttemptId("other".into()), ..first };
    put(2, Entry::Commit(Box::new(commit(&other, inputs(&["x"]))))).await;
    let orphan = journal.read().await.unwrap_err();
    assert!(orphan.to_string().contains("does not follow its own claim"), "{orphan}");
    assert_eq!(orphan.broken(), Some(Invariant::OneCommitPerClaim));
    store.delete(&key(2)).await.unwrap();
    store.create_new(&key(2), Bytes::from_static(b"not gzip")).await.unwrap();
    assert!(error(journal.read().await).contains("is truncated or damaged gzip"));
}

#[tokio::test]
async fn sixteen_attempts_at_once_make_one_valid_history() {
    let (_, journal) = journal();
    let runs = (0..16).map(|n| {
        let journal = journal.clone();
        async move {
            let attempt = format!("attempt-{n}");
            loop {
                let state = journal.read().await.unwrap();
                tokio::task::yield_now().await;
                let Claimed::Yes(mine) = claim(&journal, &state, &attempt).await else { continue };
                tokio::task::yield_now().await;
                if write(&journal, &mine, &attempt).await == CommitOutcome::Committed {
                    return;
                }
            }
        }
    });
    tokio::time::timeout(std::time::Duration::from_secs(60), futures::future::join_all(runs)).await.unwrap();
    let state = journal.read().await.unwrap();
    assert_eq!((state.commits, state.inputs.len(), state.parts.len()), (16, 16, 16));
}

/// A journal with two commits, of the inputs x and y, and the keys of their inputs objects.
async fn two_commits() -> (MemoryStore, Journal, [String; 2]) {
    let (store, journal) = journal();
    let mut of_inputs = Vec::new();
    for key in ["x", "y"] {
        let claim = claimed(claim(&journal, &journal.read().await.unwrap(), key).await);
        write(&journal, &claim, key).await;
        of_inputs.push(journal.partition().inputs_key(claim.seq + 1, &claim.attempt));
    }
    (store, journal, of_inputs.try_into().unwrap())
}

#[tokio::test]
async fn missing_inputs_are_damage_and_never_no_inputs() {
    let (store, journal, [_, second]) = two_commits().await;
    let outline = journal.read_outline().await.unwrap();
    store.delete(&second).await.unwrap();
    let error = journal.read().await.unwrap_err();
    assert_eq!(error.broken(), Some(Invariant::JournalOnlyGrows));
    assert!(error.to_string().contains(&format!("{second} is missing; restore")), "{error}");
    assert_eq!(journal.read_outline().await.unwrap(), outline, "an outline needs no inputs");
}

#[tokio::test]
async fn altered_inputs_are_damage() {
    let (store, journal, [first, second]) = two_commits().await;
    let body = store.get(&first, None).await.unwrap();
    store.delete(&second).await.unwrap();
    store.create_new(&second, body).await.unwrap();
    let error = journal.read().await.unwrap_err();
    assert_eq!(error.broken(), Some(Invariant::JournalOnlyGrows));
    assert!(error.to_string().contains(&format!("{second}: its sha256 is")), "{error}");
}

#[tokio::test]
async fn inputs_of_commits_that_were_replaced_are_not_read() {
    let (store, journal, [first, second]) = two_commits().await;
    let third = claimed(claim(&journal, &journal.read().await.unwrap(), "z").await);
    write_changed(&journal, &third, "z", |commit| commit.replaces = true).await;
    for key in [first, second] {
        store.delete(&key).await.unwrap();
    }
    assert_eq!(keys(&journal.read().await.unwrap()), ["z"]);
}

#[tokio::test]
async fn inputs_that_contradict_the_totals_of_their_commit_are_damage() {
    let (_, journal) = journal();
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    write_changed(&journal, &first, "x", |commit| commit.totals.raw_bytes_in += 1).await;
    let error = journal.read().await.unwrap_err().to_string();
    assert!(error.contains("raw_bytes_in is 1, the commit says 2"), "{error}");
}

#[tokio::test]
async fn an_entry_of_format_1_is_refused_with_advice() {
    let (store, journal) = journal();
    let old = br#"{"entry":"claim","version":1,"seq":1,"attempt":"a","time":"t","tool":"x"}"#;
    let mut member = GzipText::new();
    member.text().extend(old);
    store.create_new(&journal.partition().journal_key(1), member.finish()).await.unwrap();
    let error = journal.read().await.unwrap_err();
    assert_eq!(error.broken(), None);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("make a new lake from the raw logs") && !source.contains('\n'), "{source}");
}
