use super::*;
use crate::testing::world::{World, gzip, key, lines_of, partition, put, record};
use lake::Outcome;

#[tokio::test]
async fn a_first_run_commits_every_record_once() {
    let world = World::new();
    world.deliver("a", 0..10).await;
    world.deliver("b", 5..20).await;
    let report = world.try_run(Request::default()).await.unwrap();
    assert_eq!(report.partition, partition());
    let committed = crate::testing::world::committed(report.outcome);
    let totals = committed.totals;
    assert_eq!((totals.files_in, totals.files_ok, totals.files_quarantined), (2, 2, 0));
    assert_eq!((totals.records_in, totals.records_out, totals.duplicates), (25, 20, 5));
    assert_eq!(committed.parts.len(), 1);
    assert_eq!(totals.raw_bytes_out, committed.parts[0].raw_bytes);
    assert_eq!(world.state().await.totals, totals);
    world.assert_settled(&lines_of(0..20), "").await;
}

#[tokio::test]
async fn a_run_with_nothing_to_do_writes_nothing() {
    let world = World::new();
    assert_eq!(world.run().await, Outcome::UpToDate);
    assert_eq!(world.lake_listing().await, []);
    world.deliver("a", 0..10).await;
    world.commit().await;
    let before = world.lake_listing().await;
    assert_eq!(before.len(), 6, "the lake file, a claim, a commit with inputs and facts, a part: {before:?}");
    assert_eq!(world.run().await, Outcome::UpToDate);
    assert_eq!(world.lake_listing().await, before);
}

#[tokio::test]
async fn records_are_written_byte_for_byte() {
    let odd = [
        r#"{"eventID":"1","x":0.0,"y":1.688E9,"z":9007199254740993}"#,
        r#"{"b":"\u003d\/é","a":null,"a":[]}"#,
        r#"{"eventID":"2","t":"a b\tc  d"}"#,
    ];
    let world = World::new();
    world.deliver_text("a", format!("{{ \"Records\" : [ {} ] }}\n", odd.join(" ,\n ")).as_bytes()).await;
    world.commit().await;
    let mut expected = odd.map(str::to_owned).to_vec();
    expected.sort_unstable();
    world.assert_settled(&expected, "").await;
}

#[tokio::test]
async fn a_late_file_becomes_a_new_part_and_the_first_stays_untouched() {
    let world = World::new();
    world.deliver("b", 0..10).await;
    world.commit().await;
    let first = world.parts().await;
    world.deliver("a", 5..15).await;
    let late = world.commit().await;
    assert_eq!((late.totals.files_in, late.totals.records_out, late.totals.duplicates), (1, 5, 5));
    let parts = world.parts().await;
    assert_eq!((parts.len(), &parts[0]), (2, &first[0]));
    assert_eq!(parts[1].0, late.parts[0].key);
    world.assert_settled(&lines_of(0..15), "").await;
}

