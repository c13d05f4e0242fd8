use super::*;
use crate::{Commit, Verdict};
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

fn balanced(claim: &Claim, key: &str, records: u64) -> Balanced {
    commit(claim, key, records).balanced().unwrap()
}

fn commit(claim: &Claim, key: &str, records: u64) -> Commit {
    let input = Input {
        key: key.into(),
        etag: "1".into(),
        bytes: 1,
        raw_bytes: 1,
        records,
        duplicates: 0,
        other_months: 0,
        verdict: Verdict::Ok,
    };
    let part = Part {
        key: format!("part-{}", claim.seq),
        bytes: 1,
        raw_bytes: 1,
        records,
        sha256: String::new(),
        min_event_time: None,
        max_event_time: None,
    };
    let totals = Totals {
        files_in: 1,
        files_ok: 1,
        records_in: records,
        records_out: records,
        bytes_in: 1,
        raw_bytes_in: 1,
        raw_bytes_out: 1,
        bytes_out: 1,
        ..Totals::default()
    };
    Commit {
        version: 1,
        seq: claim.seq + 1,
        attempt: claim.attempt.clone(),
        time: "now".into(),
        replaces: false,
        inputs: vec![input],
        parts: vec![part],
        retired: vec![],
        totals,
        month: None,
    }
}

#[tokio::test]
async fn commits_fold_into_a_state() {
    let (_, journal) = journal();
    let empty = journal.read().await.unwrap();
    assert_eq!(empty, PartitionState::default());
    let first = claimed(claim(&journal, &empty, "a").await);
    assert_eq!(journal.commit(balanced(&first, "x", 3)).await.unwrap(), CommitOutcome::Committed);
    let state = journal.read().await.unwrap();
    let second = claimed(claim(&journal, &state, "b").await);
    assert_eq!(second.seq, 3);
    assert_eq!(journal.commit(balanced(&second, "y", 4)).await.unwrap(), CommitOutcome::Committed);
    let state = journal.read().await.unwrap();
    assert_eq!((state.last_seq, state.commits, state.totals.records_out), (4, 2, 7));
    assert_eq!(state.inputs.keys().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(state.parts.keys().collect::<Vec<_>>(), ["part-1", "part-3"]);
    assert_eq!(state.open_claim, None);
}

#[tokio::test]
async fn a_replacing_commit_starts_afresh() {
    let (_, journal) = journal();
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    journal.commit(balanced(&first, "x", 3)).await.unwrap();
    let second = claimed(claim(&journal, &journal.read().await.unwrap(), "b").await);
    let mut rewrite = commit(&second, "y", 2);
    rewrite.replaces = true;
    rewrite.retired = vec!["part-1".into()];
    journal.commit(rewrite.balanced().unwrap()).await.unwrap();
    let state = journal.read().await.unwrap();
    assert_eq!(state.inputs.keys().collect::<Vec<_>>(), ["y"]);
    assert_eq!(state.parts.keys().collect::<Vec<_>>(), ["part-3"]);
    assert_eq!(state.totals.records_out, 2);
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
    assert_eq!(journal.commit(balanced(&slow, "x", 1)).await.unwrap(), CommitOutcome::Superseded);
    assert_eq!(journal.commit(balanced(&quick, "x", 1)).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(journal.commit(balanced(&slow, "x", 1)).await.unwrap(), CommitOutcome::Superseded);
    assert_eq!(journal.read().await.unwrap().parts.keys().collect::<Vec<_>>(), ["part-2"]);
}

#[tokio::test]
async fn a_writer_that_meets_its_own_entry_has_won() {
    let (_, journal) = journal();
    let state = PartitionState::default();
    let first = claimed(claim(&journal, &state, "a").await);
    // the same call again, as a retry after a lost response
    assert_eq!(claimed(claim(&journal, &state, "a").await), first);
    assert_eq!(journal.commit(balanced(&first, "x", 1)).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(journal.commit(balanced(&first, "x", 1)).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(journal.read().await.unwrap().commits, 1);
}

#[tokio::test]
async fn a_commit_that_does_not_balance_is_not_written() {
    let (store, journal) = journal();
    let first = claimed(claim(&journal, &PartitionState::default(), "a").await);
    let mut wrong = commit(&first, "x", 3);
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
    put(2, Entry::Commit(Box::new(commit(&other, "x", 1)))).await;
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
                if journal.commit(balanced(&mine, &attempt, 1)).await.unwrap() == CommitOutcome::Committed {
                    return;
                }
            }
        }
    });
    tokio::time::timeout(std::time::Duration::from_secs(60), futures::future::join_all(runs)).await.unwrap();
    let state = journal.read().await.unwrap();
    assert_eq!((state.commits, state.inputs.len(), state.parts.len()), (16, 16, 16));
}
