use super::*;
use crate::testing::world::{envelope, gunzip_one_member};
use crate::{Options, cpu::Cpu, read::fetch::fetch};
use block_deflate::Level;
use bytes::Bytes;
use lake_store::{Depth, Store, list_all};
use testkit_stores::TestStore;

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
    let store = TestStore::new();
    let records: Vec<String> = records.iter().map(|record| (*record).to_owned()).collect();
    store.create_new("a", Bytes::from(envelope(&records))).await.unwrap();
    let files = list_all(&store, "", Depth::All).await.unwrap().objects;
    let mut fetched = fetch(
        Arc::new(store),
        files,
        None,
        &Options::default(),
        &Cpu::new(1, Level::default(), Arc::default()).unwrap(),
    );
    Arc::new(fetched.next().await.unwrap().unwrap().decoded.unwrap())
}

async fn block(records: &[&str]) -> Block {
    let held = held(records).await;
    let mut block = Block::default();
    for (index, record) in held.decoded.file.records().enumerate() {
        block.push(&held, index, record.line.len());
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
    let (min, max) = compressed.written.event_times.into_bounds();
    assert_eq!(min.as_deref(), Some("2026-11-21T23:59:59Z"));
    assert_eq!(max.as_deref(), Some("2026-11-22T10:00:00Z"));
}
