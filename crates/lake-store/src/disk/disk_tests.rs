use std::io;

use super::*;
use crate::{conformance, list_all};

fn temporary() -> (tempfile::TempDir, DiskStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = DiskStore::open(folder.path()).unwrap();
    (folder, store)
}

/// Writes a file without the store.
fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(content.as_bytes()).unwrap();
}

async fn keys(store: &DiskStore, prefix: &str) -> Vec<String> {
    let page = list_all(store, prefix, Depth::All).await.unwrap();
    page.objects.into_iter().map(|object| object.key).collect()
}

/// Every file below `_staging/`.
fn staging(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder.join(STAGING)).into_iter().filter_map(|entry| entry.ok());
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().display().to_string())
        .collect()
}

fn text(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(below) = source {
        text += &format!(": {below}");
        source = below.source();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_conforms() {
    let (folder, store) = temporary();
    conformance::suite(Arc::new(store)).await;
    assert_eq!(staging(folder.path()), [""; 0], "files left in the staging area");
}

#[tokio::test]
async fn opening_wants_a_folder_and_creating_makes_it() {
    let (folder, _) = temporary();
    let missing = folder.path().join("not/there");
    assert_eq!(DiskStore::open(&missing).unwrap_err().kind, ErrorKind::NotFound);
    let store = DiskStore::create(&missing).unwrap();
    assert_eq!(store.root(), missing);
    DiskStore::create(&missing).unwrap();
    DiskStore::open(&missing).unwrap();

    put(folder.path(), "file", "x");
    for root in ["file", "file/below"] {
        let path = folder.path().join(root);
        for error in [DiskStore::open(&path).unwrap_err(), DiskStore::create(&path).unwrap_err()] {
            assert_eq!(error.kind, ErrorKind::Permanent, "{}", text(&error));
        }
    }
    let error = DiskStore::open(folder.path().join("file")).unwrap_err();
    assert!(text(&error).ends_with("file: it is not a folder: give the folder that holds the objects"));
}

#[tokio::test]
async fn keys_that_leave_the_folder_are_refused() {
    let (folder, _) = temporary();
    let store = DiskStore::create(folder.path().join("lake")).unwrap();
    put(folder.path(), "secret", "outside");
    for key in ["../secret", "a/../../secret", "..", ".", "a/./b", "", "/", "/a", "a/", "a//b", "nul\0byte"] {
        let body = || Bytes::from("x");
        let errors = [
            store.get(key, None).await.unwrap_err(),
            store.get_range(key, 0..1).await.unwrap_err(),
            store.create_new(key, body()).await.unwrap_err(),
            store.stage(key).await.unwrap_err(),
            store.delete(key).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind, ErrorKind::Permanent, "{key:?}: {}", text(&error));
            assert_eq!(error.key, key);
        }
    }
    for prefix in ["../", "../secret", "a/../b", "/", "a//"] {
        assert_eq!(store.list(prefix, Depth::All, None).await.unwrap_err().kind, ErrorKind::Permanent);
        assert_eq!(store.list(prefix, Depth::Level, None).await.unwrap_err().kind, ErrorKind::Permanent);
        assert_eq!(store.abandon_staged(prefix).await.unwrap_err().kind, ErrorKind::Permanent);
    }
    // a string prefix that only looks like one of them
    assert_eq!(store.list("..", Depth::All, None).await.unwrap(), Page::default());
    assert_eq!(fs::read(folder.path().join("secret")).unwrap(), b"outside");
    assert_eq!(fs::read_dir(store.root()).unwrap().count(), 0, "a refused key left something");
}

#[tokio::test]
async fn the_staging_area_is_no_part_of_the_store() {
    let (folder, store) = temporary();
    let mut upload = store.stage("a/b").await.unwrap();
    upload.write(Bytes::from("x")).await.unwrap();
    upload.seal().await.unwrap();
    put(folder.path(), "_staging/orphan", "x");
    put(folder.path(), "_staging2/seen", "x");
    put(folder.path(), "a/_staging/seen", "x");
    assert_eq!(staging(folder.path()).len(), 2);

    assert_eq!(keys(&store, "").await, ["_staging2/seen", "a/_staging/seen"]);
    assert_eq!(keys(&store, "_st").await, ["_staging2/seen"]);
    for prefix in ["_staging/", "_staging/a", "_staging/a/"] {
        assert_eq!(keys(&store, prefix).await, [""; 0], "{prefix}");
        assert_eq!(store.list(prefix, Depth::Level, None).await.unwrap(), Page::default(), "{prefix}");
    }
    let level = store.list("", Depth::Level, None).await.unwrap();
    assert_eq!(level.prefixes, ["_staging2/", "a/"]);
    assert_eq!(store.list("_staging", Depth::Level, None).await.unwrap().prefixes, ["_staging2/"]);
    for key in ["_staging", "_staging/orphan"] {
        assert_eq!(store.get(key, None).await.unwrap_err().kind, ErrorKind::Permanent);
        let created = store.create_new(key, Bytes::new()).await;
        assert_eq!(created.unwrap_err().kind, ErrorKind::Permanent);
        assert_eq!(store.delete(key).await.unwrap_err().kind, ErrorKind::Permanent);
    }
}

#[tokio::test]
async fn uploads_of_a_killed_process_are_abandoned() {
    let (folder, store) = temporary();
    for name in ["a/part-1.0123456789abcdef", "a/part-2.fedcba9876543210", "b/part-1.0123456789abcdef"] {
        put(folder.path(), &format!("_staging/{name}"), "half");
    }
    // not an upload: the file of an object that was being created
    put(folder.path(), "_staging/_new/0123456789abcdef", "half");
    assert_eq!(store.abandon_staged("a/part-1.0").await.unwrap(), 0, "the number is no part of the key");
    assert_eq!(store.abandon_staged("a/").await.unwrap(), 2);
    assert_eq!(store.abandon_staged("").await.unwrap(), 1);
    assert!(staging(folder.path())[0].ends_with("_new/0123456789abcdef"));
    assert_eq!(
        fs::read_dir(folder.path().join(STAGING)).unwrap().count(),
        1,
        "empty folders are tidied away"
    );
}

#[tokio::test]
async fn keys_that_look_like_the_staging_area_are_staged_too() {
    let (folder, store) = temporary();
    let mut kept = store.stage("_new/object").await.unwrap();
    kept.seal().await.unwrap();
    store.create_new("other", Bytes::new()).await.unwrap();
    kept.publish().await.unwrap();
    let dropped = store.stage("_new/object").await.unwrap();
    assert_eq!(store.abandon_staged("_new/").await.unwrap(), 1);
    drop(dropped);
    store.create_new("one more", Bytes::new()).await.unwrap();
    assert_eq!(keys(&store, "").await, ["_new/object", "one more", "other"]);
    assert_eq!(staging(folder.path()), [""; 0]);
}

#[tokio::test]
async fn an_abandoned_upload_is_told_so_and_a_published_one_is_not() {
    let (_folder, store) = temporary();
    let mut upload = store.stage("a").await.unwrap();
    assert_eq!(upload.publish().await.unwrap_err().kind, ErrorKind::Permanent, "not sealed");
    upload.seal().await.unwrap();
    upload.seal().await.unwrap();
    assert_eq!(upload.write(Bytes::new()).await.unwrap_err().kind, ErrorKind::Permanent, "sealed");
    store.abandon_staged("").await.unwrap();
    let error = upload.publish().await.unwrap_err();
    assert_eq!(text(&error), "cannot publish a: it does not exist: the upload was abandoned or aborted");

    let mut upload = store.stage("a").await.unwrap();
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    store.delete("a").await.unwrap();
    upload.publish().await.unwrap();
    assert_eq!(keys(&store, "").await, [""; 0], "publishing again does not bring back what was deleted");
}

#[tokio::test]
async fn a_file_that_was_replaced_is_another_version() {
    let (folder, store) = temporary();
    put(folder.path(), "a", "first");
    let etag = store.list("", Depth::All, None).await.unwrap().objects[0].etag.clone();
    store.get("a", Some(&etag)).await.unwrap();
    let file = File::options().write(true).open(folder.path().join("a")).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified + std::time::Duration::from_nanos(1)).unwrap();
    assert_eq!(store.get("a", Some(&etag)).await.unwrap_err().kind, ErrorKind::Changed, "another time");
    file.set_modified(modified).unwrap();
    store.get("a", Some(&etag)).await.unwrap();
    put(folder.path(), "a", "longer content");
    assert_eq!(store.get("a", Some(&etag)).await.unwrap_err().kind, ErrorKind::Changed, "another content");

    file.set_modified(std::time::UNIX_EPOCH - std::time::Duration::from_secs(1)).unwrap();
    let etag = store.list("", Depth::All, None).await.unwrap().objects[0].etag.clone();
    assert_eq!(store.get("a", Some(&etag)).await.unwrap(), "longer content", "a time before 1970");
}

