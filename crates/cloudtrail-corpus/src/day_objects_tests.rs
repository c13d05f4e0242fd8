use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_model::SourceKey;
use serde_json::Value;

use super::*;
use crate::plain_reader;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn small() -> OrganizationConfig {
    OrganizationConfig {
        accounts: 3,
        regions: 2,
        files: 60,
        records: 600,
        ..OrganizationConfig::article_day()
    }
}

fn log_files(config: &OrganizationConfig, day: Day) -> Vec<GeneratedObject> {
    day_objects(config, day)
        .filter(|object| object.kind == Kind::CloudTrail && object.broken.is_none())
        .collect()
}

fn ids(object: &GeneratedObject) -> Vec<Option<String>> {
    let records = plain_reader::records(&object.body).unwrap();
    records.iter().map(|record| record.get("eventID").and_then(Value::as_str).map(str::to_owned)).collect()
}

#[test]
fn the_article_day_is_what_the_article_says() {
    let config = OrganizationConfig::article_day();
    let files = log_files(&config, day("2026-11-22"));
    assert_eq!(files.len(), 3_911);
    assert_eq!(files.iter().map(|file| file.records).sum::<usize>(), 17_648);
    let small = files.iter().filter(|file| file.body.len() < 1_000).count() * 1_000 / files.len();
    assert!((400..=480).contains(&small), "{small} ‰ of the files are under 1,000 bytes");
    let duplicates = files.iter().map(|file| file.duplicates).sum::<usize>() * 1_000 / 17_648;
    assert!((200..=210).contains(&duplicates), "{duplicates} ‰");
    assert_eq!(files.iter().map(|file| file.conflicts).sum::<usize>(), 2);
    let raw: u64 = files.iter().map(|file| file.raw_bytes).sum();
    assert!((1_000..1_700).contains(&(raw / 17_648)), "{} bytes a record", raw / 17_648);
}

#[test]
fn counts_are_true() {
    let config = OrganizationConfig { odd_files: 7, ..small() };
    let mut texts: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut duplicates, mut no_id, mut pretty, mut conflicts) = (0, 0, 0, 0);
    for file in log_files(&config, day("2026-11-22")) {
        let records = plain_reader::records(&file.body).unwrap();
        assert_eq!(records.len(), file.records, "{}", file.key);
        let text = plain_reader::text(&file.body).unwrap();
        assert_eq!(text.len() as u64, file.raw_bytes, "{}", file.key);
        pretty += usize::from(text.contains(&b'\n'));
        let mut again = 0;
        for record in records {
            // key order is kept nowhere here, but records that differ in it alone are not made
            let text = serde_json::to_vec(&record).unwrap();
            match record.get("eventID").and_then(Value::as_str) {
                None => no_id += 1,
                Some(id) if texts.insert(text) => {
                    conflicts += usize::from(seen.insert(id.to_owned(), 1).is_some());
                }
                Some(_) => again += 1,
            }
        }
        assert_eq!(again, file.duplicates, "{}", file.key);
        duplicates += again;
    }
    assert!((110..=126).contains(&duplicates), "{duplicates}");
    // one of the day's own and an odd one
    assert_eq!((no_id, pretty, conflicts), (2, 2, 2));
}

