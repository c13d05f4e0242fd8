use super::*;
use crate::read::gunzip::promised_text;
use crate::testing::world::{day, envelope, gzip, noise, record};
use flate2::{Compression, GzBuilder};
use std::io::Write;

const ALL: usize = usize::MAX;

fn small_text() -> Vec<u8> {
    envelope(&[record(1), record(2)])
}

fn decode(body: &[u8], room: usize, limits: &Limits) -> Result<Decoded, DecodeError> {
    let options = DecodeOptions { delivered: day(), limits: *limits, hashes: true };
    super::decode(Bytes::copy_from_slice(body), promised_text(body), room, &options, &mut Gunzip::new())
}

fn file(decoded: Decoded) -> DecodedFile {
    match decoded {
        Decoded::File(file) => file,
        Decoded::NeedsMoreRoom => panic!("there was room for all"),
    }
}

fn decoded_lines(body: &[u8]) -> Result<Vec<String>, &'static str> {
    let decoded = file(decode(body, ALL, &Limits::default()).map_err(|error| error.reason())?);
    assert_eq!(decoded.fingerprints.len(), decoded.file.len());
    Ok(decoded.file.records().map(|record| String::from_utf8(record.line.to_vec()).unwrap()).collect())
}

fn reason(body: &[u8], limits: &Limits) -> &'static str {
    decode(body, ALL, limits).unwrap_err().reason()
}

/// A log file without records whose text is spaces: `bytes` in all.
fn spaces(bytes: usize) -> Vec<u8> {
    let mut text = br#"{"Records":[]}"#.to_vec();
    text.resize(bytes, b' ');
    text
}

#[test]
fn plain_json_and_gzip_give_the_same_records() {
    let text = small_text();
    let expected = Ok(vec![record(1), record(2)]);
    assert_eq!(decoded_lines(&text), expected);
    assert_eq!(decoded_lines(&gzip(&text)), expected);
    let decoded = file(decode(&gzip(&text), ALL, &Limits::default()).unwrap());
    assert_eq!(decoded.raw_bytes, text.len() as u64);
}

#[test]
fn members_split_anywhere_in_the_json_are_joined() {
    let text = small_text();
    for at in 0..=text.len() {
        let (first, second) = text.split_at(at);
        let body = [gzip(first), gzip(second), gzip(b"")].concat();
        assert_eq!(decoded_lines(&body).unwrap().len(), 2, "split at {at}");
    }
}

#[test]
fn the_text_of_the_first_member_is_hashed_as_digest_files_do() {
    let text = small_text();
    let hash = |body: &[u8]| file(decode(body, ALL, &Limits::default()).unwrap()).first_member_sha256;
    let sha256 = |text: &[u8]| Some(Sha256::digest(text).into());
    assert_eq!(hash(&gzip(&text)), sha256(&text));
    let (first, second) = text.split_at(10);
    assert_eq!(hash(&[gzip(first), gzip(second)].concat()), sha256(first));
    assert_eq!(hash(&[gzip(b""), gzip(&text)].concat()), sha256(b""));
    assert_eq!(hash(&text), None, "CloudTrail delivers gzip");
    let options = DecodeOptions { delivered: day(), limits: Limits::default(), hashes: false };
    let decoded = super::decode(gzip(&text).into(), ALL, ALL, &options, &mut Gunzip::new()).unwrap();
    assert_eq!(file(decoded).first_member_sha256, None);
}

#[test]
fn bytes_after_the_first_member_are_read_and_noted() {
    let text = small_text();
    let trailing = |body: &[u8]| file(decode(body, ALL, &Limits::default()).unwrap()).trailing_member;
    assert!(!trailing(&text) && !trailing(&gzip(&text)));
    // the beginning of a member inside a single one, and a header that libdeflate is not given
    let odd = GzBuilder::new().comment("by hand").write(Vec::new(), Compression::best());
    let mut odd = odd;
    odd.write_all(&text).unwrap();
    assert!(!trailing(&odd.finish().unwrap()));
    let (first, second) = text.split_at(text.len() / 2);
    assert!(trailing(&[gzip(first), gzip(second)].concat()));
    assert!(trailing(&[gzip(&text), gzip(b"")].concat()), "an empty member");
}

#[test]
fn a_gzip_header_may_carry_a_name_a_comment_and_more() {
    let builder = GzBuilder::new().filename("a.json").comment("by hand").extra(&b"xy"[..]).mtime(1);
    let mut encoder = builder.write(Vec::new(), Compression::best());
    encoder.write_all(&small_text()).unwrap();
    assert_eq!(decoded_lines(&encoder.finish().unwrap()).unwrap().len(), 2);
}

