use super::*;
use crate::testing::world::{day, event_id, piece};
use cloudtrail_model::Table;

#[test]
fn a_line_knows_what_it_is_sorted_by_and_when_it_was() {
    let line = r#"{"userIdentity":{"arn":"who"},"eventTime":"2026-10-10T01:02:03Z","eventSource":"from","eventName":"what"}"#;
    let piece = piece(&[line, "{}"]);
    let [first, second] = &piece.lines[..] else { panic!("two lines") };
    assert_eq!(piece.kind(first), [&b"from"[..], b"what", b"who"]);
    assert_eq!(piece.event_time(first), b"2026-10-10T01:02:03Z");
    assert_eq!((first.raw_bytes as usize, second.raw_bytes), (line.len(), 2));
    assert_eq!((piece.kind(second), piece.event_time(second)), ([&b""[..]; 3], &b""[..]));
    assert!(piece.fingerprints == [None, None] && second.present() == 0 && first.present() != 0);
}

#[test]
fn a_line_that_is_no_record_leaves_nothing() {
    let mut shredder = Shredder::new(Table::CloudTrail);
    let mut piece = Piece::default();
    piece.add(&mut shredder, day("2026-10-10"), br#"{"eventID":"a"}"#).unwrap();
    piece.add(&mut shredder, day("2026-10-10"), b"no record").unwrap_err();
    assert_eq!((piece.lines.len(), piece.text()), (1, &b"a"[..]));
    piece.add(&mut shredder, day("2026-10-10"), br#"{"eventID":"c"}"#).unwrap();
    assert_eq!(event_id(&piece, &piece.lines[1]), "c");
}

#[test]
fn a_piece_is_full_where_another_line_would_make_it_too_long() {
    let mut piece = Piece::default();
    assert!(!piece.is_full(2 * PIECE_BYTES), "a long line has a piece of its own");
    let line = format!(r#"{{"userAgent":"{}"}}"#, "x".repeat(PIECE_BYTES - 1000));
    piece.add(&mut Shredder::new(Table::CloudTrail), day("2026-10-10"), line.as_bytes()).unwrap();
    assert!(!piece.is_full(1000) && piece.is_full(1001));
}

#[test]
fn a_piece_given_back_comes_again_empty() {
    let spare = SparePieces::default();
    let mut first = spare.take();
    assert!(first.rows.capacity() >= PIECE_BYTES);
    let mut shredder = Shredder::new(Table::CloudTrail);
    first.add(&mut shredder, day("2026-10-10"), b"{}").unwrap();
    spare.give_back(first);
    let again = spare.take();
    assert_eq!((again.lines.len(), again.text()), (0, &b""[..]));
    assert!(again.lines.capacity() > 0, "it is that one");

    let mut large = Piece::default();
    let line = format!(r#"{{"userAgent":"{}"}}"#, "x".repeat(3 * PIECE_BYTES));
    large.add(&mut shredder, day("2026-10-10"), line.as_bytes()).unwrap();
    spare.give_back(large);
    assert!(spare.take().rows.capacity() < 2 * PIECE_BYTES, "memory of a long line is not kept");
}
