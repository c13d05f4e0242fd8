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
async fn what_is_done_past_the_port_is_seen_through_it_in_memory() {
    is_one_store_by_every_way(TestStore::in_memory(MemoryStore::new())).await;
}

#[tokio::test]
async fn what_is_done_past_the_port_is_seen_through_it_over_http() {
    is_one_store_by_every_way(TestStore::in_s3(PAGE_SIZE)).await;
}
