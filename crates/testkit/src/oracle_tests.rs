use std::fs::create_dir_all;
use std::io::Write;

use cloudtrail_corpus::{
    BrokenKind, OddKind, OrganizationConfig, broken, odd, write_day, write_late_arrivals,
};

use super::*;

const FOLDER: &str = "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11/22";

fn put(root: &Path, key: &str, body: &[u8]) {
    let path = root.join(key);
    create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(body).unwrap();
}

/// The one partition of a folder with these bodies, in this order.
fn read(bodies: &[&[u8]]) -> OraclePartition {
    let root = tempfile::tempdir().unwrap();
    for (number, body) in bodies.iter().enumerate() {
        put(root.path(), &format!("{FOLDER}/{number:03}.json.gz"), body);
    }
    let mut oracle = Oracle::read(root.path()).unwrap();
    assert_eq!(oracle.partitions.len(), 1);
    oracle.partitions.pop_first().unwrap().1
}

fn lines(partition: &OraclePartition) -> Vec<&str> {
    partition.lines.iter().map(|line| std::str::from_utf8(line).unwrap()).collect()
}

#[test]
fn a_record_is_dropped_for_its_id_and_its_bytes_alone() {
    let first = br#"{"Records":[{"eventID":"a","n":1.0},{"eventID":"b"},{"n":5},{"n":5},{"eventID":""},{"eventID":""}]}"#;
    let second = br#" { "Records" : [ { "eventID" : "a", "n" : 1.0 }, {"eventID":"a","n":1}, {"eventID":7}, {"eventID":7} ] } "#;
    let partition = read(&[first, second]);
    let expected = [
        r#"{"eventID":"""#,
        r#"{"eventID":"""#,
        r#"{"eventID":"a","n":1"#,
        r#"{"eventID":"a","n":1.0"#,
        r#"{"eventID":"b""#,
        r#"{"eventID":7"#,
        r#"{"eventID":7"#,
        r#"{"n":5"#,
        r#"{"n":5"#,
    ];
    let mut expected = expected.map(|start| format!("{start}}}"));
    expected.sort();
    assert_eq!(lines(&partition), expected);
    assert_eq!((partition.files, partition.records_in, partition.records_out()), (2, 10, 9));
    assert_eq!((partition.duplicates, partition.conflicts), (1, 1));
}

