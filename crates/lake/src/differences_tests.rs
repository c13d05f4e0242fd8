use std::sync::Arc;

use bytes::Bytes;
use lake_store::MemoryStore;

use super::*;
use crate::part_key;
use crate::testing::attempts::STAMP;

#[tokio::test]
async fn unjournaled_objects_are_found_on_every_page() {
    let lake = MemoryStore::with_page_size(2);
    let day = |day: &str| Partition::day(Table::CloudTrail, day.parse().unwrap());
    let put = async |key: &str| _ = lake.create_new(key, Bytes::from_static(b"x")).await.unwrap();
    put(&day("2026-11-22").journal_key(1)).await;
    let orphans: Vec<String> = (1..=5)
        .map(|seq| part_key(day("2026-11-23"), seq, 0))
        .chain([part_key(day("2026-11-24"), 1, 0)])
        .collect();
    for key in &orphans {
        put(key).await;
    }
    for known in [
        part_key(day("2026-11-22"), 1, 0),
        part_key(Partition::day(Table::Insight, "2026-11-23".parse().unwrap()), 1, 0),
        part_key(Partition::month(Table::CloudTrail, "2026-11".parse().unwrap()), 1, 0),
    ] {
        put(&known).await;
    }
    put("cloudtrail_daily/notes.txt").await;
    let found = unjournaled(&lake, Table::CloudTrail, Stage::Daily).await.unwrap();
    let mut expected = vec![(None, "cloudtrail_daily/notes.txt".to_owned())];
    expected.extend(orphans.into_iter().map(|key| (Partition::of_key(&key), key)));
    assert_eq!(found, expected);
    assert_eq!(found[1].0, Some(day("2026-11-23")));
    let months = unjournaled(&lake, Table::CloudTrail, Stage::Monthly).await.unwrap();
    assert_eq!(months.len(), 1, "{months:?}");
}

#[test]
fn the_newest_orphan_tells_how_much_of_the_journal_is_lost() {
    let orphan = |claim: u64| Orphan { key: format!("part-{claim}"), claim };
    let found = Differences { orphans: [3, 9, 5].map(orphan).to_vec(), ..Differences::default() };
    assert_eq!(found.newer_than(4), Some(&orphan(9)));
    assert_eq!(found.newer_than(8), Some(&orphan(9)));
    assert_eq!(found.newer_than(9), None);
    assert_eq!(Differences::default().newer_than(0), None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_symbolic_link_in_a_partition_is_not_followed_and_nothing_behind_it_is_deleted() {
    use crate::Attempt;
    use lake_store::DiskStore;

    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    let store = Arc::new(DiskStore::open(folder.path()).unwrap());
    let journal = Journal::new(store.clone(), partition);
    let first = Attempt::begin(store.clone(), journal.clone(), &PartitionState::default(), STAMP).await;
    drop(first.unwrap().unwrap());

    let orphan = part_key(partition, 1, 0);
    store.create_new(&orphan, Bytes::from_static(b"ours")).await.unwrap();
    // named as our own parts are, and older than the next claim
    let behind = outside.path().join("part-000001-0000.ndjson.gz");
    std::fs::copy(folder.path().join(&orphan), &behind).unwrap();
    let links = folder.path().join(partition.prefix());
    std::os::unix::fs::symlink(outside.path(), links.join("link")).unwrap();
    std::os::unix::fs::symlink(&behind, links.join("part-000001-0001.ndjson.gz")).unwrap();

    let state = journal.read().await.unwrap();
    let attempt = Attempt::begin(store, journal, &state, STAMP).await.unwrap().unwrap();
    assert_eq!(attempt.foreign(), [format!("{}link/", partition.prefix())]);
    assert_eq!(attempt.swept(), 2, "the orphan, and the link that has the name of one");
    assert_eq!(std::fs::read(&behind).unwrap(), b"ours", "a file outside the lake");
    assert!(links.join("link").exists());
}