#[test]
fn keys_are_of_the_day_and_never_repeat() {
    let config = OrganizationConfig { broken_files: 3, odd_files: 3, ..small() };
    let mut keys = BTreeSet::new();
    for object in day_objects(&config, day("2024-02-29")) {
        let key = SourceKey::parse(&object.key).unwrap();
        assert_eq!((key.day.to_string().as_str(), key.kind), ("2024-02-29", object.kind));
        assert_eq!(key.organization.as_deref(), Some("o-7c2m9xk4qp"));
        assert!(cloudtrail_model::LogFileName::parse(&key.file).is_some_and(|name| name.day == key.day));
        assert!(keys.insert(object.key));
    }
    assert_eq!(keys.len(), 60 + 6 + 2 + 3 + 3 + 24);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_day_others() {
    let config = OrganizationConfig { broken_files: 14, odd_files: 7, ..small() };
    let all = |config: &OrganizationConfig, text: &str| day_objects(config, day(text)).collect::<Vec<_>>();
    let first = all(&config, "2026-11-22");
    assert!(first == all(&config, "2026-11-22"));
    let next_day: BTreeSet<_> = all(&config, "2026-11-23").iter().flat_map(ids_or_none).collect();
    let next_seed = all(&OrganizationConfig { seed: 2, ..config }, "2026-11-22");
    let next_seed: BTreeSet<_> = next_seed.iter().flat_map(ids_or_none).collect();
    let first: BTreeSet<_> = first.iter().flat_map(ids_or_none).collect();
    assert!(first.is_disjoint(&next_day) && first.is_disjoint(&next_seed) && first.len() > 400);
}

fn ids_or_none(object: &GeneratedObject) -> Vec<String> {
    if object.records == 0 || object.broken.is_some() {
        vec![]
    } else {
        ids(object).into_iter().flatten().collect()
    }
}

#[test]
fn events_happen_within_a_quarter_of_an_hour_before_delivery_but_for_stragglers() {
    let config = OrganizationConfig { stragglers_per_mille: 0, conflicts: 0, ..small() };
    for file in log_files(&config, day("2026-11-22")) {
        let key = SourceKey::parse(&file.key).unwrap();
        let name = cloudtrail_model::LogFileName::parse(&key.file).unwrap();
        let delivered: jiff::Timestamp =
            format!("2026-11-22T{:02}:{:02}:00Z", name.minute / 60, name.minute % 60).parse().unwrap();
        for record in plain_reader::records(&file.body).unwrap() {
            let time: jiff::Timestamp = record["eventTime"].as_str().unwrap().parse().unwrap();
            let late = delivered.as_second() - time.as_second();
            // a duplicate is as old as its first delivery
            assert!(late >= 5 && (file.duplicates > 0 || late < 900), "{late} s");
        }
    }
}

#[test]
fn stragglers_and_the_edge_of_the_month_have_older_events() {
    let months = |config: &OrganizationConfig, text: &str| {
        let mut days: BTreeMap<String, usize> = BTreeMap::new();
        for file in log_files(config, day(text)) {
            for record in plain_reader::records(&file.body).unwrap() {
                *days.entry(record["eventTime"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
            }
        }
        days
    };
    let edge = OrganizationConfig { stragglers_per_mille: 0, month_edge_per_mille: 100, ..small() };
    assert!(months(&edge, "2026-11-01")["2026-10-31"] > 30);
    let third = months(&edge, "2026-11-03");
    assert!(third["2026-10-31"] > 30 && !third.contains_key("2026-11-01"));
    assert!(!months(&edge, "2026-11-04").contains_key("2026-10-31"));
    let old = months(&OrganizationConfig { stragglers_per_mille: 500, ..small() }, "2026-11-22");
    assert!(old["2026-11-21"] > 100 && old.keys().any(|day| day.as_str() < "2026-11-21"), "{old:?}");
}

#[test]
fn an_empty_day_is_empty() {
    let nothing = OrganizationConfig {
        files: 0,
        insight_files: 0,
        network_activity_files: 0,
        aggregated_files: 0,
        digest_files: 0,
        ..small()
    };
    assert_eq!(day_objects(&nothing, day("2026-11-22")).count(), 0);
}

#[test]
fn broken_kinds_take_turns() {
    let config = OrganizationConfig { broken_files: 1, ..small() };
    let kinds: BTreeSet<BrokenKind> = cloudtrail_model::DayRange::new(day("2026-11-01"), day("2026-11-14"))
        .flat_map(|day| day_objects(&config, day).filter_map(|object| object.broken))
        .collect();
    assert_eq!(kinds.len(), BrokenKind::ALL.len());
}
