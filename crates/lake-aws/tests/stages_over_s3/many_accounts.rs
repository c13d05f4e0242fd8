//! A large organisation: more accounts than a page of a listing holds.

use std::time::Duration;

use cloudtrail_model::Table;
use daily_aggregator::{ListedFile, Source};
use testkit::s3::Operation;

use crate::buckets::{Buckets, PREFIX, day, key, log_file, tally};

const ACCOUNTS: usize = 1_200;
const REGIONS: [&str; 3] = ["ap-southeast-2", "eu-central-1", "us-east-1"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_of_1200_accounts_is_found_by_listing_the_day_asked_for_and_no_other() {
    let buckets = Buckets::new();
    let mut expected = Vec::new();
    for (account, region) in (0..ACCOUNTS).flat_map(|account| REGIONS.map(|region| (account, region))) {
        for date in ["2025/11/22", "2026/11/21", "2026/11/22", "2026/11/23"] {
            // some accounts have no log files on the day
            if date != "2026/11/22" || account % 10 != 9 {
                let key = key(account, region, date, "a");
                buckets.put(&key, log_file(account));
                expected.extend((date == "2026/11/22").then_some(key));
            }
        }
    }
    // time for many requests to wait at once, if they are sent
    buckets.server.set_latency(Duration::from_millis(20));

    let source = Source::survey(buckets.source.clone(), "").await.unwrap();
    let survey = buckets.server.take_calls();
    assert!(survey.iter().all(|call| !call.key.contains("/20")), "no day is listed to find the layout");
    // the root, two pages of accounts, the kinds of each account, the regions of each kind
    assert_eq!(tally(&survey), [("List".to_owned(), 1 + 2 + 2 * ACCOUNTS)].into());

    let listing = source.list(Table::CloudTrail, day()).await.unwrap();
    let days = buckets.server.take_calls();
    expected.sort_unstable();
    assert!(
        listing.files.iter().map(ListedFile::key).eq(expected.iter().cloned()),
        "{} files",
        listing.files.len()
    );
    assert_eq!((expected.len(), listing.others), (1_080 * REGIONS.len(), 0));
    for call in &days {
        assert_eq!(call.operation, Operation::List);
        assert!(call.key.starts_with(PREFIX) && call.key.ends_with("/2026/11/22/"), "{}", call.key);
    }
    assert_eq!(days.len(), ACCOUNTS * REGIONS.len(), "one for each region of each account");

    let at_once = buckets.server.most_at_once();
    assert!((64..=256).contains(&at_once), "{at_once} listings at once");
}
