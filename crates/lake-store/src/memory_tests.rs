use std::sync::Arc;

use super::*;
use crate::conformance;

#[tokio::test]
async fn a_store_in_memory_conforms() {
    conformance::suite(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_store_with_small_pages_conforms() {
    conformance::suite(Arc::new(MemoryStore::with_page_size(7))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_conforms_on_several_threads() {
    conformance::suite(Arc::new(MemoryStore::with_page_size(100))).await;
}

async fn filled(page_size: usize, keys: &[&str]) -> MemoryStore {
    let store = MemoryStore::with_page_size(page_size);
    for key in keys {
        store.create_new(key, Bytes::new()).await.unwrap();
    }
    store
}

fn keys(page: &Page) -> Vec<&str> {
    page.objects.iter().map(|object| object.key.as_str()).collect()
}

#[tokio::test]
async fn objects_and_prefixes_share_a_page() {
    let store = filled(2, &["a", "b/1", "b/2", "c", "d/1"]).await;
    let first = store.list("", Depth::Level, None).await.unwrap();
    assert_eq!((keys(&first), &first.prefixes[..]), (vec!["a"], &["b/".to_owned()][..]));
    let second = store.list("", Depth::Level, first.next.as_deref()).await.unwrap();
    assert_eq!((keys(&second), &second.prefixes[..]), (vec!["c"], &["d/".to_owned()][..]));
    assert_eq!(second.next, None, "a full last page has no token");
}

#[tokio::test]
async fn a_listing_continues_after_its_last_entry_despite_additions_and_deletions() {
    let store = filled(2, &["b", "c", "d", "e"]).await;
    let first = store.list("", Depth::All, None).await.unwrap();
    assert_eq!(keys(&first), ["b", "c"]);
    store.delete("c").await.unwrap();
    store.delete("d").await.unwrap();
    for key in ["a", "bb", "cc"] {
        store.create_new(key, Bytes::new()).await.unwrap();
    }
    let second = store.list("", Depth::All, first.next.as_deref()).await.unwrap();
    assert_eq!(keys(&second), ["cc", "e"]);
}

#[tokio::test]
async fn a_common_prefix_is_given_once_even_if_it_gets_more_keys() {
    let store = filled(1, &["a/1", "b/1"]).await;
    let first = store.list("", Depth::Level, None).await.unwrap();
    assert_eq!(first.prefixes, ["a/"]);
    store.create_new("a/\u{10ffff}\u{10ffff}", Bytes::new()).await.unwrap();
    let second = store.list("", Depth::Level, first.next.as_deref()).await.unwrap();
    assert_eq!(second.prefixes, ["b/"]);
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn the_token_of_something_else_is_refused() {
    for token in ["", "x", "😀"] {
        let error = MemoryStore::new().list("a", Depth::All, Some(token)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permanent, "{token:?}");
    }
}

#[tokio::test]
async fn every_content_has_an_etag_of_its_own() {
    let store = filled(10, &["a"]).await;
    let etag = async || store.list("", Depth::All, None).await.unwrap().objects[0].etag.clone();
    let first = etag().await;
    store.delete("a").await.unwrap();
    store.create_new("a", Bytes::new()).await.unwrap();
    assert_ne!(first, etag().await, "the same bytes, created again");
}

#[tokio::test]
async fn a_clone_is_the_same_store_and_counts_its_uploads() {
    let store = MemoryStore::new();
    let other = store.clone();
    let mut published = store.stage("a/1").await.unwrap();
    let mut aborted = store.stage("a/2").await.unwrap();
    let forgotten = store.stage("a/3").await.unwrap();
    assert_eq!(other.staged_count(), 3);
    published.seal().await.unwrap();
    published.publish().await.unwrap();
    aborted.abort().await.unwrap();
    drop(forgotten);
    assert_eq!(other.staged_count(), 1, "a dropped upload stays, as in a bucket");
    assert_eq!(other.abandon_staged("a/").await.unwrap(), 1);
    assert_eq!(store.staged_count(), 0);
    assert_eq!(other.get("a/1", None).await.unwrap(), "");
}

#[tokio::test]
async fn keys_that_s3_rejects_are_rejected() {
    let store = MemoryStore::new();
    let longest = "k".repeat(1_024);
    assert_eq!(store.create_new(&longest, Bytes::new()).await.unwrap(), Created::Yes);
    for key in ["", &format!("{longest}k")] {
        let error = store.create_new(key, Bytes::new()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permanent);
        assert_eq!(store.stage(key).await.unwrap_err().kind, ErrorKind::Permanent);
    }
}

#[tokio::test]
async fn an_upload_is_written_then_sealed_then_published() {
    let store = MemoryStore::new();
    let mut upload = store.stage("a").await.unwrap();
    assert_eq!(upload.publish().await.unwrap_err().kind, ErrorKind::Permanent);
    upload.seal().await.unwrap();
    assert_eq!(upload.write(Bytes::new()).await.unwrap_err().kind, ErrorKind::Permanent);
    upload.publish().await.unwrap();
    upload.seal().await.unwrap();
}

#[tokio::test]
async fn a_snapshot_is_equal_and_independent() {
    let store = MemoryStore::new();
    store.create_new("a", Bytes::from_static(b"1")).await.unwrap();
    drop(store.stage("b").await.unwrap());
    let snapshot = store.snapshot();
    let all = async |of: &MemoryStore| of.list("", Depth::All, None).await.unwrap();
    assert_eq!((all(&snapshot).await, snapshot.staged_count()), (all(&store).await, 1));
    snapshot.create_new("c", Bytes::from_static(b"3")).await.unwrap();
    assert_eq!((all(&snapshot).await.objects.len(), all(&store).await.objects.len()), (2, 1));
}
