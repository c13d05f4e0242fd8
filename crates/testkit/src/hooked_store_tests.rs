use std::sync::Mutex;

use lake_store::{DiskStore, MemoryStore};

use super::*;

/// Records calls, and fails some.
#[derive(Debug, Default)]
struct Script {
    heard: Mutex<Vec<String>>,
    refuses_before: &'static str,
    refuses_after: &'static str,
}

impl Script {
    fn hear(&self, moment: &str, call: Call, key: &str, refused: &str) -> Result<()> {
        self.heard.lock().unwrap().push(format!("{moment} {call:?} {key}"));
        if key == refused { Err(StoreError::new(ErrorKind::Denied, "reach", key)) } else { Ok(()) }
    }
}

#[async_trait]
impl Hook for Script {
    async fn before(&self, call: Call, key: &str) -> Result<()> {
        self.hear("before", call, key, self.refuses_before)
    }
    async fn after(&self, call: Call, key: &str) -> Result<()> {
        self.hear("after", call, key, self.refuses_after)
    }
}

/// Reads four objects, the second of which is missing, by one call. Returns the results and the calls of the hook.
async fn read_four(store: impl Store + Clone, script: Script) -> (Vec<String>, Vec<String>) {
    for key in ["a", "b", "c", "d"] {
        store.create_new(key, key.into()).await.unwrap();
    }
    let objects = store.list("", Depth::All, None).await.unwrap().objects;
    store.delete("b").await.unwrap();
    let hook = Arc::new(script);
    let hooked = Hooked { store, hook: hook.clone() };
    let read = hooked.get_many(objects).await.into_iter().map(|(object, body)| match body {
        Ok(body) => format!("{} {}", object.key, String::from_utf8_lossy(&body)),
        Err(error) => format!("{} {:?}", object.key, error.kind),
    });
    (read.collect(), hook.heard.lock().unwrap().clone())
}

#[tokio::test]
async fn the_hook_is_let_in_before_and_after_each_of_many_objects() {
    let folder = tempfile::tempdir().unwrap();
    let on_disk = read_four(DiskStore::open(folder.path()).unwrap(), Script::default()).await;
    assert_eq!(on_disk, read_four(MemoryStore::new(), Script::default()).await);
    let (read, heard) = on_disk;
    assert_eq!(read, ["a a", "b NotFound", "c c", "d d"]);
    let before = ["before Get a", "before Get b", "before Get c", "before Get d"];
    assert_eq!(heard, [&before[..], &["after Get a", "after Get c", "after Get d"]].concat());
}

#[tokio::test]
async fn a_hook_that_refuses_some_of_many_objects_fails_those_alone() {
    let script = Script { refuses_before: "a", refuses_after: "d", ..Script::default() };
    let (read, heard) = read_four(MemoryStore::new(), script).await;
    assert_eq!(read, ["a Denied", "b NotFound", "c c", "d Denied"]);
    assert!(!heard.contains(&"after Get a".to_owned()), "it was never read: {heard:?}");
}

#[test]
fn a_hooked_folder_is_read_as_a_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = DiskStore::open(folder.path()).unwrap();
    let hooked = Hooked { store: store.clone(), hook: Arc::new(Script::default()) };
    assert_eq!(hooked.calls_at_once(), store.calls_at_once());
    assert_eq!(hooked.gets_per_call(), store.gets_per_call());
}
