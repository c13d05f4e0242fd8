use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use lake_store::{Created, Depth, Meter, ObjectMeta, Page, Result, StagedUpload, Store};
use testkit_stores::TestStore;

use crate::{NotSearched, Source};

/// A store with access logs directly in a folder, a thousand on each page. They are made as they are listed.
#[derive(Debug)]
struct WithAccessLogs {
    others: TestStore,
    folder: &'static str,
    pages: usize,
}

impl WithAccessLogs {
    async fn ten_million(folder: &'static str, others: &[&str]) -> Self {
        Self::new(10_000, folder, others).await
    }

    async fn new(pages: usize, folder: &'static str, others: &[&str]) -> Self {
        let store = WithAccessLogs { others: TestStore::new(), folder, pages };
        for key in others {
            store.others.put(key, "x").await;
        }
        store.others.put(&format!("{folder}2026-11-22-00-00-00-000000"), "x").await;
        store
    }
}

#[async_trait]
impl Store for WithAccessLogs {
    async fn list(&self, prefix: &str, depth: Depth, page: Option<&str>) -> Result<Page> {
        if prefix != self.folder {
            return self.others.list(prefix, depth, page).await;
        }
        let number = page.map_or(0, |page| page.parse::<usize>().unwrap());
        if number == self.pages {
            // in the order of keys, folders with letters come after access logs with digits
            let rest = self.others.list(prefix, depth, None).await?;
            return Ok(Page { objects: Vec::new(), ..rest });
        }
        let object = |at| ObjectMeta {
            key: format!("{prefix}2026-11-22-{number:05}-{at:03}"),
            bytes: 1,
            etag: "etag".to_owned(),
        };
        Ok(Page {
            objects: (0..1_000).map(object).collect(),
            prefixes: vec![],
            next: Some((number + 1).to_string()),
        })
    }
    async fn get(&self, _: &str, _: Option<&str>) -> Result<Bytes> {
        unreachable!()
    }
    async fn get_range(&self, _: &str, _: Range<u64>) -> Result<Bytes> {
        unreachable!()
    }
    async fn create_new(&self, _: &str, _: Bytes) -> Result<Created> {
        unreachable!()
    }
    async fn stage(&self, _: &str) -> Result<Box<dyn StagedUpload>> {
        unreachable!()
    }
    async fn abandon_staged(&self, _: &str) -> Result<u64> {
        unreachable!()
    }
    async fn delete(&self, _: &str) -> Result<()> {
        unreachable!()
    }
}

/// Surveys a store. Returns the regions, the folders not searched, and the number of listings.
async fn surveyed(store: impl Store + 'static, start: &str) -> (Vec<String>, NotSearched, u64) {
    let metered = Meter::new(store);
    let counters = metered.counters();
    let source = Source::survey(Arc::new(metered), start).await.unwrap();
    let regions = source.layout.regions.iter().map(|(region, _)| region.clone()).collect();
    (regions, source.not_searched().clone(), counters.usage().list.calls)
}

async fn holding(keys: &[&str]) -> TestStore {
    let store = TestStore::with_page_size(2);
    for key in keys {
        store.put(key, "x").await;
    }
    store
}

fn not_searched<const N: usize>(folders: [&str; N]) -> NotSearched {
    NotSearched { count: N as u64, examples: folders.map(str::to_owned).to_vec() }
}

const TRAIL: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/";
const LOG: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/a.gz";

/// The listings of the way to the region of [`TRAIL`]: `AWSLogs/`, the account, the kind.
const TO_THE_REGION: u64 = 3;

#[tokio::test]
async fn ten_million_access_logs_next_to_awslogs_are_not_listed() {
    let store = WithAccessLogs::ten_million("access-logs/", &[LOG]).await;
    let (regions, left, listings) = surveyed(store, "").await;
    assert_eq!((regions, left), (vec![TRAIL.to_owned()], not_searched(["access-logs/"])));
    assert_eq!(listings, 1 + 2 + TO_THE_REGION, "the top; access-logs/AWSLogs/ and access-logs/o-");
}

#[tokio::test]
async fn ten_million_access_logs_in_the_folder_of_awslogs_are_left_after_a_page() {
    for folder in ["", "logs/"] {
        let control_tower = format!("{folder}o-abc/AWSLogs/o-abc/222233334444/CloudTrail/eu-west-1/");
        let log = format!("{control_tower}2026/11/22/a.gz");
        let store = WithAccessLogs::ten_million(folder, &[&format!("{folder}{LOG}"), &log]).await;
        let (regions, left, listings) = surveyed(store, folder).await;
        assert_eq!(regions, [format!("{folder}{TRAIL}"), control_tower], "{folder}");
        assert_eq!(left, not_searched([if folder.is_empty() { "/" } else { folder }]));
        // the first page, AWSLogs/ and o-; of o-abc/ AWSLogs/ and o-, then itself, AWSLogs/, o-abc/, the account, the kind
        assert_eq!(listings, 3 + TO_THE_REGION + 2 + 5, "{folder}");
    }
}

