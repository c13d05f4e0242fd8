use lake_store::{MemoryStore, list_all};

use super::*;
use crate::testing::*;

fn window() -> Window {
    Window::of_day(day())
}

fn wanted() -> BTreeSet<String> {
    BTreeSet::from([cloudtrail_corpus::DigestSigner::cloudtrail().fingerprint()])
}

#[tokio::test]
async fn aws_is_asked_once_for_a_key_which_the_lake_then_has() {
    let (lake, aws) = (Arc::new(MemoryStore::new()), Arc::new(Aws::default()));
    for _run in 0..2 {
        let source = PublicKeysFrom::Aws(aws.clone()).kept_in(lake.clone());
        for _account in 0..3 {
            assert_eq!(source.keys("eu-west-1", &wanted(), window()).await.unwrap().len(), 1);
        }
    }
    let asked = aws.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        asked[0].0 == "eu-west-1" && asked[0].1.from < window().from && asked[0].1.until > window().until
    );
    let kept = list_all(&*lake, "_journal/public_keys/", Depth::All).await.unwrap().objects;
    assert_eq!(kept.len(), 1);
    assert!(kept[0].key.starts_with("_journal/public_keys/eu-west-1/") && kept[0].key.ends_with(".json"));
}

#[tokio::test]
async fn a_fingerprint_that_nobody_knows_is_asked_for_once_in_a_run() {
    let (lake, aws) = (Arc::new(MemoryStore::new()), Arc::new(Aws::default()));
    let source = PublicKeysFrom::Aws(aws.clone()).kept_in(lake);
    let unknown = BTreeSet::from(["ab".repeat(16)]);
    for _account in 0..3 {
        assert_eq!(source.keys("eu-west-1", &unknown, window()).await.unwrap().len(), 1);
    }
    assert_eq!(aws.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_said_each_time_and_not_asked_for_again_in_a_run() {
    let aws = Arc::new(Aws { refuses: true, ..Aws::default() });
    let source = PublicKeysFrom::Aws(aws.clone()).kept_in(Arc::new(MemoryStore::new()));
    for _account in 0..3 {
        let error = source.keys("eu-west-1", &wanted(), window()).await.unwrap_err();
        assert!(error.to_string().contains("access denied"), "{error}");
    }
    assert_eq!(aws.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_auditor_does_not_trust_the_keys_in_the_lake() {
    let (lake, aws) = (Arc::new(MemoryStore::new()), Arc::new(Aws::default()));
    let forged = cloudtrail_corpus::DigestSigner::forger()
        .public_keys_json(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    lake.create_new("_journal/public_keys/eu-west-1/aa.json", forged.into()).await.unwrap();
    let kept = PublicKeysFrom::Aws(aws.clone()).kept_in(lake.clone());
    assert_eq!(kept.keys("eu-west-1", &wanted(), window()).await.unwrap().len(), 2);
    let again = PublicKeysFrom::Aws(aws).asked_again();
    assert_eq!(again.keys("eu-west-1", &wanted(), window()).await.unwrap().len(), 1);
}
