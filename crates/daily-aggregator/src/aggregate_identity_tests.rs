use super::*;
use crate::testing::world::{World, committed, envelope, gzip, key, lines_of, put, record};
use testkit_stores::TestStore;

fn log_file(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    gzip(&envelope(&numbers.into_iter().map(record).collect::<Vec<_>>()))
}

/// The key of a log file of an account, of a trail or of an organisation's trail.
fn key_of(organization: &str, account: &str, name: &str) -> String {
    key(name).replace("AWSLogs/111122223333/", &format!("AWSLogs/{organization}{account}/"))
}

/// The identities of the inputs of a run, in order.
fn read(committed: &lake::Committed, state: &PartitionState) -> Vec<String> {
    assert_eq!(committed.totals.files_in, state.inputs.len() as u64);
    state.inputs.iter().map(|input| input.key).collect()
}

#[tokio::test]
async fn a_source_spelled_otherwise_has_the_same_log_files() {
    let world = World::new();
    for above in ["", "logs/", "a team/AWSLogs/"] {
        let moved = World { source: TestStore::new(), ..world.clone() };
        for (name, numbers) in [("a", 0..5), ("b", 3..8)] {
            put(&moved.source, &format!("{above}{}", key(name)), log_file(numbers)).await;
        }
        match above {
            "" => assert_eq!(read(&moved.commit().await, &moved.state().await), [key("a"), key("b")]),
            _ => assert!(matches!(moved.run().await, lake::Outcome::UpToDate), "{above}"),
        }
        // nor does a rebuild miss any
        assert_eq!(committed(moved.rebuild().await.unwrap().outcome).totals.records_out, 8);
    }
    assert_eq!(world.lines().await, lines_of(0..8));
}

#[tokio::test]
async fn accounts_are_read_one_after_the_other() {
    let mut world = World::new();
    world.options.part_raw_bytes = 1;
    world.options.block_bytes = 1;
    let files = [
        ("", "222200000000", "a", 4),
        ("", "222200000000", "b", 5),
        ("", "333300000000", "a", 7),
        ("o-abc/", "111100000000", "a", 1),
        ("o-abc/", "222200000000", "a", 6),
        ("z", "111100000000", "never read: no organisation", 9),
    ];
    for (organization, account, name, number) in files {
        put(&world.source, &key_of(organization, account, name), log_file([number])).await;
    }
    put(&world.source, &format!("z/{}", key_of("", "111100000000", "b")), log_file([0])).await;
    let parts = world.commit().await.parts;
    let mut records = Vec::new();
    for part in parts {
        let keep = |lines: &mut Vec<Vec<u8>>, line: &[u8]| {
            lines.push(line.to_vec());
            Ok(())
        };
        let (_, lines) =
            lake::read_lines(&world.lake, &part.key, part.bytes, Vec::new(), keep).await.unwrap();
        records.extend(lines.into_iter().map(|line| String::from_utf8(line).unwrap()));
    }
    assert_eq!(records, [0, 1, 4, 5, 6, 7].map(record));
}

#[tokio::test]
async fn a_copy_below_another_prefix_is_read_and_its_records_are_duplicates() {
    let world = World::new();
    for above in ["0/", "", "z/"] {
        put(&world.source, &format!("{above}{}", key("a")), log_file(0..5)).await;
    }
    let committed = world.commit().await;
    assert_eq!((committed.totals.records_in, committed.totals.duplicates), (15, 10));
    let identities = read(&committed, &world.state().await);
    assert_eq!(identities, ["0/", "", "z/"].map(|above| format!("{above}{}", key("a"))));
    world.assert_settled(&lines_of(0..5), "").await;
}

#[tokio::test]
async fn a_quarantined_log_file_is_named_by_its_identity() {
    let world = World::new();
    put(&world.source, &format!("logs/{}", key("a")), b"no log file".to_vec()).await;
    let report = world.report().await;
    assert_eq!(report.quarantined[0].key, key("a"));
    assert_eq!(world.report().await.quarantined_earlier, report.quarantined);
}
