use super::*;
use crate::testing::world::{World, committed, envelope, gzip, key, lines_of, put, record};
use lake::Outcome;

const DROP: Request =
    Request { rebuild: true, drop_missing: true, retry_quarantined: false, commit_empty: false, until: None };

/// Three files in three commits, each with a part.
async fn three_generations() -> World {
    let world = World::new();
    for (name, numbers) in [("c", 0..10), ("a", 5..20), ("b", 15..30)] {
        world.deliver(name, numbers).await;
        world.commit().await;
    }
    assert_eq!(world.parts().await.len(), 3);
    world
}

#[tokio::test]
async fn a_rebuild_makes_one_generation_of_the_same_lines() {
    let world = three_generations().await;
    let rebuilt = committed(world.rebuild().await.unwrap().outcome);
    assert_eq!((rebuilt.retired, rebuilt.parts.len(), rebuilt.swept), (3, 1, 0));
    let state = world.state().await;
    assert_eq!((state.totals, state.inputs.len()), (rebuilt.totals, 3));
    assert_eq!(rebuilt.totals.records_out, 30);
    assert_eq!(world.parts().await.len(), 1);
    world.assert_settled(&lines_of(0..30), "").await;
}

#[tokio::test]
async fn a_rebuild_of_a_rebuild_gives_the_same_bytes() {
    let world = three_generations().await;
    world.rebuild().await.unwrap();
    let (first_key, first) = world.parts().await.swap_remove(0);
    world.rebuild().await.unwrap();
    let (second_key, second) = world.parts().await.swap_remove(0);
    assert!(first == second && first_key != second_key);
}

#[tokio::test]
async fn a_rebuild_refuses_to_lose_a_file_and_changes_nothing() {
    let world = three_generations().await;
    world.source.delete(&key("b")).await.unwrap();
    let before = world.lake_listing().await;
    match world.rebuild().await.unwrap_err() {
        DailyError::RebuildLoses { count, example } => assert_eq!((count, example), (1, key("b"))),
        other => panic!("{other}"),
    }
    assert_eq!(world.lake_listing().await, before);
    committed(world.try_run(DROP).await.unwrap().outcome);
    world.assert_settled(&lines_of(0..20), "").await;
}

#[tokio::test]
async fn a_rebuild_refuses_a_file_that_broke_since() {
    let world = three_generations().await;
    let before = world.parts().await;
    world.deliver_broken("a").await;
    match world.rebuild().await.unwrap_err() {
        DailyError::RebuildBreaks { key: broken, .. } => assert_eq!(broken, key("a")),
        other => panic!("{other}"),
    }
    assert_eq!(world.parts().await, before);
    assert_eq!(world.lake.staged_count(), 0, "nothing stays staged");
    world.deliver("a", 5..20).await;
    world.rebuild().await.unwrap();
    world.assert_settled(&lines_of(0..30), "").await;
}

#[tokio::test]
async fn a_rebuild_keeps_files_in_quarantine_that_were_there_before() {
    let world = World::new();
    world.deliver("a", 0..3).await;
    world.deliver_broken("b").await;
    world.commit().await;
    let rebuilt = world.rebuild().await.unwrap();
    assert_eq!((rebuilt.quarantined.len(), committed(rebuilt.outcome).totals.files_in), (1, 2));
    assert_eq!(rebuilt.quarantined_earlier, []);
    world.assert_settled(&lines_of(0..3), "").await;
}

#[tokio::test]
async fn a_rebuild_without_any_file_left_empties_the_partition() {
    let world = three_generations().await;
    for name in ["a", "b", "c"] {
        world.source.delete(&key(name)).await.unwrap();
    }
    let emptied = committed(world.try_run(DROP).await.unwrap().outcome);
    assert_eq!((emptied.retired, emptied.parts.len()), (3, 0));
    world.assert_settled(&[], "").await;
}