#[test]
fn space_goes_between_tokens_and_stays_in_strings() {
    let text = "{\"Records\": [\r\n\t{ \"a b\" : \" \\\" , \\\\\" , \"c\" : [ 1 , { } ] }\n]}";
    assert_eq!(lines(&read(&[text.as_bytes()])), [r#"{"a b":" \" , \\","c":[1,{}]}"#]);
}

#[test]
fn an_id_within_a_record_is_not_its_id() {
    let text = br#"{"Records":[{"p":{"eventID":"x"}},{"p":{"eventID":"x"}}]}"#;
    assert_eq!(read(&[text]).duplicates, 0);
    let text = br#"{"Records":[{"eventID":"x","eventID":"y"},{"eventID":"y","n":1}]}"#;
    assert_eq!(read(&[text]).conflicts, 1);
}

#[test]
fn every_broken_file_is_named_and_its_neighbours_stay() {
    let mut bodies: Vec<Vec<u8>> = BrokenKind::ALL.into_iter().map(|kind| broken(kind, 1)).collect();
    bodies.push(br#"[[{"eventID":"an array is no envelope"}]]"#.to_vec());
    let expected: Vec<String> =
        (0..bodies.len()).map(|number| format!("{FOLDER}/{number:03}.json.gz")).collect();
    bodies.push(br#"{"Records":[{"eventID":"good"}]}"#.to_vec());
    let partition = read(&bodies.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(partition.broken, expected);
    assert_eq!(lines(&partition), [r#"{"eventID":"good"}"#]);
}

#[test]
fn every_odd_file_is_read() {
    for kind in OddKind::ALL {
        let partition = read(&[&odd(kind, 1)]);
        assert!(partition.broken.is_empty(), "{kind:?}");
        assert_eq!(partition.lines.len(), kind.records(), "{kind:?}");
        assert_eq!(partition.lines, read(&[&odd(kind, 1), &odd(OddKind::NoRecordsInArray, 1)]).lines);
    }
    assert_eq!(read(&[&odd(OddKind::Pretty, 1)]).lines, read(&[&odd(OddKind::Plain, 1)]).lines);
}

#[test]
fn partitions_are_by_table_and_delivery_day_whatever_the_root() {
    let root = tempfile::tempdir().unwrap();
    let body = |id: &str| format!("{{\"Records\":[{{\"eventID\":\"{id}\"}}]}}").into_bytes();
    let file = |account: &str, kind: &str, day: &str| {
        format!("AWSLogs/{account}/{kind}/eu-west-1/2026/11/{day}/f.json.gz")
    };
    put(root.path(), &format!("deep/down/{}", file("111122223333", "CloudTrail", "22")), &body("a"));
    put(root.path(), &format!("deep/down/{}", file("444455556666", "CloudTrail", "22")), &body("a"));
    put(root.path(), &format!("deep/down/{}", file("111122223333", "CloudTrail", "23")), &body("a"));
    put(root.path(), &format!("deep/down/{}", file("111122223333", "CloudTrail-Insight", "22")), &body("a"));
    put(root.path(), &format!("deep/down/{}", file("111122223333", "CloudTrail-Digest", "22")), b"{}");
    put(root.path(), "deep/down/readme.txt", b"");
    let day = |text: &str| text.parse::<Day>().unwrap();
    for level in ["", "deep", "deep/down"] {
        let oracle = Oracle::read(&root.path().join(level)).unwrap();
        let counts: Vec<_> =
            oracle.partitions.iter().map(|(place, p)| (*place, p.records_in, p.duplicates)).collect();
        assert_eq!(
            counts,
            [
                ((Table::CloudTrail, day("2026-11-22")), 2, 1),
                ((Table::CloudTrail, day("2026-11-23")), 1, 0),
                ((Table::Insight, day("2026-11-22")), 1, 0),
            ]
        );
        assert_eq!((oracle.digests.len(), oracle.foreign.len()), (1, 1));
    }
}

#[test]
fn the_corpus_and_the_oracle_count_the_same() {
    let root = tempfile::tempdir().unwrap();
    let config = OrganizationConfig {
        files: 150,
        records: 1_500,
        odd_files: 7,
        broken_files: 14,
        ..OrganizationConfig::article_day()
    };
    let day: Day = "2026-11-01".parse().unwrap();
    let first = write_day(&config, day, root.path()).unwrap();
    let late = write_late_arrivals(&config, day, root.path()).unwrap();
    let oracle = Oracle::read(root.path()).unwrap();
    let partition = &oracle.partitions[&(Table::CloudTrail, day)];
    assert_eq!(partition.files, first.files + first.broken + late.files);
    assert_eq!(partition.broken.len() as u64, first.broken);
    assert_eq!(partition.records_in, first.records + late.records);
    assert_eq!(partition.duplicates, first.duplicates + late.duplicates);
    assert_eq!(partition.conflicts, first.conflicts);
    let others: u64 = oracle
        .partitions
        .iter()
        .filter(|((t, _), _)| *t != Table::CloudTrail)
        .map(|(_, p)| p.records_in)
        .sum();
    assert_eq!((others, oracle.partitions.len()), (first.other_records, 4));
    assert_eq!((oracle.digests.len(), oracle.foreign.len()), (24, 0));
}

#[test]
fn the_real_samples_are_read_whole() {
    let Some(samples) = crate::samples_dir() else { return };
    let oracle = Oracle::read(&samples.join("AWSLogs")).unwrap();
    assert!(oracle.partitions.is_empty(), "below AWSLogs no key is whole");
    let oracle = Oracle::read(&samples).unwrap();
    let records: u64 = oracle.partitions.values().map(|partition| partition.records_in).sum();
    assert!(records > 3_000, "{records}");
    assert!(oracle.partitions.values().all(|partition| partition.broken.is_empty()));
}
