use std::collections::BTreeSet;

use super::*;
use crate::plain_reader;

fn ids(object: &GeneratedObject) -> Vec<String> {
    let records = plain_reader::records(&object.body).unwrap();
    records.iter().filter_map(|record| Some(record.get("eventID")?.as_str()?.to_owned())).collect()
}

#[test]
fn late_files_bring_new_records_and_some_of_the_first_delivery() {
    let config =
        OrganizationConfig { files: 40, records: 400, late_files: 6, ..OrganizationConfig::default() };
    let day: Day = "2026-11-22".parse().unwrap();
    let first: Vec<GeneratedObject> =
        day_objects(&config, day).filter(|o| o.kind == Kind::CloudTrail).collect();
    let keys: BTreeSet<&str> = first.iter().map(|object| object.key.as_str()).collect();
    let known: BTreeSet<String> = first.iter().flat_map(ids).collect();
    let late: Vec<GeneratedObject> = late_arrivals(&config, day).collect();
    assert_eq!(late.len(), 6);
    let mut new = BTreeSet::new();
    for object in &late {
        assert!(object.late && !keys.contains(object.key.as_str()));
        assert_eq!(cloudtrail_model::SourceKey::parse(&object.key).unwrap().day, day);
        let (old, fresh): (Vec<String>, Vec<String>) =
            ids(object).into_iter().partition(|id| known.contains(id));
        assert_eq!((old.len(), old.len() + fresh.len()), (object.duplicates, object.records));
        assert!(!fresh.is_empty() && fresh.into_iter().all(|id| new.insert(id)));
    }
    assert!(late.iter().any(|object| object.duplicates > 0));
    assert!(late_arrivals(&config, day).eq(late));
}

#[test]
fn a_day_without_files_has_no_late_ones() {
    let config = OrganizationConfig { files: 0, ..OrganizationConfig::default() };
    assert_eq!(late_arrivals(&config, "2026-11-22".parse().unwrap()).count(), 0);
}
