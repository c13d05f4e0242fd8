use super::*;
use bytes::Bytes;
use lake_store::Meter;
use testkit_stores::TestStore;

const ALL: RangeInclusive<Day> = Day::FIRST..=Day::LAST;

async fn store(keys: &[&str]) -> Arc<dyn Store> {
    let store = TestStore::with_page_size(2);
    for key in keys {
        store.create_new(key, Bytes::from_static(b"x")).await.unwrap();
    }
    Arc::new(store)
}

const KEYS: [&str; 9] = [
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/22/a.json.gz",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/23/b.json.gz",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/c.json.gz",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/notes.txt",
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/22/d.json.gz",
    "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/11/22/i.json.gz",
    "AWSLogs/111122223333/Config/us-east-1/2026/11/22/x.json.gz",
    "backup/o-a1/AWSLogs/o-a1/444455556666/CloudTrail/us-east-1/2026/11/22/e.json.gz",
    "other/deep/deeper/still/more/and/more/x.gz",
];

async fn listed(source: &Source, table: Table, day: &str) -> Vec<String> {
    let listing = source.list(table, day.parse().unwrap()).await.unwrap();
    listing.files.iter().map(|file| file.key().rsplit('/').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_layout_in_a_bucket_is_found() {
    let source = Source::survey(store(&KEYS).await, "").await.unwrap();
    assert_eq!(
        listed(&source, Table::CloudTrail, "2026-11-22").await,
        ["a.json.gz", "c.json.gz", "e.json.gz"]
    );
    assert_eq!(listed(&source, Table::Insight, "2026-11-22").await, ["i.json.gz"]);
    assert_eq!(listed(&source, Table::CloudTrail, "2026-11-24").await, Vec::<String>::new());
    let days: Vec<String> =
        source.days(&ALL).await.unwrap().iter().map(|(day, table)| format!("{day} {table}")).collect();
    assert_eq!(days, ["2026-11-22 cloudtrail", "2026-11-22 cloudtrail_insight", "2026-11-23 cloudtrail"]);
}

#[tokio::test]
async fn a_trail_whose_own_prefix_begins_with_awslogs_is_found_next_to_one_without() {
    let keys = [
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/22/a.json.gz",
        "AWSLogs/team/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/22/b.json.gz",
    ];
    for (start, found) in [("", &["a.json.gz", "b.json.gz"][..]), ("AWSLogs/team/", &["b.json.gz"])] {
        let source = Source::survey(store(&keys).await, start).await.unwrap();
        assert_eq!(listed(&source, Table::CloudTrail, "2026-11-22").await, found, "{start}");
    }
}

#[tokio::test]
async fn whether_a_day_has_log_files_is_what_its_listing_says() {
    let mut keys = KEYS.to_vec();
    // a folder of nothing but other objects, more of them than fit on a page
    let others = ["1", "2", "3"]
        .map(|name| format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/24/{name}.txt"));
    keys.extend(others.iter().map(String::as_str));
    let source = Source::survey(store(&keys).await, "").await.unwrap();
    for day in ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"] {
        for table in [Table::CloudTrail, Table::Insight, Table::Aggregated] {
            let listed = !listed(&source, table, day).await.is_empty();
            assert_eq!(
                source.has_log_files(table, day.parse().unwrap()).await.unwrap(),
                listed,
                "{table} {day}"
            );
        }
    }
    let loose = store(&["111122223333_CloudTrail_us-east-1_20261122T1005Z_abc.json.gz"]).await;
    let source = Source::survey(loose, "").await.unwrap();
    assert!(source.has_log_files(Table::CloudTrail, "2026-11-22".parse().unwrap()).await.unwrap());
    assert!(!source.has_log_files(Table::CloudTrail, "2026-11-23".parse().unwrap()).await.unwrap());
}

#[tokio::test]
async fn other_objects_are_counted_and_one_is_named() {
    let source = Source::survey(store(&KEYS).await, "").await.unwrap();
    let listing = source.list(Table::CloudTrail, "2026-11-22".parse().unwrap()).await.unwrap();
    assert_eq!((listing.others, listing.files.len()), (1, 3));
    assert!(listing.other_example.unwrap().ends_with("notes.txt"));
}

#[tokio::test]
async fn a_start_at_any_depth_restricts_the_listing() {
    let all = store(&KEYS).await;
    for (start, on_22, on_23) in [
        ("AWSLogs/", 2, 1),
        ("backup/", 1, 0),
        ("backup/o-a1/AWSLogs/o-a1/", 1, 0),
        ("AWSLogs/111122223333/CloudTrail/", 2, 1),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/", 1, 1),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/", 1, 1),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/23/", 0, 1),
        ("AWSLogs/111122223333/Config/", 0, 0),
    ] {
        let source = Source::survey(all.clone(), start).await.unwrap();
        assert_eq!(listed(&source, Table::CloudTrail, "2026-11-22").await.len(), on_22, "{start}");
        assert_eq!(listed(&source, Table::CloudTrail, "2026-11-23").await.len(), on_23, "{start}");
        let days = source.days(&ALL).await.unwrap();
        let cloudtrail = days.iter().filter(|(_, table)| *table == Table::CloudTrail).count();
        assert_eq!(cloudtrail, usize::from(on_22 > 0) + usize::from(on_23 > 0), "{start}");
    }
}

#[tokio::test]
async fn only_the_years_and_months_asked_for_are_listed() {
    let keys = ["2019/12/31", "2020/01/01", "2020/11/30", "2020/12/01", "2021/01/01", "odd", "20/20/12/01"]
        .map(|date| format!("AWSLogs/111122223333/CloudTrail/us-east-1/{date}/a.json.gz"));
    let metered = Meter::new(TestStore::new());
    for key in &keys {
        metered.create_new(key, Bytes::from_static(b"x")).await.unwrap();
    }
    let counters = metered.counters();
    let source = Source::survey(Arc::new(metered), "").await.unwrap();
    for (first, last, found, years, months) in [
        ("2020-11-30", "2020-12-01", 2, 1, 2),
        ("2020-01-02", "2020-11-29", 0, 1, 2),
        ("2020-12-01", "9999-12-31", 2, 2, 2),
        ("2022-01-01", "9999-12-31", 0, 0, 0),
    ] {
        let before = counters.usage().list.calls;
        let days = source.days(&(first.parse().unwrap()..=last.parse().unwrap())).await.unwrap();
        assert_eq!(days.len(), found, "{first} to {last}: {days:?}");
        let listings = counters.usage().list.calls - before;
        assert_eq!(listings, 1 + years + months, "{first} to {last}: the region, its years, their months");
    }
    assert_eq!(source.days(&ALL).await.unwrap().len(), 5);
}

#[tokio::test]
async fn loose_files_go_by_their_names() {
    let keys = [
        "case/811596193553_CloudTrail_us-east-1_20260930T2300Z_x.json.gz",
        "case/811596193553_CloudTrail-Insight_us-east-1_20261001T0000Z_y.json.gz",
        "case/readme.json",
    ];
    let source = Source::survey(store(&keys).await, "case/").await.unwrap();
    assert_eq!(listed(&source, Table::CloudTrail, "2026-09-30").await.len(), 1);
    assert_eq!(listed(&source, Table::Insight, "2026-10-01").await.len(), 1);
    let listing = source.list(Table::CloudTrail, "2026-09-30".parse().unwrap()).await.unwrap();
    let file = listing.files.get(0).unwrap();
    assert_eq!((file.above(), file.key().as_str(), file.account()), ("case/", keys[0], "811596193553"));
    assert_eq!(file.identity(), &keys[0]["case/".len()..]);
    assert_eq!(source.days(&ALL).await.unwrap().len(), 2);
    assert!(Source::survey(store(&["case/readme.json"]).await, "case/").await.unwrap().is_empty());
}

#[tokio::test]
async fn loose_files_of_several_days_on_several_pages() {
    let name =
        |account, day, n| format!("case/{account:012}_CloudTrail_us-east-1_202609{day}T0000Z_{n}.json");
    let keys: Vec<String> = (0..3)
        .flat_map(|account| [10, 11, 12].map(|day| (account, day)))
        .flat_map(|(account, day)| [0, 1, 2].map(|n| name(account, day, n)))
        .collect();
    let source =
        Source::survey(store(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await, "case/").await;
    let listing = source.unwrap().list(Table::CloudTrail, "2026-09-11".parse().unwrap()).await.unwrap();
    let expected: Vec<&String> = keys.iter().filter(|key| key.contains("_20260911T")).collect();
    assert!(listing.files.iter().map(|file| file.key()).eq(expected.into_iter().cloned()));
    assert_eq!(listing.files.len(), 9);
}

#[tokio::test]
async fn more_regions_and_files_than_a_page() {
    let mut keys = Vec::new();
    for account in 0..25 {
        for file in 0..5 {
            keys.push(format!("AWSLogs/{account:012}/CloudTrail/us-east-1/2026/11/22/{file}.json.gz"));
        }
    }
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let source = Source::survey(store(&keys).await, "").await.unwrap();
    assert_eq!(listed(&source, Table::CloudTrail, "2026-11-22").await.len(), 125);
}
