use super::*;
use crate::testing::world::{gzip, noise};
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;
use std::io::Write;

/// The result of the streaming decoder.
fn streamed(body: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    MultiGzDecoder::new(body).read_to_end(&mut text).ok()?;
    Some(text)
}

fn at_once(body: &[u8]) -> Option<Vec<u8>> {
    Gunzip::new().single_member(body, promised_text(body))
}

fn whole(gunzip: &mut Gunzip, body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    match gunzip.whole(body, promised_text(body), usize::MAX, &Limits::default())? {
        Gunzipped::Text { text, .. } => Ok(text),
        Gunzipped::NeedsMoreRoom => panic!("there was room for all"),
    }
}

#[test]
fn a_usual_file_is_read_in_one_call() {
    for text in [&b""[..], b"a", b"{\"Records\":[]}", &[b'a'; 100_000]] {
        assert_eq!(at_once(&gzip(text)).as_deref(), Some(text));
    }
    let mut named = GzBuilder::new().filename("a.json").write(Vec::new(), Compression::default());
    named.write_all(b"text").unwrap();
    assert_eq!(at_once(&named.finish().unwrap()).as_deref(), Some(&b"text"[..]));
}

#[test]
fn several_members_are_never_taken_for_one() {
    // the same text twice: the last size and checksum are those of the first member too
    let body = [gzip(b"twice"), gzip(b"twice")].concat();
    assert_eq!(at_once(&body), None);
    let text = whole(&mut Gunzip::new(), &body).unwrap();
    assert_eq!(text, b"twicetwice");
}

#[test]
fn the_beginning_of_a_member_inside_the_data_changes_nothing() {
    // stored, not compressed, so that the bytes are there as they are
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::none());
    encoder.write_all(&MEMBER_START).unwrap();
    let body = encoder.finish().unwrap();
    assert_eq!(at_once(&body), None);
    assert_eq!(whole(&mut Gunzip::new(), &body).unwrap(), MEMBER_START);
}

#[test]
fn no_cut_and_no_changed_byte_gives_another_text() {
    let text = noise(1, 300).into_bytes();
    let body = gzip(&text);
    let mut gunzip = Gunzip::new();
    for end in 0..body.len() {
        assert!(whole(&mut gunzip, &body[..end]).is_err(), "cut at {end}");
    }
    for at in 0..body.len() {
        let mut changed = body.clone();
        changed[at] ^= 0x10;
        // time, extra flags and system in the header, and padding bits, do not affect the text
        let unread = (4..10).contains(&at) || at == body.len() - TRAILER_BYTES - 1;
        match whole(&mut gunzip, &changed) {
            Ok(read) => assert!(unread && read == text, "byte {at}"),
            Err(_) => assert!(!(4..10).contains(&at), "byte {at}"),
        }
    }
}

proptest! {
    #[test]
    fn both_decoders_agree(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4),
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        garbage in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let mut body: Vec<u8> = texts.iter().flat_map(|text| gzip(text)).collect();
        body.extend(garbage);
        if let Some((at, byte)) = damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(text) = at_once(&body) {
            prop_assert_eq!(Some(text), streamed(&body));
        }
    }
}