#[tokio::test]
async fn a_rebuild_forgets_a_broken_file_that_is_gone() {
    let world = World::new();
    world.deliver_broken("a").await;
    world.commit().await;
    world.source.delete(&key("a")).await.unwrap();
    committed(world.try_run(DROP).await.unwrap().outcome);
    assert_eq!(world.run().await, Outcome::UpToDate);
}

#[tokio::test]
async fn a_rebuild_of_an_empty_partition_writes_nothing() {
    let world = World::new();
    assert_eq!(world.rebuild().await.unwrap().outcome, Outcome::UpToDate);
    assert_eq!(world.lake_listing().await, []);
}

#[tokio::test]
async fn a_rebuild_refuses_to_lose_events_of_a_file_that_broke_long_ago() {
    let world = three_generations().await;
    world.deliver_broken("a").await;
    assert_eq!(world.report().await.quarantined.len(), 1);
    let before = world.parts().await;
    match world.rebuild().await.unwrap_err() {
        DailyError::RebuildLosesEvents { count } => assert_eq!(count, 5), // 10..15 are nowhere else
        other => panic!("{other}"),
    }
    assert_eq!(world.parts().await, before);
    world.try_run(DROP).await.unwrap();
    world.assert_settled(&lines_of((0..10).chain(15..30)), "").await;
}

#[tokio::test]
async fn a_rebuild_refuses_to_lose_events_of_a_file_that_shrank() {
    let world = three_generations().await;
    world.deliver("c", 0..3).await;
    match world.rebuild().await.unwrap_err() {
        DailyError::RebuildLosesEvents { count } => assert_eq!(count, 2), // 3 and 4: the rest is in "a" too
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_rebuild_mends_a_damaged_and_a_missing_part() {
    let world = three_generations().await;
    let parts = world.parts().await;
    world.lake.delete(&parts[0].0).await.unwrap();
    put(&world.lake, &parts[1].0, &b"garbage"[..]).await;
    world.rebuild().await.unwrap();
    world.assert_settled(&lines_of(0..30), "").await;
}

#[tokio::test]
async fn a_part_that_differs_from_its_commit_fails_a_run_that_reads_it() {
    let world = three_generations().await;
    let parts = world.parts().await;
    put(&world.lake, &parts[0].0, gzip(b"{\"eventID\":\"x\"}\n")).await;
    world.deliver("d", 40..41).await;
    match world.try_run(Request::default()).await.unwrap_err() {
        DailyError::Part { key, source, .. } => {
            assert_eq!(key, parts[0].0);
            assert!(source.to_string().contains("the journal says"), "{source}");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_rebuild_of_many_accounts_misses_the_records_that_are_gone_and_no_others() {
    let mut world = World::new();
    world.options.part_raw_bytes = 1;
    let key_of = |account: u64| key("a").replace("111122223333", &format!("{account:012}"));
    let file = |account: u64, records: u64| {
        let numbers = account * 100..account * 100 + records;
        envelope(&numbers.map(record).collect::<Vec<_>>())
    };
    for account in 1..=9 {
        put(&world.source, &key_of(account), file(account, 7)).await;
    }
    assert!(world.commit().await.parts.len() > 4);
    let before = world.parts().await;
    // three records fewer of one account in the middle, four of the last, and one account more
    for (account, records) in [(5, 4), (9, 3), (10, 7)] {
        put(&world.source, &key_of(account), file(account, records)).await;
    }
    match world.rebuild().await.unwrap_err() {
        DailyError::RebuildLosesEvents { count } => assert_eq!(count, 7),
        other => panic!("{other}"),
    }
    assert!(world.parts().await == before);
    for account in [5, 9] {
        put(&world.source, &key_of(account), file(account, 8)).await;
    }
    committed(world.rebuild().await.unwrap().outcome);
    let all = (1..=10).flat_map(|account| {
        let records = if [5, 9].contains(&account) { 8 } else { 7 };
        account * 100..account * 100 + records
    });
    world.assert_settled(&lines_of(all), "").await;
}
