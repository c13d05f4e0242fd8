use super::*;
use crate::testing::world::{World, day, gunzip_one_member, partition, sorted_lines};
use cloudtrail_model::{Record, event_instant};
use lake::{Attempt, Changes, EventDays, Part, SealedPart, read_part};
use lake_store::Store;
use testkit::STAMP;

async fn attempt(world: &World) -> Attempt {
    let (lake, state) = (std::sync::Arc::new(world.lake.clone()), world.state().await);
    Attempt::begin(lake, world.journal(), &state, STAMP).await.unwrap().unwrap()
}

/// A block of one line of `bytes` bytes, line end included.
fn block(bytes: usize, time: &str) -> Compressed {
    let text = format!("{{\"eventTime\":\"{time}\",\"x\":\"{}\"}}\n", "x".repeat(bytes - 44));
    assert_eq!(text.len(), bytes);
    let mut compress = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut deflated = Vec::with_capacity(bytes + 100);
    compress.compress_vec(text.as_bytes(), &mut deflated, flate2::FlushCompress::Sync).unwrap();
    let mut crc = crc32fast::Hasher::new();
    crc.update(text.as_bytes());
    let mut event_days = EventDays::default();
    event_days.add(day(), event_instant(&Record::from_line(text.trim().as_bytes()).unwrap()));
    let off_day = event_days.days.keys().copied().find(|of| *of != day());
    let raw_bytes = bytes as u64;
    let written = WrittenRecords { records: 1, raw_bytes, event_days, ..WrittenRecords::default() };
    Compressed { off_day, deflated, crc, written }
}

#[tokio::test]
async fn a_part_is_one_gzip_member_and_what_its_entry_says() {
    let world = World::new();
    let attempt = attempt(&world).await;
    let mut parts = PartSink::new(&attempt);
    let mut writer = PartWriter::new(&mut parts, 1_000);
    for second in [30, 10, 20] {
        writer.write(block(100, &format!("2026-11-22T10:00:{second}Z"))).await.unwrap();
    }
    writer.finish().await.unwrap();
    let mut parts = parts.into_sealed();
    assert_eq!(world.parts().await, [], "nothing is visible before it is published");
    parts[0].upload.publish().await.unwrap();

    let [SealedPart { part, .. }] = &parts[..] else { panic!("one part") };
    let body = world.lake.get(&part.key, None).await.unwrap();
    assert_eq!(gunzip_one_member(&body).len(), 300);
    let each = |_: &mut (), _: &Record<'_>| {};
    let (content, ()) = read_part(&world.lake, &part.key, part.bytes, (), each).await.unwrap();
    assert_eq!((content.bytes, content.raw_bytes, content.records), (part.bytes, 300, 3));
    assert_eq!((part.raw_bytes, part.records), (300, 3));
    assert_eq!(content.sha256, part.sha256);
    assert_eq!(part.key, format!("{}part-000001-0000.ndjson.gz", partition().prefix()));
    assert_eq!(part.event_days.min_instant, Some(1_795_341_610_000_000));
    assert_eq!(part.event_days.max_instant, Some(1_795_341_630_000_000));
}

#[tokio::test]
async fn a_part_ends_once_it_has_enough_text() {
    let world = World::new();
    let attempt = attempt(&world).await;
    let mut parts = PartSink::new(&attempt);
    let mut writer = PartWriter::new(&mut parts, 200);
    for bytes in [100, 100, 250, 199, 100, 50] {
        writer.write(block(bytes, "2026-11-22T10:00:00Z")).await.unwrap();
    }
    writer.finish().await.unwrap();
    let parts: Vec<&Part> = parts.sealed().collect();
    let sizes: Vec<u64> = parts.iter().map(|part| part.raw_bytes).collect();
    assert_eq!(sizes, [200, 250, 299, 50]);
    let keys: Vec<String> = (0..4).map(|index| attempt.part_key(index)).collect();
    assert!(parts.iter().map(|part| &part.key).eq(&keys));
}

#[tokio::test]
async fn without_records_there_is_no_part() {
    let world = World::new();
    let attempt = attempt(&world).await;
    let mut parts = PartSink::new(&attempt);
    PartWriter::new(&mut parts, 200).finish().await.unwrap();
    assert!(parts.into_sealed().is_empty());
    assert_eq!(world.lake.staged_count(), 0);
}

#[tokio::test]
async fn an_abort_throws_away_finished_and_open_parts() {
    let world = World::new();
    let attempt = attempt(&world).await;
    let mut parts = PartSink::new(&attempt);
    let mut writer = PartWriter::new(&mut parts, 200);
    for _ in 0..5 {
        writer.write(block(100, "2026-11-22T10:00:00Z")).await.unwrap();
    }
    assert_eq!(world.lake.staged_count(), 3);
    parts.abort().await;
    assert_eq!(world.lake.staged_count(), 0);
    assert_eq!(attempt.finish(Changes::default()).await.unwrap(), lake::CommitOutcome::Committed);
    assert_eq!(sorted_lines(&world.parts().await), Vec::<String>::new());
}

#[tokio::test]
async fn off_day_blocks_wait_and_are_written_by_event_day() {
    let world = World::new();
    let attempt = attempt(&world).await;
    let mut parts = PartSink::new(&attempt);
    let mut writer = PartWriter::new(&mut parts, 300);
    for (bytes, date) in [(100, 21), (100, 22), (50, 20), (100, 22), (60, 21), (100, 19), (70, 18)] {
        writer.write(block(bytes, &format!("2026-11-{date}T10:00:00Z"))).await.unwrap();
    }
    writer.finish().await.unwrap();
    let mut sealed = parts.into_sealed();
    for part in &mut sealed {
        part.upload.publish().await.unwrap();
    }
    let described: Vec<_> = sealed.iter().map(|of| (of.part.raw_bytes, of.part.off_day)).collect();
    assert_eq!(described, [(200, false), (310, true), (70, true)]);
    let body = world.lake.get(&sealed[1].part.key, None).await.unwrap();
    let text = String::from_utf8(gunzip_one_member(&body)).unwrap();
    let days: Vec<&str> = text.lines().map(|line| &line[22..24]).collect();
    assert_eq!(days, ["19", "20", "21", "21"]);
}
