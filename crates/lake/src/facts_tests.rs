use std::sync::Arc;

use lake_store::{MemoryStore, Store};

use super::*;
use crate::testing::attempts::{STAMP, day, input};
use crate::{Attempt, Changes, Input, InputsWriter, Partition};
use cloudtrail_model::Table;

/// Commits log files without records, each given by its account, region and name.
async fn commit(lake: &Arc<dyn Store>, files: &[(u64, &str, &str)]) -> Journal {
    let journal = Journal::new(lake.clone(), Partition::day(Table::CloudTrail, day()));
    let state = journal.read().await.unwrap();
    let inputs: Vec<Input> = files
        .iter()
        .map(|(account, region, name)| {
            let key = format!("AWSLogs/{account:012}/CloudTrail/{region}/2026/11/22/{name}.json.gz");
            Input { records: 0, raw_bytes: 0, ..input(&key) }
        })
        .collect();
    let attempt = Attempt::begin(lake.clone(), journal.clone(), &state, STAMP).await.unwrap().unwrap();
    let changes = Changes { inputs: InputsWriter::write_all(&inputs), ..Changes::default() };
    attempt.finish(changes).await.unwrap();
    journal
}

#[tokio::test]
async fn log_files_are_counted_by_account_and_region_over_all_commits() {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::new());
    commit(&lake, &[(1, "eu-west-1", "a"), (2, "us-east-1", "a")]).await;
    let journal = commit(&lake, &[(1, "eu-west-1", "b")]).await;
    let state = journal.read_outline().await.unwrap();
    let files = journal.read_facts(&state).await.unwrap();
    let place = |account: u64, region: &str| (format!("{account:012}"), region.to_owned());
    assert_eq!(files, [(place(1, "eu-west-1"), 2), (place(2, "us-east-1"), 1)].into());
}

#[tokio::test]
async fn missing_facts_are_damage_and_never_no_facts() {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let journal = commit(&lake, &[(1, "eu-west-1", "a")]).await;
    let state = journal.read_outline().await.unwrap();
    let of = &state.inputs_of[0];
    lake.delete(&journal.partition().facts_key(of.seq, &of.attempt)).await.unwrap();
    let error = journal.read_facts(&state).await.unwrap_err();
    assert!(error.to_string().contains("is missing"), "{error}");
}
