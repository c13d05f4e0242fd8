use cloudtrail_model::{Month, Table};
use lake_store::MemoryStore;

use super::*;
use crate::testing::world::{World, day, october, record};
use crate::{Options, Rows};

fn keys(groups: &[Vec<&Part>]) -> Vec<Vec<String>> {
    groups.iter().map(|group| group.iter().map(|part| part.key.clone()).collect()).collect()
}

fn part(key: &str, days: &[&str]) -> Part {
    let mut part = Part { key: key.to_owned(), ..Part::default() };
    days.iter().for_each(|of| part.event_days.add(day(of), None));
    part
}

#[test]
fn parts_with_a_common_event_day_are_read_together() {
    let parts = [
        part("c", &["2026-10-09"]),
        part("a", &["2026-10-01", "2026-10-03"]),
        part("b", &["2026-10-03", "2026-10-05"]),
        part("d", &["2026-10-09"]),
        part("e", &[]),
    ];
    let found = keys(&groups(&parts));
    assert_eq!(found, [vec!["e"], vec!["a", "b"], vec!["c", "d"]]);
}

/// A store with one object of these lines, and its part.
async fn stored(lines: &[String]) -> (Arc<dyn Store>, Part) {
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let rows = Rows::of(Table::CloudTrail, day("2026-10-10"), lines.iter().map(String::as_bytes)).unwrap();
    let body = rows.to_parquet(&Options::default()).unwrap();
    let part = Part { bytes: body.len() as u64, records: lines.len() as u64, ..part("a", &["2026-10-10"]) };
    lake.create_new("a", body.into()).await.unwrap();
    (lake, part)
}

#[tokio::test]
async fn copies_are_found_in_any_number_of_rounds() {
    let line = |number| record(number, "2026-10-10T00:00:00Z");
    let mut lines: Vec<String> = (0..20).map(line).collect();
    let undated = r#"{"eventID":"a","eventTime":"1970-01-01T00:00:00Z"}"#.to_owned();
    lines.extend([undated.clone(), undated]);
    let partition = Partition::month(Table::CloudTrail, Month::new(2026, 10).unwrap());
    let (lake, unique) = stored(&lines).await;
    for at_once in [1, 5, 100] {
        let found = read_in_rounds(&lake, partition, &[&unique], at_once).await;
        assert_eq!(
            found.copies,
            BTreeMap::new(),
            "an undated record may be there once for each delivery day"
        );
    }
    lines.extend([line(3), line(3), line(7)]);
    let (lake, copied) = stored(&lines).await;
    for at_once in [1, 5, 100] {
        let found = read_in_rounds(&lake, partition, &[&copied], at_once).await;
        assert_eq!(found.copies, [("a".to_owned(), 3)].into(), "{at_once} hashes at once");
    }
}

#[tokio::test]
async fn a_month_of_the_stage_has_no_copies() {
    let world = World::of_three_days().await;
    let parts = world.commit(october()).await.parts;
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let partition = Partition::month(Table::CloudTrail, october());
    for group in groups(&parts) {
        let found = read_group(&lake, partition, &group).await;
        assert_eq!(found.copies, BTreeMap::new());
        for (part, read) in group.iter().zip(found.parts) {
            assert_eq!(read.unwrap().difference(part), None);
        }
    }
}
