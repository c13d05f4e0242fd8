use cloudtrail_corpus::{OrganizationConfig, write_day, write_late_arrivals};
use fastrand::Rng;

use super::*;
use crate::testing::oracle::Expected;
use crate::testing::queries;
use crate::testing::world::{World, day, of, search};
use crate::{Condition, Field, Found, Span};

/// Random queries in each state of a lake.
const QUERIES: usize = 200;

/// Records that no reader expects.
const ODD: &[&str] = &[
    r#"{"eventID":"odd-1","eventTime":"2026-10-31T10:00:00Z","sourceIPAddress":7,"userIdentity":"root","eventName":["GetObject"],"resources":{"ARN":"x"}}"#,
    r#"{"eventID":"odd-2","eventTime":"2026-10-31T10:00:00.5Z","sourceIPAddress":null,"errorCode":"","eventName":"GetObject","eventName":"PutObject"}"#,
    r#"{"eventID":"odd-3","eventTime":"yesterday","sourceIPAddress":"192.0.2.7","userIdentity":{"arn":"arn:aws:iam::1:user\/al\u0069ce","accessKeyId":true}}"#,
    r#"{"eventID":"odd-4","userIdentity":{"sessionContext":{"sessionIssuer":{"arn":["arn:aws:iam::1:role/admin"],"userName":"admin"}}},"awsRegion":{"a":"\ud800"}}"#,
    r#"{"eventID":"odd-5","eventTime":"2026-10-31T23:59:59.999999Z","resources":[null,7,{"ARN":"arn:aws:s3:::odd"},{"ARN":null,"ARNPrefix":"arn:aws:s3:::odd/"}],"requestParameters":"arn:aws:s3:::odd"}"#,
    r#"{"eventTime":"2026-10-31T10:00:00Z","sourceIPAddress":"192.0.2.7","userIdentity":{"arn":"x","arn":"y","principalId":"AROA:\u0041"}}"#,
    r#"{"eventID":"odd-6","eventTime":"2026-10-31T10:00:00+05:30","requestParameters":{"\ud800":[[["deep\/er"]]],"n":1.50,"t":true},"unknown":{"text":"a\nb"}}"#,
    r#"{"eventID":"odd-7","eventTime":"2012-01-01T00:00:00Z","eventName":"TooOld","userAgent":"\u001b[2J"}"#,
    r#"{"eventID":"odd-8","eventTime":"2026-12-24T00:00:00Z","eventName":"FromTheFuture"}"#,
];

const DAYS: [&str; 4] = ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"];

fn small() -> OrganizationConfig {
    OrganizationConfig {
        files: 30,
        records: 300,
        stragglers_per_mille: 100,
        month_edge_per_mille: 60,
        awkward_per_mille: 60,
        late_files: 4,
        ..OrganizationConfig::article_day()
    }
}

/// A source of days on both sides of the edge of a month.
fn delivered() -> World {
    let world = World::new();
    for text in DAYS {
        write_day(&small(), day(text), world.source.path()).unwrap();
    }
    world.deliver(day("2026-10-31"), "odd", ODD);
    world
}

async fn assert_queries(world: &World, records: &[Expected], context: &str, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    world.assert_finds(records, &Query::default(), context).await;
    for number in 0..QUERIES {
        let query = queries::query(records, &mut rng);
        world.assert_finds(records, &query, &format!("{context}, seed {seed}, query {number}")).await;
    }
}

fn query(field: Field, wanted: &str) -> Query {
    Query { conditions: vec![Condition { field, any_of: vec![wanted.to_owned()] }], ..Query::default() }
}

fn ids(found: &[(Table, Found)]) -> Vec<String> {
    let id = |line: &[u8]| -> String {
        let record: serde_json::Value = serde_json::from_slice(line).unwrap();
        record["eventID"].as_str().unwrap().to_owned()
    };
    found.iter().map(|(_, found)| id(&found.line)).collect()
}

