//! Creating and deleting.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Area, noise, owned};
use crate::{Created, Depth};

/// Writers of the race.
const WRITERS: usize = 16;

/// Creating an existing object does not change it.
pub(super) async fn existing(area: &Area) {
    area.create("object", "first").await;
    let before = area.meta("object").await;
    for body in ["second", "first", ""] {
        let created = area.store.create_new(&area.key("object"), Bytes::from(body)).await.unwrap();
        assert_eq!(created, Created::Exists, "creating what exists");
    }
    assert_eq!(area.content("object").await.unwrap(), "first", "the content after creating it again");
    assert_eq!(area.meta("object").await, before, "the listing after creating it again");
}

/// Of many concurrent writers exactly one creates the object, with its own content.
pub(super) async fn race(area: &Area) {
    for round in 0..8_u64 {
        let key = area.key(&format!("folder-{round}/object"));
        let start = Arc::new(Barrier::new(WRITERS));
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (store, key, start) = (area.store.clone(), key.clone(), start.clone());
            writers.spawn(async move {
                let body = Bytes::from(noise(50_000 + writer * 1_000, round * 100 + writer as u64));
                start.wait().await;
                let created = store.create_new(&key, body.clone()).await.unwrap();
                let seen = store.get(&key, None).await.unwrap();
                (created, body, seen)
            });
        }
        let outcomes = writers.join_all().await;
        let won: Vec<&Bytes> = outcomes
            .iter()
            .filter(|(created, ..)| *created == Created::Yes)
            .map(|(_, body, _)| body)
            .collect();
        assert_eq!(won.len(), 1, "writers that were told they created the object");
        for (_, _, seen) in &outcomes {
            assert!(seen == won[0], "a writer of the race read something else than the winner's content");
        }
        assert!(area.store.get(&key, None).await.unwrap() == won[0], "the content is the winner's");
    }
    assert_eq!(area.names("", Depth::All).await.len(), 8, "objects after eight races");
}

/// A deleted object is gone, may be deleted again, and its key may be created again.
pub(super) async fn deleting(area: &Area) {
    area.create_all(&owned(&["a/deleted", "a/kept", "b"])).await;
    for _ in 0..2 {
        area.store.delete(&area.key("a/deleted")).await.unwrap();
        assert!(area.content("a/deleted").await.is_none(), "a deleted object is not found");
        assert_eq!(area.names("", Depth::All).await, owned(&["a/kept", "b"]), "the listing after a deletion");
    }
    for name in ["never/was", "a", "b/deeper"] {
        area.store.delete(&area.key(name)).await.unwrap();
    }
    assert_eq!(area.names("", Depth::All).await, owned(&["a/kept", "b"]), "deleting what is no object");
    area.create("a/deleted", "again").await;
    assert_eq!(area.content("a/deleted").await.unwrap(), "again", "the content of an object created again");
}
