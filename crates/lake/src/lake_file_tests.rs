use std::sync::Arc;

use async_trait::async_trait;
use lake_store::{MemoryStore, ObjectMeta, Page, StagedUpload};

use super::*;
use crate::Partition;

const NEW: &str = "{\"format\":2,\"readers\":\"listing\"}\n";

async fn text(store: &MemoryStore) -> String {
    String::from_utf8(store.get(LAKE_FILE, None).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_new_lake_gets_its_settings_once() {
    let store = MemoryStore::new();
    assert_eq!(open_lake(&store, None).await.unwrap(), None);
    assert_eq!(read_settings(&store).await.unwrap(), None);
    let settings = create_settings(&store, None).await.unwrap();
    assert_eq!(settings, LakeSettings { format: 2, readers: Readers::Listing });
    assert_eq!(text(&store).await, NEW);
    assert_eq!(open_lake(&store, Some(Readers::Listing)).await.unwrap(), Some(settings));
    assert_eq!(open_lake(&store, None).await.unwrap(), Some(settings));
    // the loser of a race
    assert_eq!(create_settings(&store, None).await.unwrap(), settings);
    assert_eq!(text(&store).await, NEW);
}

#[tokio::test]
async fn explicit_settings_must_be_those_of_the_lake() {
    let store = MemoryStore::new();
    create_settings(&store, None).await.unwrap();
    let error = open_lake(&store, Some(Readers::Iceberg)).await.unwrap_err().to_string();
    assert!(error.contains("are set to listing, and iceberg was asked for"), "{error}");
}

#[tokio::test]
async fn a_lake_that_this_version_cannot_write_is_refused() {
    for (text, said) in [
        (r#"{"format":2,"readers":"iceberg","new":1}"#, "the readers of this lake use iceberg"),
        (
            r#"{"format":3}"#,
            "journal format 3, this version of trailmill reads and writes 2: upgrade trailmill",
        ),
        (r#"{"format":1}"#, "make a new lake from the raw logs"),
        (r#"{"format":2}"#, "is damaged"),
        ("", "is damaged"),
    ] {
        let store = MemoryStore::new();
        store.create_new(LAKE_FILE, text.into()).await.unwrap();
        let error = open_lake(&store, None).await.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let store = MemoryStore::new();
    let error = open_lake(&store, Some(Readers::Iceberg)).await.unwrap_err();
    assert!(matches!(error, LakeError::Readers(Readers::Iceberg)), "{error}");
    assert_eq!(read_settings(&store).await.unwrap(), None, "a lake was made that nobody can write");
}

/// Puts the first entry of a journal, as `version` writes it.
async fn put_claim(store: &MemoryStore, version: u32) -> Partition {
    let partition = Partition::day(Table::Insight, "2026-11-22".parse().unwrap());
    let claim =
        format!(r#"{{"entry":"claim","version":{version},"seq":1,"attempt":"a","time":"t","tool":"x"}}"#);
    let mut member = crate::lines_object::GzipText::new();
    member.text().extend(claim.into_bytes());
    store.create_new(&partition.journal_key(1), member.finish()).await.unwrap();
    partition
}

#[tokio::test]
async fn journals_of_format_1_are_refused_in_one_line_and_nothing_is_changed() {
    let store = MemoryStore::new();
    put_claim(&store, 1).await;
    let error = open_lake(&store, None).await.unwrap_err();
    assert!(matches!(error, LakeError::Format { found: 1 }), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("make a new lake from the raw logs") && said.contains("where they have expired"),
        "{said}"
    );
    assert!(!said.contains('\n'), "{said}");
    assert_eq!(lake_store::list_all(&store, "", Depth::All).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn journals_that_lost_the_lake_file_are_refused() {
    let store = MemoryStore::new();
    let partition = put_claim(&store, 2).await;
    let error = open_lake(&store, None).await.unwrap_err().to_string();
    assert!(
        error.contains(&partition.journal_prefix()) && error.contains("restore it from a backup"),
        "{error}"
    );
}

/// A store that overwrites where it should refuse.
#[derive(Debug)]
struct IgnoresConditions(MemoryStore);

#[async_trait]
impl Store for IgnoresConditions {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> lake_store::Result<Page> {
        self.0.list(prefix, depth, page).await
    }
    async fn get(&self, key: &str, etag: Option<&str>) -> lake_store::Result<Bytes> {
        self.0.get(key, etag).await
    }
    async fn get_range(&self, key: &str, range: std::ops::Range<u64>) -> lake_store::Result<Bytes> {
        self.0.get_range(key, range).await
    }
    async fn get_many(&self, objects: Vec<ObjectMeta>) -> Vec<(ObjectMeta, lake_store::Result<Bytes>)> {
        self.0.get_many(objects).await
    }
    async fn create_new(&self, key: &str, body: Bytes) -> lake_store::Result<Created> {
        self.0.delete(key).await?;
        self.0.create_new(key, body).await
    }
    async fn delete(&self, key: &str) -> lake_store::Result<()> {
        self.0.delete(key).await
    }
    async fn stage(&self, key: &str) -> lake_store::Result<Box<dyn StagedUpload>> {
        self.0.stage(key).await
    }
    async fn abandon_staged(&self, prefix: &str) -> lake_store::Result<u64> {
        self.0.abandon_staged(prefix).await
    }
}

#[tokio::test]
async fn a_store_that_ignores_conditions_is_refused_and_keeps_the_settings_as_they_are() {
    let inner = MemoryStore::new();
    let store = IgnoresConditions(inner.clone());
    for _ in 0..2 {
        let error = open_lake(&store, Some(Readers::Listing)).await.unwrap_err();
        assert!(matches!(error, LakeError::IgnoresConditions), "{error}");
        assert_eq!(text(&inner).await, NEW);
    }
    // a lake that was made on a store that respects them
    let inner = MemoryStore::new();
    create_settings(&inner, None).await.unwrap();
    let error = open_lake(&IgnoresConditions(inner.clone()), None).await.unwrap_err();
    assert!(matches!(error, LakeError::IgnoresConditions), "{error}");
}

#[tokio::test]
async fn of_two_runs_that_make_a_lake_one_adopts_the_settings_of_the_other() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let opened = futures::future::join_all((0..8).map(|_| create_settings(&*store, None))).await;
    assert!(opened.into_iter().all(|settings| settings.unwrap().readers == Readers::Listing));
}
