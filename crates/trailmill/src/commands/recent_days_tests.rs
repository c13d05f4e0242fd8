use daily_aggregator::{DailyAggregator, Options, Request};
use lake_store::MemoryStore;

use super::*;
use crate::stamp::STAMP;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A source with a log file on each of some days.
async fn source(days: &[&str]) -> Arc<dyn Store> {
    let source: Arc<dyn Store> = Arc::new(MemoryStore::new());
    for of in days {
        let path = of.replace('-', "/");
        let name =
            format!("111122223333_CloudTrail_us-east-1_{}T1015Z_0123456789abcdef.json", of.replace('-', ""));
        let key = format!("AWSLogs/111122223333/CloudTrail/us-east-1/{path}/{name}");
        source.create_new(&key, r#"{"Records":[]}"#.into()).await.unwrap();
    }
    source
}

async fn commit(source: &Arc<dyn Store>, lake: &Arc<dyn Store>, of: &str) {
    let stage = DailyAggregator {
        source: Source::survey(source.clone(), "").await.unwrap(),
        lake: lake.clone(),
        options: Options { threads: 1, ..Options::default() },
        proving: None,
        stamp: STAMP,
        progress: Arc::default(),
    };
    stage.run(Table::CloudTrail, day(of), Request::default()).await.unwrap();
}

async fn found(source: &Arc<dyn Store>, lake: &Arc<dyn Store>) -> Option<(Vec<String>, Day)> {
    let source = Source::survey(source.clone(), "").await.unwrap();
    let recent = recent_days(&source, lake, day("2026-11-28")).await.unwrap()?;
    let days: BTreeSet<Day> = recent.partitions.iter().map(|(day, _)| *day).collect();
    Some((days.iter().map(Day::to_string).collect(), recent.first))
}

const DAYS: [&str; 5] = ["2026-03-01", "2026-03-02", "2026-03-04", "2026-10-25", "2026-11-28"];

#[tokio::test]
async fn a_new_lake_looks_at_the_whole_source() {
    let (source, lake): (_, Arc<dyn Store>) = (source(&DAYS).await, Arc::new(MemoryStore::new()));
    assert_eq!(found(&source, &lake).await, None);
    commit(&source, &lake, "2026-11-28").await;
    assert_eq!(
        found(&source, &lake).await,
        None,
        "a lake of the newest days alone knows nothing of older ones"
    );
}

#[tokio::test]
async fn the_newest_days_and_the_days_that_the_lake_has_not_are_looked_at() {
    let (source, lake): (_, Arc<dyn Store>) = (source(&DAYS).await, Arc::new(MemoryStore::new()));
    commit(&source, &lake, "2026-03-02").await;
    commit(&source, &lake, "2026-03-04").await;
    let (days, first) = found(&source, &lake).await.unwrap();
    assert_eq!(
        (days[0].as_str(), days[1].as_str()),
        ("2026-03-03", "2026-03-05"),
        "before the first day: --all"
    );
    // months without a folder in the source have no days
    assert_eq!(days[days.len() - 3..], ["2026-03-31", "2026-10-25", "2026-11-28"]);
    assert_eq!((days.len(), first), (1 + 27 + 2, day("2026-03-02")));
}

#[tokio::test]
async fn months_that_no_run_has_looked_at_are_found_again() {
    let (source, lake): (_, Arc<dyn Store>) =
        (source(&["2026-03-01", "2026-06-10", "2026-11-28"]).await, Arc::new(MemoryStore::new()));
    commit(&source, &lake, "2026-03-01").await;
    let (days, _) = found(&source, &lake).await.unwrap();
    let of_june: Vec<&String> = days.iter().filter(|day| day.starts_with("2026-06")).collect();
    assert_eq!((days.len(), of_june.len()), (30 + 30 + 1, 30), "{days:?}");
}

#[tokio::test]
async fn a_day_that_was_claimed_and_not_committed_is_looked_at_again() {
    let (source, lake): (_, Arc<dyn Store>) = (source(&DAYS).await, Arc::new(MemoryStore::new()));
    for of in DAYS {
        commit(&source, &lake, of).await;
    }
    let (days, _) = found(&source, &lake).await.unwrap();
    assert_eq!((days[0].as_str(), days[1].as_str()), ("2026-03-03", "2026-03-05"));
    lake.delete("_journal/cloudtrail_daily/2026-03-02/000002.json.gz").await.unwrap();
    let (days, first) = found(&source, &lake).await.unwrap();
    assert_eq!((days[0].as_str(), days[1].as_str()), ("2026-03-02", "2026-03-03"));
    assert_eq!(first, day("2026-03-01"));
}
