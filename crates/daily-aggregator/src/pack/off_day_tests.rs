use super::*;
use crate::testing::world::day;
use block_deflate::{Compressor, Level};

fn compressed(block: Block) -> (Option<Day>, u64, u64) {
    let compressed = block.compress(&mut Compressor::new(Level::default()));
    (compressed.off_day, compressed.written.records, compressed.written.event_days.undated)
}

fn at(day: &str) -> Day {
    day.parse().unwrap()
}

#[test]
fn a_full_block_is_of_one_event_day() {
    let mut blocks = OffDayBlocks::new(day(), 100);
    let line = format!("{{\"eventTime\":\"2026-11-20T10:11:12Z\",\"x\":\"{}\"}}", "x".repeat(20));
    assert!(blocks.push("1", at("2026-11-20"), line.as_bytes()).is_none());
    assert!(blocks.push("1", at("2026-11-21"), line.as_bytes()).is_none());
    let full = blocks.push("2", at("2026-11-20"), line.as_bytes()).unwrap();
    assert_eq!(compressed(full), (Some(at("2026-11-20")), 2, 0));
    let rest: Vec<_> = blocks.finish().map(compressed).collect();
    assert_eq!(rest, [(Some(at("2026-11-21")), 1, 0)]);
}

#[test]
fn open_blocks_are_bounded_together() {
    let mut blocks = OffDayBlocks::new(day(), 1000);
    let mut days: Vec<Day> =
        std::iter::successors(Some(at("2025-01-01")), |day| day.next()).take(500).collect();
    days[7] = days[6];
    let mut full = 0;
    for day in days {
        let line = format!("{{\"n\":\"{}\"}}", "x".repeat(42));
        full += blocks.push("1", day, line.as_bytes()).map_or(0, |block| block.raw_bytes());
        assert!(blocks.raw_bytes < OPEN_BLOCKS * 1000, "{}", blocks.raw_bytes);
    }
    let rest: usize = blocks.finish().map(|block| block.raw_bytes()).sum();
    assert_eq!(full + rest, 500 * 51);
}
