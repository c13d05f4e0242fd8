//! Reading: whole objects, ranges, versions.

use super::{Area, noise};
use crate::{ErrorKind, ObjectMeta};

/// A read returns the content that was created.
pub(super) async fn whole(area: &Area) {
    let body = noise(300_001, 1);
    area.create("object", body.clone()).await;
    assert_eq!(area.content("object").await.unwrap(), body, "the content of an object");
    let etag = area.meta("object").await.etag;
    let read = area.store.get(&area.key("object"), Some(&etag)).await.unwrap();
    assert_eq!(read, body, "the content of the version that was listed");
    area.create("empty", "").await;
    assert_eq!(area.content("empty").await.unwrap(), "", "the content of an empty object");
    assert_eq!(area.meta("empty").await.bytes, 0, "the size of an empty object");
}

/// A range is cut at the end of the object.
pub(super) async fn ranges(area: &Area) {
    area.create("object", "0123456789").await;
    area.create("empty", "").await;
    for (name, range, expected) in [
        ("object", 0..10, "0123456789"),
        ("object", 0..1, "0"),
        ("object", 3..7, "3456"),
        ("object", 9..10, "9"),
        ("object", 7..1_000, "789"),
        ("object", 4..4, ""),
        ("object", 10..20, ""),
        ("object", 500..u64::MAX, ""),
        ("empty", 0..10, ""),
    ] {
        let read = area.store.get_range(&area.key(name), range.clone()).await.unwrap();
        assert_eq!(read, expected, "bytes {range:?} of {name}");
    }
}

/// `get_many` returns the same as a `get` of each object, in the same order.
pub(super) async fn many(area: &Area) {
    assert!(area.store.get_many(Vec::new()).await.is_empty(), "no objects");
    area.create("a", "first").await;
    area.create("b", noise(70_000, 2)).await;
    area.create("empty", "").await;
    let (first, second, empty) = (area.meta("a").await, area.meta("b").await, area.meta("empty").await);
    let gone = ObjectMeta { key: "gone".to_owned(), ..first.clone() };
    let changed = ObjectMeta { etag: "no-such-etag".to_owned(), ..first.clone() };
    let asked =
        [second, gone, first, changed, empty].map(|meta| ObjectMeta { key: area.key(&meta.key), ..meta });
    let read = area.store.get_many(asked.to_vec()).await;
    assert_eq!(read.len(), asked.len());
    for ((object, body), asked) in read.into_iter().zip(asked) {
        assert_eq!(object, asked, "the order of what was asked for");
        match (body, area.store.get(&asked.key, Some(&asked.etag)).await) {
            (Ok(body), Ok(alone)) => assert_eq!(body, alone, "the content of {}", asked.key),
            (Err(error), Err(alone)) => assert_eq!((error.kind, error.key), (alone.kind, alone.key)),
            (body, alone) => panic!("{}: {body:?} among others, {alone:?} alone", asked.key),
        }
    }
}

/// A read of another version than the current one is an error.
pub(super) async fn versions(area: &Area) {
    area.create("object", "first").await;
    let first = area.meta("object").await.etag;
    let error = area.store.get(&area.key("object"), Some("no-such-etag")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Changed, "reading a version that never was");

    // in a bucket, an upload does not replace an object
    area.store.delete(&area.key("object")).await.unwrap();
    let mut upload = area.stage("object", &[b"the second"]).await;
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    let second = area.meta("object").await.etag;
    assert_ne!(first, second, "etags of two versions");
    let error = area.store.get(&area.key("object"), Some(&first)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Changed, "reading a version that was replaced");
    let read = area.store.get(&area.key("object"), Some(&second)).await.unwrap();
    assert_eq!(read, "the second", "reading the version that replaced it");
}

/// A described read returns the content, and no metadata that nobody gave.
pub(super) async fn described(area: &Area) {
    area.create("object", "0123456789").await;
    let object = area.store.get_described(&area.key("object")).await.unwrap();
    assert_eq!((&object.body[..], object.metadata.len()), (&b"0123456789"[..], 0));
    let error = area.store.get_described(&area.key("missing")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "reading what is not there");
}

/// A read of a missing object is `NotFound`, with and without an etag.
pub(super) async fn missing(area: &Area) {
    area.create("folder/object", "x").await;
    for name in ["missing", "missing/deeper", "folder", "folder/object/deeper"] {
        let key = area.key(name);
        let error = area.store.get(&key, None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "reading {name}");
        assert_eq!(error.key, key, "the key that the error names");
        if name != "folder" {
            missing_version(area, name).await;
        }
        let error = area.store.get_range(&key, 0..1).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "reading a range of {name}");
    }
}

/// A read of a version of a key prefix is `NotFound`.
pub(super) async fn missing_version_of_folder(area: &Area) {
    area.create("folder/object", "x").await;
    missing_version(area, "folder").await;
}

async fn missing_version(area: &Area, name: &str) {
    let error = area.store.get(&area.key(name), Some("some-etag")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "reading a version of {name}");
}
