use super::*;

async fn is_one_store_by_every_way(store: TestStore) {
    store.put("a", "one").await;
    store.put("a", "two").await;
    assert_eq!(store.get("a", None).await.unwrap(), "two");
    assert_eq!(store.create_new("b", "three".into()).await.unwrap(), Created::Yes);
    let mut upload = store.clone().stage("c").await.unwrap();
    assert_eq!(store.staged_count(), 1);
    let content = objects(&store.content().await).await;
    assert_eq!(content, [("a".to_owned(), "two".into()), ("b".to_owned(), "three".into())]);
    upload.abort().await.unwrap();
    assert_eq!(store.staged_count(), 0);
}

#[tokio::test]
async fn changes_without_a_call_are_visible_in_memory() {
    is_one_store_by_every_way(TestStore::in_memory(MemoryStore::new())).await;
}

#[tokio::test]
async fn changes_without_a_call_are_visible_over_http() {
    is_one_store_by_every_way(TestStore::in_s3(PAGE_SIZE)).await;
}

#[tokio::test]
async fn many_objects_are_read_as_the_store_behind_it_reads_them() {
    let folder = lake_store::DiskStore::open(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    let store = TestStore { store: Arc::new(folder.clone()), ..TestStore::in_memory(MemoryStore::new()) };
    assert!(folder.gets_per_call() > 1 && folder.calls_at_once() < usize::MAX);
    assert_eq!(store.gets_per_call(), folder.gets_per_call());
    assert_eq!(store.calls_at_once(), folder.calls_at_once());
    let objects = store.list("lib", Depth::All, None).await.unwrap().objects;
    let read = store.get_many(objects).await;
    assert!(read[0].1.as_ref().unwrap().starts_with(b"//! "));
}