#[tokio::test]
async fn a_key_cannot_be_a_folder_and_an_object() {
    let (_folder, store) = temporary();
    store.create_new("folder/object", Bytes::new()).await.unwrap();
    for key in ["folder", "folder/object/below"] {
        let error = store.create_new(key, Bytes::new()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permanent, "{}", text(&error));
        let mut upload = store.stage(key).await.unwrap();
        upload.seal().await.unwrap();
        let error = upload.publish().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permanent, "{}", text(&error));
    }
    assert_eq!(keys(&store, "").await, ["folder/object"]);
}

#[tokio::test]
async fn a_folder_that_vanished_is_an_error_and_not_an_empty_store() {
    let (folder, _) = temporary();
    let store = DiskStore::create(folder.path().join("lake")).unwrap();
    fs::remove_dir(store.root()).unwrap();
    for depth in [Depth::All, Depth::Level] {
        for prefix in ["", "a/b/"] {
            let error = store.list(prefix, depth, None).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Permanent);
            assert!(text(&error).ends_with("is gone: mount its disk or restore it"), "{}", text(&error));
        }
    }
    assert_eq!(store.get("a", None).await.unwrap_err().kind, ErrorKind::Permanent);
    assert_eq!(store.create_new("a/b", Bytes::new()).await.unwrap_err().kind, ErrorKind::Permanent);
    assert_eq!(store.stage("a/b").await.unwrap_err().kind, ErrorKind::Permanent);
    assert!(!store.root().exists(), "the folder was made again");
}

