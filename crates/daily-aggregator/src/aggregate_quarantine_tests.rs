use super::*;
use crate::testing::world::{World, committed, key, lines_of};
use lake::Outcome;

const RETRY: Request = Request {
    rebuild: false,
    drop_missing: false,
    retry_quarantined: true,
    commit_empty: false,
    until: None,
};

/// Asserts that a run had nothing to do, and that it names the files that earlier runs quarantined.
fn assert_up_to_date(report: DayReport, quarantined_earlier: &[LeftOutFile]) {
    assert_eq!((report.outcome, report.quarantined), (Outcome::UpToDate, vec![]));
    assert_eq!(report.quarantined_earlier, quarantined_earlier);
}

#[tokio::test]
async fn a_broken_file_is_quarantined_and_the_others_are_read() {
    let world = World::new();
    world.deliver("a", 0..5).await;
    world.deliver_broken("b").await;
    world.deliver("c", 5..9).await;
    let report = world.report().await;
    let detail = "not JSON: at byte 0 there should be an object".to_owned();
    let quarantined = vec![LeftOutFile { key: key("b"), reason: "not_json".into(), detail }];
    assert_eq!((&report.quarantined, report.quarantined_earlier.len()), (&quarantined, 0));
    let totals = committed(report.outcome).totals;
    assert_eq!((totals.files_in, totals.files_ok, totals.files_quarantined), (3, 2, 1));
    assert_up_to_date(world.report().await, &quarantined);
    world.assert_settled(&lines_of(0..9), "").await;
}

#[tokio::test]
async fn nothing_of_a_broken_file_gets_into_the_lake() {
    let world = World::new();
    let text = format!(r#"{{"Records":[{},{},"#, lines_of([1])[0], lines_of([2])[0]);
    world.deliver_text("a", text.as_bytes()).await;
    assert_eq!(world.report().await.quarantined[0].reason, "truncated_json");
    world.assert_settled(&[], "").await;
}

#[tokio::test]
async fn a_broken_file_is_read_again_once_it_was_replaced() {
    let world = World::new();
    world.deliver_broken("a").await;
    world.commit().await;
    world.deliver("a", 0..3).await;
    let replaced = world.report().await;
    assert!(replaced.quarantined.is_empty() && replaced.quarantined_earlier.is_empty());
    assert_eq!(committed(replaced.outcome).totals.records_out, 3);
    assert_up_to_date(world.report().await, &[]);
    world.assert_settled(&lines_of(0..3), "").await;
}

#[tokio::test]
async fn a_retry_reads_broken_files_again_and_only_those() {
    let mut world = World::new();
    world.deliver("a", 0..3).await;
    world.deliver("large", 3..60).await;
    world.options.limits.max_raw_bytes = 2_000;
    assert_eq!(world.report().await.quarantined[0].reason, "too_large");
    let before = world.lake_listing().await;
    let still = world.try_run(RETRY).await.unwrap().quarantined_earlier;
    assert_eq!(still[0].reason, "too_large");
    assert_up_to_date(world.try_run(RETRY).await.unwrap(), &still);
    assert_eq!(world.lake_listing().await, before, "a retry with the same verdict writes nothing");
    world.options.limits.max_raw_bytes = 200_000;
    assert_up_to_date(world.report().await, &still);
    let retried = world.try_run(RETRY).await.unwrap();
    assert!(retried.quarantined.is_empty() && retried.quarantined_earlier.is_empty());
    let totals = committed(retried.outcome).totals;
    assert_eq!((totals.files_in, totals.records_out), (1, 57));
    assert_up_to_date(world.try_run(RETRY).await.unwrap(), &[]);
    world.assert_settled(&lines_of(0..60), "").await;
}

#[tokio::test]
async fn earlier_broken_files_are_named_apart_from_new_ones() {
    let world = World::new();
    world.deliver_broken("a").await;
    let first = world.report().await.quarantined;
    world.deliver_broken("b").await;
    let second = world.report().await;
    assert_eq!(second.quarantined.iter().map(|file| &file.key).collect::<Vec<_>>(), [&key("b")]);
    assert_eq!(second.quarantined_earlier, first);
    let quarantined = [first, second.quarantined].concat();
    assert_up_to_date(world.report().await, &quarantined);
}

#[tokio::test]
async fn a_good_file_that_is_replaced_by_a_broken_one_keeps_its_records() {
    let world = World::new();
    world.deliver("a", 0..3).await;
    world.commit().await;
    world.deliver_broken("a").await;
    assert_eq!(world.report().await.quarantined.len(), 1);
    world.assert_settled(&lines_of(0..3), "").await;
}