#[tokio::test]
async fn ten_million_access_logs_are_left_after_a_page_where_the_trail_has_a_prefix() {
    let store = WithAccessLogs::ten_million("access-logs/", &[&format!("trails/{LOG}")]).await;
    let (regions, left, listings) = surveyed(store, "").await;
    assert_eq!((regions, left), (vec![format!("trails/{TRAIL}")], not_searched(["access-logs/"])));
    assert_eq!(listings, 1 + 3 + 1 + TO_THE_REGION, "the top; access-logs/, AWSLogs/ and o- in it; trails/");
}

#[tokio::test]
async fn a_trail_behind_pages_of_access_logs_is_found_if_there_is_no_other() {
    let store = WithAccessLogs::new(3, "", &[&format!("trails/{LOG}")]).await;
    let (regions, left, _) = surveyed(store, "").await;
    assert_eq!((regions, left), (vec![format!("trails/{TRAIL}")], NotSearched::default()));
}

#[tokio::test]
async fn a_second_trail_in_a_folder_next_to_awslogs_is_found() {
    let trails = [
        "AWSLogs/111122223333/CloudTrail/us-east-1/",
        "AWSLogs/team/AWSLogs/111122223333/CloudTrail/us-east-1/",
        "a/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/",
        // next to a second trail a third
        "a/b/AWSLogs/111122223333/CloudTrail/us-east-1/",
        "b/o-abc/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/",
        "o-abc/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/",
    ];
    let mut keys = trails.map(|trail| format!("{trail}2026/11/22/a.gz")).to_vec();
    keys.push("access-logs/2026/11/22/a".to_owned());
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (regions, left, _) = surveyed(holding(&keys).await, "").await;
    assert_eq!(regions, trails);
    assert_eq!(left, not_searched(["access-logs/", "b/"]), "of b/ only the organisation's folder");
    // without one at the top, they are found level by level
    let (regions, left, _) = surveyed(holding(&keys[2..]).await, "").await;
    assert_eq!(regions, trails[2..]);
    assert_eq!(left, NotSearched::default());
}

#[tokio::test]
async fn what_lies_deeper_next_to_awslogs_is_not_searched_unless_it_is_named() {
    let deep = format!("team/trails/{TRAIL}");
    let store = holding(&[LOG, &format!("{deep}2026/11/22/a.gz")]).await;
    let (regions, left, _) = surveyed(store.clone(), "").await;
    assert_eq!((regions, left), (vec![TRAIL.to_owned()], not_searched(["team/"])));
    for start in ["team/", "team/trails/", &deep] {
        let (regions, left, _) = surveyed(store.clone(), start).await;
        assert_eq!((regions, left), (vec![deep.clone()], NotSearched::default()), "{start}");
    }
}

#[tokio::test]
async fn folders_deeper_than_four_levels_are_not_searched() {
    let keys = [format!("a/{LOG}"), "data/2026/11/22/13/x".to_owned(), "data/2026/11/22/14/x".to_owned()];
    let keys = keys.each_ref().map(String::as_str);
    let (regions, left, _) = surveyed(holding(&keys).await, "").await;
    assert_eq!(regions, [format!("a/{TRAIL}")]);
    assert_eq!(left, not_searched(["data/2026/11/22/13/", "data/2026/11/22/14/"]));
}

#[tokio::test]
async fn of_many_folders_not_searched_the_first_five_are_named() {
    let mut keys: Vec<String> = (0..20).map(|number| format!("backup-{:02}/x", number * 7 % 20)).collect();
    keys.push(LOG.to_owned());
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (_, left, _) = surveyed(holding(&keys).await, "").await;
    assert_eq!(left.count, 20);
    assert_eq!(left.examples, ["backup-00/", "backup-01/", "backup-02/", "backup-03/", "backup-04/"]);
    let text = "20 folders (backup-00/, backup-01/, backup-02/, backup-03/, backup-04/ and 15 more)";
    assert_eq!(left.to_string(), text);
    assert_eq!(not_searched(["a/"]).to_string(), "1 folder (a/)");
}

#[tokio::test]
async fn a_folder_of_loose_log_files_is_read_to_its_end_and_counts_as_searched() {
    let names = ["a", "b", "c", "d", "e"]
        .map(|n| format!("case/111122223333_CloudTrail_us-east-1_20261122T1005Z_{n}.json"));
    let keys = names.each_ref().map(String::as_str);
    let source = Source::survey(Arc::new(holding(&keys).await), "case/").await.unwrap();
    let day = "2026-11-22".parse().unwrap();
    assert_eq!(source.list(cloudtrail_model::Table::CloudTrail, day).await.unwrap().files.len(), 5);
    assert_eq!(*source.not_searched(), NotSearched::default());
}
