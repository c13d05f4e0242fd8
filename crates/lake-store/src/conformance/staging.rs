//! Staged uploads: invisible, then whole.

use bytes::Bytes;

use super::{Area, noise, owned};
use crate::{Depth, ErrorKind, Page};

/// An upload is invisible until it is published, then whole; publishing is idempotent.
pub(super) async fn invisible(area: &Area) {
    let mut upload = area.stage("a/b/object", &[b"one ", b"", b"two"]).await;
    unseen(area, "a/b/object", "written").await;
    upload.write(Bytes::from(" three")).await.unwrap();
    upload.seal().await.unwrap();
    unseen(area, "a/b/object", "sealed").await;
    upload.publish().await.unwrap();
    for _ in 0..2 {
        assert_eq!(area.content("a/b/object").await.unwrap(), "one two three", "a published upload");
        assert_eq!(area.names("", Depth::All).await, owned(&["a/b/object"]), "the listing with it");
        assert_eq!(area.meta("a/b/object").await.bytes, 13, "its size");
        upload.publish().await.unwrap();
    }
    upload.abort().await.unwrap();
    drop(upload);
    assert_eq!(abandon(area, "").await, 0, "uploads to abandon after the only one was published");
    assert_eq!(area.content("a/b/object").await.unwrap(), "one two three", "a published upload, aborted");
}

/// An upload to an existing key does not change the object while it is not published. What publishing does then differs: no
/// stage writes a part to a key that exists.
pub(super) async fn existing_key(area: &Area) {
    area.create("object", "old").await;
    let mut upload = area.stage("object", &[b"newer"]).await;
    upload.seal().await.unwrap();
    assert_eq!(area.content("object").await.unwrap(), "old", "before the upload is published");
    upload.abort().await.unwrap();
    assert_eq!(area.content("object").await.unwrap(), "old", "after the upload is aborted");
}

/// An aborted upload leaves nothing, sealed or not.
pub(super) async fn aborted(area: &Area) {
    for sealed in [false, true] {
        let mut upload = area.stage("folder/object", &[b"content"]).await;
        if sealed {
            upload.seal().await.unwrap();
        }
        upload.abort().await.unwrap();
        upload.abort().await.unwrap();
        unseen(area, "folder/object", "aborted").await;
        assert_eq!(abandon(area, "").await, 0, "uploads to abandon after the only one was aborted");
        assert!(upload.publish().await.is_err(), "publishing an aborted upload");
        unseen(area, "folder/object", "aborted").await;
    }
}

/// A dropped upload leaves nothing visible, and `abandon_staged` clears it.
pub(super) async fn dropped(area: &Area) {
    let mut upload = area.stage("folder/object", &[b"content"]).await;
    upload.seal().await.unwrap();
    drop(upload);
    unseen(area, "folder/object", "dropped").await;
    abandon(area, "").await;
    assert_eq!(abandon(area, "").await, 0, "uploads to abandon after all were");
}

/// `abandon_staged` ends all uploads to keys with the prefix, and no others.
pub(super) async fn abandoned(area: &Area) {
    let mut uploads = Vec::new();
    for name in ["day=22/part-1", "day=22/part-10", "day=22/part-2", "day=2/part-1"] {
        let mut upload = area.stage(name, &[name.as_bytes()]).await;
        upload.seal().await.unwrap();
        uploads.push((name, upload));
    }
    area.create("day=22/part-1.committed", "kept").await;
    assert_eq!(abandon(area, "nothing").await, 0, "uploads to a prefix without any");
    assert_eq!(abandon(area, "day=22/part-1").await, 2, "uploads to a string prefix");
    assert_eq!(abandon(area, "day=22/").await, 1, "uploads to a folder");
    assert_eq!(abandon(area, "day=22/").await, 0, "uploads to a folder, again");
    for (name, mut upload) in uploads {
        let published = upload.publish().await;
        if name.starts_with("day=22/") {
            let error = published.expect_err("an abandoned upload was published");
            assert_eq!(error.kind, ErrorKind::NotFound, "publishing an abandoned upload");
        } else {
            published.unwrap();
        }
    }
    let left = owned(&["day=2/part-1", "day=22/part-1.committed"]);
    assert_eq!(area.names("", Depth::All).await, left, "what can be seen after abandoning");
}

/// Two uploads at once do not mix.
pub(super) async fn side_by_side(area: &Area) {
    let mut left = area.stage("left", &[]).await;
    let mut right = area.stage("right", &[]).await;
    for number in 0..50_usize {
        left.write(noise(10_000, number as u64).into()).await.unwrap();
        right.write(noise(9_000, 100 + number as u64).into()).await.unwrap();
    }
    let (sealed_left, sealed_right) = futures::join!(left.seal(), right.seal());
    sealed_left.unwrap();
    sealed_right.unwrap();
    left.publish().await.unwrap();
    unseen_key(area, "right", "sealed next to a published one").await;
    right.publish().await.unwrap();
    let whole =
        |length, from: u64| (from..from + 50).flat_map(|seed| noise(length, seed)).collect::<Vec<u8>>();
    assert!(area.content("left").await.unwrap() == whole(10_000, 0), "the content of the first upload");
    assert!(area.content("right").await.unwrap() == whole(9_000, 100), "the content of the second upload");
}

/// An upload may be empty.
pub(super) async fn empty(area: &Area) {
    let mut upload = area.stage("empty", &[]).await;
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    assert_eq!(area.content("empty").await.unwrap(), "", "the content of an empty upload");
    assert_eq!(area.meta("empty").await.bytes, 0, "the size of an empty upload");
}

/// An upload of several parts of S3, in chunks that do not divide it.
pub(super) async fn large(area: &Area) {
    let body = Bytes::from(noise(17 * 700_001, 3));
    let mut upload = area.stage("large", &[]).await;
    for start in (0..body.len()).step_by(700_001) {
        upload.write(body.slice(start..start + 700_001)).await.unwrap();
    }
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    assert!(area.content("large").await.unwrap() == body, "the content of a large upload");
    assert_eq!(area.meta("large").await.bytes, body.len() as u64, "the size of a large upload");
    let read = area.store.get_range(&area.key("large"), 5_242_870..5_242_900).await.unwrap();
    assert_eq!(read, body.slice(5_242_870..5_242_900), "a range over the border of two parts");
}

async fn abandon(area: &Area, prefix: &str) -> u64 {
    area.store.abandon_staged(&area.key(prefix)).await.unwrap()
}

/// Neither the object nor anything else in the area can be seen.
async fn unseen(area: &Area, name: &str, state: &str) {
    unseen_key(area, name, state).await;
    let all = area.list("", Depth::All).await;
    assert_eq!(all, Page::default(), "everything listed while the only upload is {state}");
}

async fn unseen_key(area: &Area, name: &str, state: &str) {
    assert!(area.content(name).await.is_none(), "{name} can be read while it is {state}");
    for (end, _) in name.match_indices('/').chain([(name.len(), "")]) {
        let level = area.list(&name[..end], Depth::Level).await;
        assert_eq!(level.objects, [], "objects of a level with {name}, which is {state}");
    }
}
