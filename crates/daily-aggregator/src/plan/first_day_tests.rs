use super::*;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::Table;
use lake_store::{Meter, Store};
use testkit_stores::TestStore;

async fn store(keys: &[&str]) -> TestStore {
    let store = TestStore::with_page_size(2);
    for key in keys {
        store.create_new(key, Bytes::from_static(b"x")).await.unwrap();
    }
    store
}

async fn first_day(start: &str, keys: &[&str]) -> Option<String> {
    let source = Source::survey(Arc::new(store(keys).await), start).await.unwrap();
    source.first_day().await.unwrap().map(|day| day.to_string())
}

const EAST: &str = "AWSLogs/111122223333/CloudTrail/us-east-1";
const WEST: &str = "x/AWSLogs/o-a/444455556666/CloudTrail-Insight/us-west-2";

#[tokio::test]
async fn the_first_day_of_all_regions_and_tables() {
    let keys = [
        format!("{EAST}/2024/02/29/a.gz"),
        format!("{EAST}/2025/01/01/a.gz"),
        format!("{WEST}/2024/02/28/a.gz"),
        format!("{WEST}/2024/11/01/a.gz"),
    ];
    let keys = keys.each_ref().map(String::as_str);
    assert_eq!(first_day("", &keys).await.unwrap(), "2024-02-28");
    for (start, first) in [
        ("AWSLogs/", Some("2024-02-29")),
        (&format!("{EAST}/2025/"), Some("2025-01-01")),
        (&format!("{WEST}/2024/11/01/"), Some("2024-11-01")),
        (&format!("{WEST}/2024/12/"), None),
        ("y/", None),
    ] {
        assert_eq!(first_day(start, &keys).await.as_deref(), first, "{start}");
    }
}

#[tokio::test]
async fn what_is_no_date_or_has_no_log_file_does_not_count() {
    let keys = [
        "0000/01/01/a.gz",
        "20/24/01/a.gz",
        "2019/00/01/a.gz",
        "2019/13/01/a.gz",
        "2020/02/30/a.gz",
        "2021/01/01/deeper/a.gz",
        // more other objects than fit on a page
        "2022/01/01/1.txt",
        "2022/01/01/2.txt",
        "2022/01/01/3.txt",
        "2023/01/01/1.txt",
        "2023/01/01/2.txt",
        "2023/01/01/3.gz",
        "2024/01/01/a.gz",
    ];
    let keys = keys.map(|date| format!("{EAST}/{date}"));
    let keys = keys.each_ref().map(String::as_str);
    assert_eq!(first_day("", &keys).await.unwrap(), "2023-01-01");
    assert_eq!(first_day("", &keys[..9]).await, None);
    assert_eq!(first_day("", &[]).await, None);
}

#[tokio::test]
async fn loose_files_go_by_their_names() {
    let keys = [
        "case/111122223333_CloudTrail_us-east-1_20261001T2300Z_x.json.gz",
        "case/111122223333_CloudTrail-Insight_us-east-1_20260930T0000Z_y.json.gz",
        "case/20200101_notes.json",
    ];
    assert_eq!(first_day("case/", &keys).await.unwrap(), "2026-09-30");
    assert_eq!(first_day("", &keys).await, None, "not directly below the start");
}

#[tokio::test]
async fn it_lists_the_first_year_month_and_day_only() {
    let metered = Meter::new(TestStore::new());
    for region in 0..10 {
        for date in ["2021/05/01", "2021/05/02", "2021/06/01", "2022/01/01", "2023/01/01"] {
            let key = format!("{EAST}{region}/{date}/a.gz");
            metered.create_new(&key, Bytes::from_static(b"x")).await.unwrap();
        }
    }
    let early = format!("{EAST}3/2020/12/31/a.gz");
    metered.create_new(&early, Bytes::from_static(b"x")).await.unwrap();
    let counters = metered.counters();
    let source = Source::survey(Arc::new(metered), "").await.unwrap();
    assert_eq!(source.tables().into_iter().collect::<Vec<_>>(), [Table::CloudTrail]);
    let before = counters.usage().list.calls;
    assert_eq!(source.first_day().await.unwrap().unwrap().to_string(), "2020-12-31");
    assert_eq!(counters.usage().list.calls - before, 10 + 3, "the regions; one year, month and day");
}

#[tokio::test]
async fn the_last_day_has_a_log_file_too() {
    let keys = [
        format!("{EAST}/2024/02/29/a.gz"),
        format!("{EAST}/2025/01/01/a.gz"),
        format!("{WEST}/2024/11/01/a.gz"),
        format!("{WEST}/2025/01/31/a.txt"),
        format!("{WEST}/2025/13/01/a.gz"),
        format!("{WEST}/other/a.gz"),
    ];
    let keys = keys.each_ref().map(String::as_str);
    let last = async |start: &str, keys: &[&str]| {
        let source = Source::survey(Arc::new(store(keys).await), start).await.unwrap();
        source.last_day().await.unwrap().map(|day| day.to_string())
    };
    assert_eq!(last("", &keys).await.unwrap(), "2025-01-01");
    assert_eq!(last(&format!("{EAST}/2024/"), &keys).await.unwrap(), "2024-02-29");
    assert_eq!(last("x/", &keys).await.unwrap(), "2024-11-01");
    assert_eq!(last("y/", &keys).await, None);
    let loose = ["111122223333_CloudTrail_us-east-1_20261122T1015Z_abc.json.gz"];
    assert_eq!(last("", &loose).await.unwrap(), "2026-11-22");
}
