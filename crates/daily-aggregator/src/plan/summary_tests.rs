use std::sync::Arc;

use lake_store::{MemoryStore, Store};

use super::*;

#[tokio::test]
async fn a_summary_counts_what_trails_deliver_to() {
    let store = MemoryStore::new();
    for folder in [
        "AWSLogs/111122223333/CloudTrail/us-east-1",
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1",
        "AWSLogs/111122223333/CloudTrail-Insight/us-east-1",
        "audit/AWSLogs/o-abc/444455556666/CloudTrail/eu-west-1",
        "audit/AWSLogs/o-abc/444455556666/CloudTrail/us-east-1",
    ] {
        store.create_new(&format!("{folder}/2026/11/22/a.json.gz"), "x".into()).await.unwrap();
    }
    let source = Source::survey(Arc::new(store), "").await.unwrap();
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        source.summary(),
        SourceSummary {
            prefixes: texts(&["", "audit"]),
            organizations: texts(&["o-abc"]),
            accounts: texts(&["111122223333", "444455556666"]),
            regions: texts(&["us-east-1", "eu-west-1"]),
            kinds: BTreeMap::from([("CloudTrail", 3), ("CloudTrail-Insight", 1)]),
            digest_folders: 1,
            is_loose: false,
        }
    );
}