#[test]
fn an_empty_object_is_told_apart_from_an_empty_text() {
    assert_eq!(reason(b"", &Limits::default()), "empty");
    assert_eq!(reason(&gzip(b""), &Limits::default()), "truncated_json");
    assert_eq!(decoded_lines(&gzip(br#"{"Records":[]}"#)), Ok(vec![]));
}

#[test]
fn cut_at_any_byte_it_is_an_error() {
    let text = small_text();
    let body = gzip(&text);
    for length in 0..body.len() {
        assert!(decoded_lines(&body[..length]).is_err(), "gzip cut to {length} bytes");
    }
    for length in 18..body.len() {
        assert_eq!(reason(&body[..length], &Limits::default()), "truncated_gzip", "cut to {length} bytes");
    }
    for length in 0..text.len() {
        assert!(decoded_lines(&text[..length]).is_err(), "text cut to {length} bytes");
    }
    let (first, second) = text.split_at(text.len() / 2);
    let members = [gzip(first), gzip(second)].concat();
    for length in 0..members.len() {
        assert!(decoded_lines(&members[..length]).is_err(), "members cut to {length} bytes");
    }
}

#[test]
fn no_flipped_bit_alters_a_record() {
    let body = gzip(&small_text());
    let whole = decoded_lines(&body).unwrap();
    for bit in 0..body.len() * 8 {
        let mut flipped = body.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(lines) = decoded_lines(&flipped) {
            assert_eq!(lines, whole, "bit {bit}");
        }
    }
}

#[test]
fn a_wrong_checksum_a_wrong_size_and_a_tail_are_damage() {
    let body = gzip(&small_text());
    let end = body.len();
    for (what, at) in [("CRC-32", end - 8), ("ISIZE", end - 4)] {
        let mut damaged = body.clone();
        damaged[at] ^= 1;
        assert_eq!(reason(&damaged, &Limits::default()), "bad_gzip", "{what}");
    }
    let tail = [&body[..], b"garbage after the last member"].concat();
    assert_eq!(reason(&tail, &Limits::default()), "bad_gzip");
    for length in 1..12 {
        assert!(decoded_lines(&[&body[..], &vec![b'x'; length]].concat()).is_err(), "{length} bytes more");
    }
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let bomb = gzip(&spaces(64 << 20));
    assert!(bomb.len() < 100_000);
    assert_eq!(reason(&bomb, &Limits::default()), "gzip_bomb");
    assert_eq!(reason(&bomb, &Limits { max_raw_bytes: 1 << 20, ..Limits::default() }), "too_large");
    // a bomb is quarantined even with enough memory; too little memory is no reason for quarantine
    assert!(matches!(decode(&bomb, 1 << 30, &Limits::default()), Err(DecodeError::Bomb { limit: 200 })));
    assert!(matches!(decode(&bomb, 1 << 20, &Limits::default()), Ok(Decoded::NeedsMoreRoom)));
}

#[test]
fn repetition_is_no_bomb_while_the_text_is_small() {
    let free = Limits::RATIO_FREE_BYTES as usize;
    let strict = Limits { max_ratio: 1, ..Limits::default() };
    assert!(decode(&gzip(&spaces(free)), ALL, &strict).is_ok());
    assert_eq!(reason(&gzip(&spaces(free + 1)), &strict), "gzip_bomb");
    // a text with a lower ratio may be larger: hexadecimal noise compresses to a half
    let rich = format!(r#"{{"Records":[],"x":"{}"}}"#, noise(1, free));
    assert!(decode(&gzip(rich.as_bytes()), ALL, &Limits { max_ratio: 3, ..Limits::default() }).is_ok());
}

#[test]
fn more_text_than_room_is_no_verdict() {
    let text = small_text();
    let body = gzip(&text);
    let roomy = decode(&body, text.len(), &Limits::default()).unwrap();
    assert!(matches!(roomy, Decoded::File(_)));
    let tight = decode(&body, text.len() - 1, &Limits::default()).unwrap();
    assert!(matches!(tight, Decoded::NeedsMoreRoom));
}

#[test]
fn a_text_may_be_as_large_as_the_limit_and_no_larger() {
    let text = small_text();
    let limit = |bytes: usize| Limits { max_raw_bytes: u32::try_from(bytes).unwrap(), ..Limits::default() };
    for body in [text.clone(), gzip(&text)] {
        assert!(decode(&body, ALL, &limit(text.len())).is_ok());
        assert_eq!(reason(&body, &limit(text.len() - 1)), "too_large");
    }
}

#[test]
fn the_promise_is_the_size_of_a_single_member() {
    let text = small_text();
    assert_eq!(promised_text(&gzip(&text)), text.len());
    assert_eq!(promised_text(&text), text.len());
    assert_eq!(promised_text(&[gzip(&text), gzip(b"")].concat()), 0);
    assert_eq!(promised_text(&[0x1f, 0x8b, 8]), 3);
    assert_eq!(promised_text(b""), 0);
}