fn record(id: &str, time: &str) -> String {
    format!(
        r#"{{"eventID":"{id}","eventTime":"{time}","eventName":"GetObject","eventSource":"s3.amazonaws.com"}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_what_a_plain_matcher_finds_in_days_alone() {
    let world = delivered();
    world.daily(&DAYS).await;
    assert_queries(&world, &world.expected(), "days", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_what_a_plain_matcher_finds_in_months() {
    let world = delivered();
    world.daily(&DAYS).await;
    world.monthly(&["2026-10", "2026-11"]).await;
    let (_, summary) = world.search(&Query::default()).await;
    assert_eq!(summary.explain.daily_parts, 0, "every record is in a month");
    assert_queries(&world, &world.expected(), "months", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_what_a_plain_matcher_finds_in_months_that_late_files_follow() {
    let world = delivered();
    world.daily(&DAYS[..3]).await;
    // November is not written, and the late events of October in its days come later
    world.monthly(&["2026-10"]).await;
    for text in DAYS {
        write_late_arrivals(&small(), day(text), world.source.path()).unwrap();
    }
    world.daily(&DAYS).await;
    let (_, summary) = world.search(&Query::default()).await;
    assert!(summary.explain.daily_parts > 0 && summary.explain.monthly_parts > 0);
    assert!(summary.explain.daily_contained > 0, "parts that the month was made from are passed over");
    assert_queries(&world, &world.expected(), "late files", 3).await;
    world.monthly(&["2026-10", "2026-11"]).await;
    assert_queries(&world, &world.expected(), "months after late files", 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_what_a_plain_matcher_finds_in_real_log_files() {
    let Some(samples) = testkit::samples_dir() else { return };
    let world = World::new();
    let records = crate::testing::oracle::records(&samples.join("org"));
    let days: std::collections::BTreeSet<String> = walkdir_days(&samples.join("org"));
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    world.daily_with(&samples.join("org"), &days, daily_aggregator::Request::default()).await;
    assert_queries(&world, &records, "real days", 5).await;
    world.monthly(&["2020-09", "2020-10"]).await;
    assert_queries(&world, &records, "real months", 6).await;
}

/// The delivery days of a folder of log files.
fn walkdir_days(root: &std::path::Path) -> std::collections::BTreeSet<String> {
    let oracle = testkit::Oracle::read(root).unwrap();
    oracle.partitions.into_keys().map(|(_, day)| day.to_string()).collect()
}

#[tokio::test]
async fn records_come_in_the_order_of_time() {
    let world = delivered();
    world.daily(&DAYS).await;
    world.monthly(&["2026-10"]).await;
    let (found, _) = world.search(&Query::default()).await;
    let instants: Vec<i64> = found
        .iter()
        .filter(|(table, _)| *table == Table::CloudTrail)
        .filter_map(|(_, found)| found.instant)
        .collect();
    assert!(instants.len() > 700 && instants.is_sorted());
}

#[tokio::test]
async fn a_copy_that_was_delivered_again_is_found_once_in_every_state() {
    let world = World::new();
    let (a, b) = (record("a", "2026-10-30T23:59:00Z"), record("b", "2026-10-31T01:00:00Z"));
    // the first copy comes late, below the day after
    world.deliver(day("2026-10-31"), "1", &[&a, &b]);
    world.daily(&["2026-10-31"]).await;
    world.monthly(&["2026-10"]).await;
    // then the one on the day itself, and another late one in the next month
    world.deliver(day("2026-10-30"), "2", &[&a]);
    world.deliver(day("2026-11-02"), "3", &[&a, &b]);
    world.daily(&["2026-10-30", "2026-11-02"]).await;
    let all = Query::default();
    assert_eq!(ids(&world.search(&all).await.0), ["a", "b"]);
    assert_eq!(world.number(&all).await, 2);
    world.monthly(&["2026-10", "2026-11"]).await;
    assert_eq!(ids(&world.search(&all).await.0), ["a", "b"]);
}

#[tokio::test]
async fn an_undated_copy_is_found_once() {
    let world = World::new();
    let undated = r#"{"eventID":"u","eventTime":"never"}"#;
    world.deliver(day("2026-10-31"), "1", &[undated]);
    world.deliver(day("2026-11-01"), "2", &[undated]);
    world.daily(&["2026-10-31", "2026-11-01"]).await;
    assert_eq!(ids(&world.search(&Query::default()).await.0), ["u"]);
    world.monthly(&["2026-10"]).await;
    assert_eq!(ids(&world.search(&Query::default()).await.0), ["u"]);
    let since = Query { span: Span { from: Some(0), to: None }, ..Query::default() };
    assert_eq!(world.search(&since).await.0, [], "it is at no time");
}

#[tokio::test]
async fn a_day_that_was_rebuilt_hides_what_the_month_was_made_from() {
    let world = World::new();
    world.deliver(
        day("2026-10-30"),
        "1",
        &[record("a", "2026-10-30T10:00:00Z"), r#"{"eventTime":"2026-10-30T11:00:00Z"}"#.to_owned()],
    );
    world.deliver(day("2026-10-30"), "2", &[record("b", "2026-10-30T12:00:00Z")]);
    world.deliver(day("2026-10-31"), "3", &[record("c", "2026-10-31T12:00:00Z")]);
    world.daily(&["2026-10-30", "2026-10-31"]).await;
    world.monthly(&["2026-10"]).await;
    assert_eq!(world.number(&Query::default()).await, 4);
    let rebuilt = tempfile::tempdir().unwrap();
    let only = World { source: rebuilt, lake: world.lake.clone(), monthly: world.monthly };
    only.deliver(
        day("2026-10-30"),
        "1",
        &[record("a", "2026-10-30T10:00:00Z"), r#"{"eventTime":"2026-10-30T11:00:00Z"}"#.to_owned()],
    );
    let request = daily_aggregator::Request {
        rebuild: true,
        drop_missing: true,
        ..daily_aggregator::Request::default()
    };
    only.daily_with(only.source.path(), &["2026-10-30"], request).await;
    let (found, _) = world.search(&Query::default()).await;
    let lines: Vec<_> = found.iter().map(|(_, found)| String::from_utf8_lossy(&found.line)).collect();
    assert_eq!(lines.len(), 3, "b was dropped, and the record without an id is there once: {lines:?}");
    assert_eq!(world.number(&Query::default()).await, 3);
}

#[tokio::test]
async fn a_limit_gives_the_earliest() {
    let world = World::new();
    let records: Vec<String> =
        (10..20).rev().map(|hour| record(&hour.to_string(), &format!("2026-10-30T{hour}:00:00Z"))).collect();
    world.deliver(day("2026-10-30"), "1", &records);
    world.daily(&["2026-10-30"]).await;
    for monthly in [false, true] {
        if monthly {
            world.monthly(&["2026-10"]).await;
        }
        let mut all = Vec::new();
        let mut take = |table, found| {
            all.push((table, found));
            ControlFlow::Continue(())
        };
        let limited = Search { limit: Some(3), ..of(world.lake.clone(), Query::default()) };
        assert_eq!(limited.run(&mut take).await.unwrap().found, 3);
        assert_eq!(ids(&all), ["10", "11", "12"], "with Parquet: {monthly}");
        let number = Search { only_number: true, ..limited };
        assert_eq!(number.run(&mut |_, _| ControlFlow::Continue(())).await.unwrap().found, 3);
    }
}

#[tokio::test]
async fn a_lake_without_anything_has_nothing_in_it() {
    let world = World::new();
    let (found, summary) = world.search(&Query::default()).await;
    assert_eq!((found.len(), summary.found, summary.explain.months), (0, 0, 0));
    assert_eq!(search(world.lake.clone(), query(Field::Ip, "x")).await.unwrap().1.found, 0);
}
