use super::*;
use crate::part_blocks::tests::{in_blocks, in_blocks_at};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use lake_store::{ErrorKind, MemoryStore};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Hexadecimal digits, which do not compress well.
fn noise(seed: u64, bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.digit(16)).take(bytes).collect()
}

async fn read(body: Vec<u8>, told: u64) -> Result<(PartContent, Vec<Vec<u8>>), PartError> {
    let store = MemoryStore::new();
    store.create_new("part", body.into()).await.unwrap();
    let each = |lines: &mut Vec<Vec<u8>>, record: &Record<'_>| lines.push(record.line.to_vec());
    read_part(&store, "part", told, Vec::new(), each).await
}

async fn read_whole(body: Vec<u8>) -> Result<(PartContent, Vec<Vec<u8>>), PartError> {
    let told = body.len() as u64;
    read(body, told).await
}

/// Incompressible records of at least `bytes` bytes in total.
fn rich_text(bytes: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for seed in 0.. {
        if text.len() >= bytes {
            break;
        }
        let length = usize::try_from(seed % 700 * 10).unwrap();
        text.extend(format!("{{\"x\":\"{}\"}}\n", noise(seed, length)).into_bytes());
    }
    text
}

fn stored(text: &[u8], extra: &[u8]) -> Vec<u8> {
    let mut encoder: GzEncoder<Vec<u8>> =
        GzBuilder::new().extra(extra.to_vec()).write(Vec::new(), Compression::none());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn every_line_comes_back_across_ranges() {
    let text = rich_text(10 << 20);
    let body = gzip(&text);
    let length = body.len() as u64;
    assert!(length > RANGE_BYTES, "{length} bytes are one range only");
    let digest = hex(&Sha256::digest(&body));
    let (content, lines) = read_whole(body).await.unwrap();
    assert!(lines.iter().flat_map(|line| [&line[..], b"\n"].concat()).eq(text.iter().copied()));
    let records = lines.len() as u64;
    let raw_bytes = text.len() as u64;
    assert_eq!(content, PartContent { bytes: length, sha256: digest, raw_bytes, records });
}

#[tokio::test]
async fn a_part_of_exactly_one_range_is_read_whole() {
    let range = usize::try_from(RANGE_BYTES).unwrap();
    let text = rich_text(range - 40_000);
    let gap = range - stored(&text, b"").len();
    let body = stored(&text, &vec![0; gap]);
    assert_eq!(body.len(), range);
    let (content, _) = read_whole(body).await.unwrap();
    assert_eq!((content.bytes, content.raw_bytes), (RANGE_BYTES, text.len() as u64));
}

#[tokio::test]
async fn the_last_line_needs_no_line_end() {
    for text in ["{\"a\":1}\n{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n"] {
        let (content, lines) = read_whole(gzip(text.as_bytes())).await.unwrap();
        assert_eq!(content.records, 2);
        assert_eq!(lines, [b"{\"a\":1}", b"{\"a\":2}"]);
    }
    assert_eq!(read_whole(gzip(b"")).await.unwrap().0.records, 0);
}

#[tokio::test]
async fn a_line_that_is_no_record_is_named_by_its_number() {
    let texts = [
        ("{}\n{}\nx\n{}\n", 3),
        ("{}\n\n{}\n", 2),
        ("[]\n", 1),
        ("{}\n{\"a\":", 2),
        ("{}\n{}{}\n", 2),
        ("x\n{}\ny\n", 1),
    ];
    for (text, number) in texts {
        match read_whole(gzip(text.as_bytes())).await.unwrap_err() {
            PartError::Line { line, .. } => assert_eq!(line, number, "{text:?}"),
            other => panic!("{text:?}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_part_cut_at_any_byte_is_an_error() {
    let body = gzip(b"{\"eventID\":\"a\"}\n{\"eventID\":\"b\"}\n");
    for length in 0..body.len() {
        let cut = body[..length].to_vec();
        let error = read_whole(cut.clone()).await.expect_err(&format!("cut to {length} bytes"));
        assert!(matches!(error, PartError::Gzip(_)), "cut to {length} bytes: {error}");
        assert!(read(cut, body.len() as u64).await.is_err(), "cut to {length} bytes");
    }
}

#[tokio::test]
async fn a_part_longer_than_told_does_not_pass() {
    let body = gzip(b"{}\n");
    let told = body.len() as u64;
    for more in [&b"x"[..], b"\0", b"\x1f", b"much more than one byte", &body] {
        let longer = [&body[..], more].concat();
        match read(longer, told).await {
            Ok((content, _)) => assert_ne!(content.bytes, told, "{more:?}"),
            Err(error) => assert!(matches!(error, PartError::Gzip(_)), "{error}"),
        }
    }
}

#[tokio::test]
async fn several_members_are_read_as_one_text() {
    let (content, lines) = read_whole([gzip(b"{\"a\":"), gzip(b"1}\n{}\n")].concat()).await.unwrap();
    assert_eq!(lines, [&b"{\"a\":1}"[..], b"{}"]);
    assert_eq!((content.records, content.raw_bytes), (2, 11));
}

#[tokio::test]
async fn a_part_that_is_gone_is_not_found() {
    let each = |_: &mut (), _: &Record<'_>| {};
    let error = read_part(&MemoryStore::new(), "part", 9, (), each).await.unwrap_err();
    assert!(matches!(error, PartError::Store(error) if error.kind == ErrorKind::NotFound));
}

#[tokio::test]
async fn a_part_in_blocks_is_read_as_any_other() {
    let text = rich_text(10 << 20);
    let texts: Vec<&[u8]> = text.chunks(1 << 20).collect();
    let body = in_blocks(&texts, 6);
    let (length, digest) = (body.len() as u64, hex(&Sha256::digest(&body)));
    assert!(length > RANGE_BYTES, "{length} bytes are one range only");
    let (content, lines) = read_whole(body).await.unwrap();
    assert!(lines.iter().flat_map(|line| [&line[..], b"\n"].concat()).eq(text.iter().copied()));
    let (records, raw_bytes) = (lines.len() as u64, text.len() as u64);
    assert_eq!(content, PartContent { bytes: length, sha256: digest, raw_bytes, records });
}

#[tokio::test]
async fn a_part_in_blocks_cut_at_any_byte_or_changed_at_any_bit_is_an_error() {
    let body = in_blocks(&[b"{\"eventID\":\"a\"}\n{\"event", b"ID\":\"b\"}\n{}\n"], 6);
    let told = read_whole(body.clone()).await.unwrap();
    for length in 0..body.len() {
        let error = read_whole(body[..length].to_vec()).await.expect_err(&format!("cut to {length} bytes"));
        assert!(matches!(error, PartError::Gzip(_)), "cut to {length} bytes: {error}");
    }
    for at in 0..body.len() {
        for bit in 0..8 {
            let mut changed = body.clone();
            changed[at] ^= 1 << bit;
            // a time or a system in its header change nothing but the digest
            if let Ok((content, lines)) = read_whole(changed).await {
                assert_eq!(lines, told.1, "bit {bit} of byte {at}");
                assert_ne!(content.sha256, told.0.sha256, "bit {bit} of byte {at}");
            }
        }
    }
}

#[tokio::test]
async fn a_part_that_begins_in_blocks_gives_each_line_once() {
    let blocks = in_blocks(&[b"{\"a\":1}\n{\"a\"", b":2}\n"], 6);
    // another member behind it; and a block that only a stream can read
    let (content, lines) = read_whole([blocks, gzip(b"{\"a\":3}\n")].concat()).await.unwrap();
    assert_eq!(lines, [&b"{\"a\":1}"[..], b"{\"a\":2}", b"{\"a\":3}"]);
    assert_eq!((content.records, content.raw_bytes), (3, 24));

    // what seems to be a sync flush inside a block that is stored: only a stream can read it
    let odd = [&b"{\"b\":\""[..], &[0, 0, 0xff, 0xff], b"\"}\n"].concat();
    let body = in_blocks_at(&[(b"{\"a\":1}\n", 6), (&odd, 0), (b"{\"a\":3}\n", 6)]);
    let store = MemoryStore::new();
    let told = body.len() as u64;
    store.create_new("part", body.into()).await.unwrap();
    let (content, lines) = read_lines(&store, "part", told, Vec::new(), keep).await.unwrap();
    assert_eq!(lines, [&b"{\"a\":1}"[..], &odd[..odd.len() - 1], b"{\"a\":3}"]);
    assert_eq!(content.records, 3);
}

#[test]
fn a_part_that_reads_differently_a_second_time_is_an_error() {
    let text = b"{\"a\":1}\n{\"a\":2}\n";
    let mut crc = Crc::new();
    crc.update(&text[..8]);
    for (body, is_same) in [
        (gzip(text), true),
        (gzip(&text[..8]), true),
        (gzip(&text[..7]), false),
        (gzip(b"{\"a\":7}\n{\"a\":2}\n"), false),
    ] {
        let seen = SeenText { bytes: 8, crc: crc.sum(), skipped: Crc::new() };
        let fold: Vec<Vec<u8>> = Vec::new();
        let lines =
            LineSink { rest: Vec::new(), raw_bytes: 8, seen, records: 1, fold, each: keep, failed: None };
        let decoder = Decoder::Stream(Box::new(MultiGzDecoder::new(lines)));
        let part = PartDecoder { sha256: Sha256::new(), decoder };
        let Ok(ChunkResult::More(part)) = part.feed(&body.into()) else { panic!("not fed") };
        assert_eq!(part.end().is_ok(), is_same);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature that `read_lines` takes")]
fn keep(lines: &mut Vec<Vec<u8>>, line: &[u8]) -> Result<(), EnvelopeError> {
    lines.push(line.to_vec());
    Ok(())
}