#[test]
fn errors_of_the_file_system_are_sorted() {
    use crate::disk::file_io::kind_of;
    use io::ErrorKind as Io;
    for (error, kind) in [
        (Io::NotFound, ErrorKind::NotFound),
        (Io::PermissionDenied, ErrorKind::Denied),
        (Io::ReadOnlyFilesystem, ErrorKind::Denied),
        (Io::Interrupted, ErrorKind::Transient),
        (Io::TimedOut, ErrorKind::Transient),
        (Io::WouldBlock, ErrorKind::Transient),
        (Io::ResourceBusy, ErrorKind::Transient),
        (Io::StaleNetworkFileHandle, ErrorKind::Transient),
        (Io::StorageFull, ErrorKind::Permanent),
        (Io::InvalidFilename, ErrorKind::Permanent),
        (Io::Other, ErrorKind::Permanent),
    ] {
        assert_eq!(kind_of(&error.into()), kind, "{error:?}");
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn too_many_open_files_pass() {
        for number in [23, 24] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(file_io::kind_of(&error), ErrorKind::Transient);
        }
    }

    #[tokio::test]
    async fn links_are_followed_and_a_circle_is_named() {
        let (folder, store) = temporary();
        put(folder.path(), "real/file", "x");
        symlink("real", folder.path().join("link")).unwrap();
        symlink("real/file", folder.path().join("file-link")).unwrap();
        assert_eq!(keys(&store, "").await, ["file-link", "link/file", "real/file"]);
        assert_eq!(store.get("link/file", None).await.unwrap(), "x");
        let level = store.list("", Depth::Level, None).await.unwrap();
        assert_eq!(level.prefixes, ["link/", "real/"]);
        assert_eq!(level.objects.len(), 1);

        symlink("..", folder.path().join("real/circle")).unwrap();
        let error = store.list("", Depth::All, None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permanent);
        assert!(text(&error).contains("real/circle leads back to"), "{}", text(&error));
        assert_eq!(keys(&store, "real/f").await, ["real/file"], "a loop outside the prefix");

        symlink("self", folder.path().join("self")).unwrap();
        for depth in [Depth::All, Depth::Level] {
            let error = store.list("self", depth, None).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Permanent);
            assert!(text(&error).contains("self"), "{}", text(&error));
        }
    }

    #[tokio::test]
    async fn a_link_to_nothing_is_an_error_and_not_a_file_that_is_missing() {
        let (folder, store) = temporary();
        put(folder.path(), "a", "x");
        symlink("nowhere", folder.path().join("b")).unwrap();
        for depth in [Depth::All, Depth::Level] {
            let error = store.list("", depth, None).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Permanent);
            assert!(text(&error).contains("b: it is a broken symbolic link"), "{}", text(&error));
            store.list("a", depth, None).await.unwrap();
        }
    }

    #[tokio::test]
    async fn names_that_are_not_utf_8_are_not_seen() {
        let (folder, store) = temporary();
        put(folder.path(), "seen", "x");
        let odd = OsStr::from_bytes(b"odd-\xff");
        File::create(folder.path().join(odd)).unwrap();
        fs::create_dir(folder.path().join(OsStr::from_bytes(b"folder-\xff"))).unwrap();
        File::create(folder.path().join(OsStr::from_bytes(b"folder-\xff/file"))).unwrap();
        assert_eq!(keys(&store, "").await, ["seen"]);
        let level = store.list("", Depth::Level, None).await.unwrap();
        assert_eq!((level.objects.len(), level.prefixes.len()), (1, 0));
    }

    #[tokio::test]
    async fn a_file_that_may_not_be_read_is_unreadable() {
        let (folder, store) = temporary();
        store.create_new("a", "x".into()).await.unwrap();
        fs::set_permissions(folder.path().join("a"), fs::Permissions::from_mode(0o000)).unwrap();
        if File::open(folder.path().join("a")).is_ok() {
            println!("skipped: this user may read any file, as root may");
            return;
        }
        let error = store.get("a", None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreadable(Unreadable::AccessDenied));
    }

    #[tokio::test]
    async fn a_folder_that_may_not_be_written_is_denied() {
        let (folder, store) = temporary();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        if File::create(folder.path().join("probe")).is_ok() {
            println!("skipped: this user may write to any folder, as root may");
            return;
        }
        assert_eq!(store.create_new("a/b", Bytes::new()).await.unwrap_err().kind, ErrorKind::Denied);
        assert_eq!(store.stage("a/b").await.unwrap_err().kind, ErrorKind::Denied);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