#[tokio::test]
async fn a_file_that_was_replaced_is_read_again() {
    let world = World::new();
    world.deliver("a", 0..10).await;
    world.commit().await;
    world.deliver("a", 0..12).await;
    let again = world.commit().await;
    assert_eq!((again.totals.records_in, again.totals.records_out), (12, 2));
    assert_eq!(world.state().await.inputs.len(), 1);
    world.assert_settled(&lines_of(0..12), "").await;
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_kept_across_runs() {
    let world = World::new();
    world.deliver("a", [1]).await;
    world.commit().await;
    let other = record(1).replace("Get", "Put");
    world.deliver_text("b", format!("{{\"Records\":[{other},{}]}}", record(1)).as_bytes()).await;
    let late = world.commit().await;
    assert_eq!((late.totals.conflicts, late.totals.duplicates, late.totals.records_out), (1, 1, 1));
    world.assert_settled(&[record(1), other], "").await;
}

#[tokio::test]
async fn records_without_an_id_are_all_kept() {
    let world = World::new();
    world.deliver_text("a", br#"{"Records":[{"x":1},{"x":1}]}"#).await;
    world.deliver_text("b", br#"{"Records":[{"x":1}]}"#).await;
    assert_eq!(world.commit().await.totals.duplicates, 0);
    world.assert_settled(&vec![r#"{"x":1}"#.to_owned(); 3], "").await;
}

#[tokio::test]
async fn files_without_records_are_committed_without_a_part() {
    let world = World::new();
    world.deliver("a", []).await;
    let committed = world.commit().await;
    assert_eq!((committed.totals.files_ok, committed.parts.len()), (1, 0));
    world.assert_settled(&[], "").await;
}

#[tokio::test]
async fn a_file_of_duplicates_is_committed_without_a_part() {
    let world = World::new();
    world.deliver("a", 0..10).await;
    world.commit().await;
    world.deliver("b", 0..10).await;
    let committed = world.commit().await;
    assert_eq!((committed.totals.duplicates, committed.parts.len()), (10, 0));
    world.assert_settled(&lines_of(0..10), "").await;
}

#[tokio::test]
async fn a_full_part_is_followed_by_the_next() {
    let mut world = World::new();
    world.options.part_raw_bytes = 3_000;
    world.deliver("a", 0..100).await;
    let parts = world.commit().await.parts;
    assert!(parts.len() > 3, "{} parts", parts.len());
    for part in &parts[..parts.len() - 1] {
        assert!((3_000..5_000).contains(&part.raw_bytes), "{part:?}");
    }
    assert_eq!(parts.iter().map(|part| part.records).sum::<u64>(), 100);
    world.assert_settled(&lines_of(0..100), "").await;
}

#[tokio::test]
async fn other_tables_days_and_objects_are_ignored() {
    let world = World::new();
    world.deliver("a", [1]).await;
    let others = [
        key("x").replace("/CloudTrail/", "/CloudTrail-Insight/"),
        key("x").replace("/CloudTrail/", "/CloudTrail-Digest/"),
        key("x").replace("/22/", "/23/"),
        key("x").replace(".json.gz", ".txt"),
    ];
    for other in &others {
        put(&world.source, other, gzip(format!("{{\"Records\":[{}]}}", record(9)).as_bytes())).await;
    }
    let report = world.try_run(Request::default()).await.unwrap();
    assert_eq!((report.others, report.other_example), (1, Some(others[3].clone())));
    world.assert_settled(&[record(1)], "").await;
}

#[tokio::test]
async fn an_orphan_is_swept_even_when_there_is_nothing_else_to_do() {
    let world = World::new();
    world.deliver("a", [1]).await;
    world.commit().await;
    let orphan = format!("{}part-000001-0099.ndjson.gz", partition().prefix());
    put(&world.lake, &orphan, gzip(b"{\"half\":\"a day\"}\n")).await;
    let swept = world.commit().await;
    assert_eq!((swept.swept, swept.totals.files_in), (1, 0));
    world.assert_settled(&[record(1)], "").await;
}

#[tokio::test]
async fn foreign_objects_are_reported_and_not_deleted() {
    let world = World::new();
    world.deliver("a", [1]).await;
    world.commit().await;
    let foreign = ["_SUCCESS", "copy/part-000001-0000.ndjson.gz", "part-0.csv"];
    let foreign = foreign.map(|name| format!("{}{name}", partition().prefix()));
    for key in &foreign {
        put(&world.lake, key, gzip(b"{\"mine\":1}\n")).await;
    }
    let named = [&foreign[0], &format!("{}copy/", partition().prefix()), &foreign[2]].map(String::clone);
    let idle = world.try_run(Request::default()).await.unwrap();
    assert_eq!((idle.outcome, idle.foreign), (Outcome::UpToDate, named.to_vec()));
    world.deliver("b", [2]).await;
    let working = world.try_run(Request::default()).await.unwrap();
    assert!(matches!(working.outcome, Outcome::Committed(_)), "{working:?}");
    assert_eq!(working.foreign, named);
    for key in &foreign {
        world.lake.get(key, None).await.unwrap();
    }
    let problems: Vec<String> =
        world.verify().await.problems.into_iter().map(|problem| problem.what).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    for (problem, key) in problems.iter().zip(&named) {
        assert!(problem.starts_with(&format!("{key}: not a part of this lake")), "{problem}");
    }
}

#[tokio::test]
async fn a_run_over_a_journal_that_lost_its_tail_stops_and_deletes_nothing() {
    let world = World::new();
    world.deliver("a", [1]).await;
    world.commit().await;
    world.deliver("b", [2]).await;
    let lost = world.commit().await.parts.swap_remove(0).key;
    // as after the restore of a backup; and the log file has expired
    for seq in [3, 4] {
        world.lake.delete(&partition().journal_key(seq)).await.unwrap();
    }
    world.source.delete(&key("b")).await.unwrap();
    let before = world.lake_listing().await;
    world.deliver("c", [3]).await;
    for request in [Request::default(), Request { rebuild: true, ..Request::default() }] {
        let error = world.try_run(request).await.unwrap_err();
        assert!(error.to_string().contains(&lost), "{error}");
        assert!(error.to_string().contains("entries 000003 to 000003"), "{error}");
        assert_eq!(error.broken(), Some(lake::Invariant::JournalOnlyGrows));
        assert_eq!(world.lake_listing().await, before, "something was written or deleted");
    }
    let problems = world.verify().await.problems;
    let of_lost: Vec<_> = problems.iter().filter(|problem| problem.what.contains(&lost)).collect();
    assert_eq!(of_lost.len(), 1, "{problems:?}");
    assert!(!of_lost[0].what.contains("trailmill daily"), "verify advises a run: {problems:?}");
    assert!(of_lost[0].what.contains("entries from 000003 on are missing"), "{problems:?}");
}

/// The error of a run whose partition has a missing part, with or without work to do.
async fn assert_missing(world: &World, part: &str) {
    let error = world.try_run(Request::default()).await.unwrap_err();
    assert!(matches!(&error, DailyError::PartMissing { .. }), "{error}");
    let advice = "`trailmill daily --rebuild --day 2026-11-22` makes the day's parts again";
    assert_eq!(error.to_string(), format!("part {part} is missing from the lake; {advice}"));
}

#[tokio::test]
async fn a_part_that_is_gone_is_noticed_by_every_run_and_mended_by_a_rebuild() {
    let world = World::new();
    world.deliver("a", [1]).await;
    let part = world.commit().await.parts.swap_remove(0).key;
    world.lake.delete(&part).await.unwrap();
    let before = world.lake_listing().await;
    assert_missing(&world, &part).await;
    assert_eq!(world.lake_listing().await, before, "nothing to do, nothing claimed");
    world.deliver("b", [2]).await;
    assert_missing(&world, &part).await;
    world.rebuild().await.unwrap();
    world.assert_settled(&lines_of([1, 2]), "").await;
}

#[tokio::test]
async fn a_part_that_cannot_be_read_back_stops_the_run_and_is_named() {
    let world = World::new();
    world.deliver("a", [1]).await;
    let part = world.commit().await.parts.swap_remove(0).key;
    let body = world.lake.get(&part, None).await.unwrap();
    world.deliver("b", [2]).await;
    put(&world.lake, &part, body.slice(..body.len() - 1)).await;
    let error = world.try_run(Request::default()).await.unwrap_err();
    assert!(matches!(&error, DailyError::Part { key, .. } if *key == part), "{error}");
    assert!(error.to_string().contains("`trailmill daily --rebuild --day 2026-11-22`"), "{error}");
    put(&world.lake, &part, body).await;
    world.commit().await;
    world.assert_settled(&lines_of([1, 2]), "").await;
}
