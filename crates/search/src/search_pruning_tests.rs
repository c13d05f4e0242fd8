//! How much of a lake a search leaves unread.

use cloudtrail_corpus::{OrganizationConfig, write_day};

use crate::testing::oracle::Expected;
use crate::testing::world::{World, day};
use crate::{Condition, Explain, Field, Query, Span};

/// A month with two days, in one Parquet file of many row groups.
async fn world() -> (World, Vec<Expected>) {
    let mut world = World::new();
    world.monthly.row_group_rows = 1_000;
    world.monthly.part_rows = u64::MAX;
    let config = OrganizationConfig { files: 100, records: 7_000, ..OrganizationConfig::article_day() };
    for text in ["2026-10-30", "2026-10-31"] {
        write_day(&config, day(text), world.source.path()).unwrap();
    }
    world.daily(&["2026-10-30", "2026-10-31"]).await;
    world.monthly(&["2026-10"]).await;
    let records = world.expected();
    (world, records)
}

fn one(field: Field, wanted: &str) -> Query {
    Query { conditions: vec![Condition { field, any_of: vec![wanted.to_owned()] }], ..Query::default() }
}

/// The text of a field of some record that has it.
fn text_of(records: &[Expected], field: Field) -> String {
    let of = |record: &Expected| record.texts(field).first().cloned();
    records.iter().skip(records.len() / 3).find_map(of).unwrap()
}

async fn explained(world: &World, records: &[Expected], query: &Query) -> Explain {
    world.assert_finds(records, query, "pruned").await;
    world.search(query).await.1.explain
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_read_from_a_row_group_or_two() {
    let (world, records) = world().await;
    let everything = explained(&world, &records, &Query::default()).await;
    assert!(everything.row_groups >= 10, "{everything:?}");
    assert_eq!((everything.by_statistics, everything.by_bloom_filter), (0, 0));

    let by_id = explained(&world, &records, &one(Field::EventId, &text_of(&records, Field::EventId))).await;
    let left = by_id.row_groups - by_id.by_statistics - by_id.by_bloom_filter;
    assert!((1..=2).contains(&left), "{by_id:?}");
    assert!(by_id.bytes < everything.bytes / 2, "{by_id:?} of {everything:?}");
    assert!(by_id.rows_found <= 2 && by_id.rows_decided < 2_500, "{by_id:?}");

    let nothing = explained(&world, &records, &one(Field::AccessKey, "AKIATHEREISNONE")).await;
    assert!(nothing.row_groups - nothing.by_statistics - nothing.by_bloom_filter <= 1, "{nothing:?}");
    let nothing = explained(&world, &records, &one(Field::Region, "zz-there-is-none")).await;
    assert_eq!(nothing.by_statistics + nothing.by_pages, nothing.row_groups, "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_read_from_the_row_groups_that_have_it() {
    let (world, records) = world().await;
    let midnight = day("2026-10-31").midnight().as_microsecond();
    let query = Query { span: Span { from: Some(midnight + 3_600_000_000), to: None }, ..Query::default() };
    let explain = explained(&world, &records, &query).await;
    assert!(explain.by_statistics * 3 >= explain.row_groups, "{explain:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_read_from_the_pages_that_have_it() {
    let (mut world, _) = world().await;
    // pages of a row group need more rows than a page has
    world.monthly.row_group_rows = 1 << 20;
    let config =
        OrganizationConfig { files: 100, records: 20_000, seed: 2, ..OrganizationConfig::article_day() };
    write_day(&config, day("2026-11-10"), world.source.path()).unwrap();
    world.daily(&["2026-11-10"]).await;
    world.monthly(&["2026-11"]).await;
    let records = world.expected();
    let from = day("2026-11-02").midnight().as_microsecond();
    let query = Query { span: Span { from: Some(from), to: None }, ..one(Field::SourceService, "sts") };
    let explain = explained(&world, &records, &query).await;
    assert!(explain.rows_ruled_out > 4_000, "{explain:?}");
    assert!(explain.rows_decided < 12_000, "{explain:?}");
}
