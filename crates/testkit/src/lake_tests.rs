use std::fs::create_dir_all;
use std::io::Write;

use cloudtrail_model::Table;
use flate2::{Compression, write::GzEncoder};
use lake::part_key;

use super::*;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn lines_of_all_parts_come_sorted() {
    let lake = tempfile::tempdir().unwrap();
    let partition = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    assert!(partition_lines(lake.path(), partition).unwrap().is_empty(), "a missing partition has no lines");
    for (seq, text) in [(1, "{\"b\":1}\n{\"a\":1}\n"), (3, "{\"a\":1}\n"), (5, "")] {
        let path = lake.path().join(part_key(partition, seq, 0));
        create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().write_all(&gzip(text)).unwrap();
    }
    let lines = partition_lines(lake.path(), partition).unwrap();
    assert_eq!(lines, [b"{\"a\":1}", b"{\"a\":1}", b"{\"b\":1}"]);
}

#[test]
fn a_part_is_one_whole_member() {
    let two = [gzip("{}\n"), gzip("{}\n")].concat();
    assert!(part_lines(&two).unwrap_err().to_string().contains("follow the first"));
    let empty_second = [gzip("{}\n"), gzip("")].concat();
    assert!(part_lines(&empty_second).is_err());
    let whole = gzip("{}\n");
    assert!(part_lines(&whole[..whole.len() - 1]).is_err());
    assert_eq!(part_lines(&whole).unwrap(), [b"{}"]);
}

#[test]
fn every_line_ends_and_none_is_empty() {
    assert!(part_lines(&gzip("{}\n{}")).unwrap_err().to_string().contains("no end"));
    assert!(part_lines(&gzip("{}\n\n{}\n")).unwrap_err().to_string().contains("line 1 is empty"));
    assert!(part_lines(b"{}\n").is_err(), "not gzip");
}
