//! Searches while runs change the lake.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use lake_store::{Depth, Store, list_all};
use testkit::{Failpoint, Hooked};

use crate::testing::world::{World, day, of, search};
use crate::{Query, SearchError};

fn record(id: &str, time: &str) -> String {
    format!(r#"{{"eventID":"{id}","eventTime":"{time}","eventName":"GetObject"}}"#)
}

/// A month whose second day has a late file that is not in it yet.
async fn world() -> World {
    let world = World::new();
    world.deliver(
        day("2026-10-30"),
        "1",
        &[record("a", "2026-10-30T10:00:00Z"), record("b", "2026-10-30T11:00:00Z")],
    );
    world.deliver(
        day("2026-10-31"),
        "2",
        &[record("c", "2026-10-31T10:00:00Z"), record("b", "2026-10-30T11:00:00Z")],
    );
    world.daily(&["2026-10-30", "2026-10-31"]).await;
    world.monthly(&["2026-10"]).await;
    world.deliver(
        day("2026-10-31"),
        "3",
        &[record("d", "2026-10-31T11:00:00Z"), record("a", "2026-10-30T10:00:00Z")],
    );
    world.daily(&["2026-10-31"]).await;
    world
}

fn ids(lines: &[Vec<u8>]) -> Vec<String> {
    let id = |line: &Vec<u8>| {
        let record: serde_json::Value = serde_json::from_slice(line).unwrap();
        record["eventID"].as_str().unwrap().to_owned()
    };
    lines.iter().map(id).collect()
}

/// Runs a search during which `change` happens before the call that follows `spared` others. Returns the ids that were
/// found, their number if only that is asked for, and whether the search made that call.
async fn searched(
    spared: usize,
    change: fn(Arc<World>) -> futures::future::BoxFuture<'static, ()>,
) -> (Vec<String>, u64, bool) {
    let mut result = (Vec::new(), 0, false);
    for only_number in [false, true] {
        let world = Arc::new(world().await);
        let failpoint = Failpoint::before_call(spared, change(world.clone()));
        let lake: Arc<dyn Store> = Arc::new(Hooked { store: world.lake.clone(), hook: failpoint.clone() });
        let mut lines = Vec::new();
        let mut take = |_, found: crate::Found| {
            lines.push(found.line);
            ControlFlow::Continue(())
        };
        let search = crate::Search { only_number, ..of(lake, Query::default()) };
        let summary =
            search.run(&mut take).await.unwrap_or_else(|error| panic!("after {spared} calls: {error}"));
        match only_number {
            true => result.1 = summary.found,
            false => result.0 = ids(&lines),
        }
        result.2 = failpoint.happened().await;
    }
    result
}

#[tokio::test]
async fn a_month_that_is_written_during_a_search_changes_nothing_that_is_found() {
    let write = |world: Arc<World>| -> futures::future::BoxFuture<'static, ()> {
        Box::pin(async move { world.monthly(&["2026-10"]).await })
    };
    for spared in 0.. {
        let (found, number, happened) = searched(spared, write).await;
        assert_eq!((found.join(" "), number), ("a b c d".to_owned(), 4), "after {spared} calls");
        if !happened {
            assert!(spared > 20, "only {spared} calls");
            return;
        }
    }
}

#[tokio::test]
async fn a_late_file_that_is_committed_during_a_search_is_there_whole_or_not_at_all() {
    let deliver = |world: Arc<World>| -> futures::future::BoxFuture<'static, ()> {
        Box::pin(async move {
            world.deliver(
                day("2026-10-30"),
                "4",
                &[record("e", "2026-10-30T09:00:00Z"), record("b", "2026-10-30T11:00:00Z")],
            );
            world.daily(&["2026-10-30"]).await;
            world.monthly(&["2026-10"]).await;
        })
    };
    let mut results = BTreeSet::new();
    for spared in 0.. {
        let (found, number, happened) = searched(spared, deliver).await;
        let mut sorted = found.clone();
        sorted.sort();
        results.insert(sorted.join(" "));
        assert!((4..=5).contains(&number), "after {spared} calls: {number}");
        if !happened {
            break;
        }
    }
    assert_eq!(results, ["a b c d".to_owned(), "a b c d e".to_owned()].into());
}

#[tokio::test]
async fn a_part_that_somebody_deleted_is_named() {
    for ending in [".parquet", ".ndjson.gz"] {
        let world = world().await;
        let parts = list_all(&*world.lake, "cloudtrail_", Depth::All).await.unwrap().objects;
        let part = parts.iter().rfind(|object| object.key.ends_with(ending)).unwrap();
        world.lake.delete(&part.key).await.unwrap();
        let error = search(world.lake.clone(), Query::default()).await.unwrap_err();
        assert!(matches!(&error, SearchError::Part { key, .. } if *key == part.key), "{error}");
        assert!(error.to_string().contains("trailmill verify"), "{error}");
    }
}

#[tokio::test]
async fn a_damaged_part_is_named() {
    let world = world().await;
    let parts = list_all(&*world.lake, "cloudtrail_", Depth::All).await.unwrap().objects;
    for part in parts {
        let body = world.lake.get(&part.key, None).await.unwrap();
        world.lake.delete(&part.key).await.unwrap();
        world.lake.create_new(&part.key, body.slice(..body.len() - 9)).await.unwrap();
        let result = search(world.lake.clone(), Query::default()).await;
        world.lake.delete(&part.key).await.unwrap();
        world.lake.create_new(&part.key, body).await.unwrap();
        match result {
            Err(error) => assert!(error.to_string().contains(&part.key), "{error}"),
            // the Parquet contains it, so it is not read
            Ok((_, summary)) => assert!(part.key.ends_with(".gz") && summary.found == 4, "{}", part.key),
        }
    }
}
