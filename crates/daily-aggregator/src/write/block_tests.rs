use super::*;
use crate::testing::world::{World, day, envelope, gunzip_one_member};
use crate::{Options, cpu::Cpu, read::fetch::fetch};
use block_deflate::Level;

/// A gzip member of texts that were deflated apart.
fn member(texts: &[&[u8]], level: u32) -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut crc = crc32fast::Hasher::new();
    let mut compressor = Compressor::new(Level::nearest(level));
    for text in texts {
        compressor.compress(text, &mut member);
        crc.update(text);
    }
    let length = u32::try_from(texts.iter().map(|text| text.len()).sum::<usize>()).unwrap();
    member.extend([3, 0]);
    member.extend(crc.finalize().to_le_bytes());
    member.extend(length.to_le_bytes());
    member
}

async fn held(records: &[&str]) -> Arc<HeldFile> {
    let world = World::new();
    let records: Vec<String> = records.iter().map(|record| (*record).to_owned()).collect();
    world.deliver_text("a", &envelope(&records)).await;
    let mut fetched = fetch(
        Arc::new(world.source.clone()),
        day(),
        world.files().await.into_iter(),
        None,
        &Options::default(),
        &Cpu::new(1, Level::default(), Arc::default()).unwrap(),
    );
    Arc::new(fetched.next().await.unwrap().unwrap().decoded.unwrap())
}

async fn block(records: &[&str]) -> Block {
    let held = held(records).await;
    let mut block = Block::new(day(), None);
    for (index, record) in held.decoded.file.records().enumerate() {
        block.push("111122223333", &held, index, record.line.len());
    }
    block
}

fn text(compressed: &Compressed) -> String {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    member.extend(&compressed.deflated);
    member.extend([3, 0]);
    member.extend(compressed.crc.clone().finalize().to_le_bytes());
    member.extend(u32::try_from(compressed.written.raw_bytes).unwrap().to_le_bytes());
    String::from_utf8(gunzip_one_member(&member)).unwrap()
}

#[test]
fn blocks_after_each_other_are_one_gzip_member_at_every_level() {
    let mut random = fastrand::Rng::with_seed(7);
    let incompressible: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(3 << 20).collect();
    let plain = b"{\"a\":1}\n".repeat(1 << 17);
    assert_eq!(plain.len(), 1 << 20);
    let texts: [&[u8]; 6] = [b"", b"x", &plain, &incompressible, b"", b"y"];
    for level in 1..=9 {
        assert!(gunzip_one_member(&member(&texts, level)) == texts.concat(), "level {level}");
    }
}

#[tokio::test]
async fn similar_records_stand_together_and_otherwise_keep_their_order() {
    let compressed = block(&[
        r#"{"eventSource":"b","eventName":"x","n":1}"#,
        r#"{"eventSource":"a","eventName":"y","n":2}"#,
        r#"{"n":3}"#,
        r#"{"eventSource":"b","eventName":"x","n":4}"#,
        r#"{"eventSource":"a","eventName":"x","userIdentity":{"arn":"q"},"n":5}"#,
        r#"{"eventSource":"a","eventName":"x","userIdentity":{"arn":"p"},"n":6}"#,
        r#"{"eventSource":"a","eventName":"x","userIdentity":{"arn":"q"},"n":7}"#,
        r#"{"n":8}"#,
    ]);
    let text = text(&compressed.await.compress(&mut Compressor::new(Level::default())));
    let order: String = text.lines().map(|line| &line[line.len() - 2..line.len() - 1]).collect();
    assert_eq!(order, "38657214");
}

#[tokio::test]
async fn a_block_counts_its_records_its_text_and_its_times() {
    let block = block(&[
        r#"{"eventTime":"2026-11-22T10:00:00Z","n":1.0}"#,
        r#"{"eventTime":"2026-11-21T23:59:59Z", "n" : 2}"#,
    ]);
    let block = block.await;
    let raw_bytes = block.raw_bytes();
    let compressed = block.compress(&mut Compressor::new(Level::default()));
    let text = text(&compressed);
    assert_eq!(
        text,
        "{\"eventTime\":\"2026-11-22T10:00:00Z\",\"n\":1.0}\n{\"eventTime\":\"2026-11-21T23:59:59Z\",\"n\":2}\n"
    );
    assert_eq!((compressed.written.records, compressed.written.raw_bytes), (2, text.len() as u64));
    assert_eq!(raw_bytes, text.len());
    let EventDays { days, undated, min_instant, max_instant } = compressed.written.event_days;
    assert_eq!(days, [(day().previous().unwrap(), 1), (day(), 1)].into());
    assert_eq!(undated, 0);
    assert_eq!(min_instant, Some(1_795_305_599_000_000));
    assert_eq!(max_instant, Some(1_795_341_600_000_000));
    assert_eq!(compressed.written.accounts, Some(AccountRange::of("111122223333")));
}

#[test]
fn copied_records_are_sorted_and_counted_as_others_are() {
    let mut block = Block::new(day(), Some(day().previous().unwrap()));
    for (account, name) in [("1", "b"), ("2", "a"), ("2", "c")] {
        let line = format!(r#"{{"eventTime":"2026-11-21T10:00:00Z","eventName":"{name}"}}"#);
        block.push_copy(account, line.as_bytes());
    }
    let bytes = block.raw_bytes() as u64;
    let compressed = block.compress(&mut Compressor::new(Level::default()));
    let names: String = text(&compressed).lines().map(|line| &line[line.len() - 3..line.len() - 2]).collect();
    assert_eq!(names, "abc");
    let WrittenRecords { records, raw_bytes, event_days, accounts, .. } = compressed.written;
    assert_eq!((records, raw_bytes, event_days.off_day(day())), (3, bytes, 3));
    assert_eq!(accounts, Some(AccountRange { first: "1".into(), last: "2".into() }));
}
