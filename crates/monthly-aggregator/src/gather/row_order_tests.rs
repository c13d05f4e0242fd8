use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use std::sync::Arc;

use super::*;
use crate::testing::world::{day, piece};

/// Some lines as a row group, in one piece or several.
fn group(pieces: &[Vec<String>]) -> RowGroup {
    let mut group = RowGroup::default();
    for lines in pieces {
        let piece = Arc::new(piece(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        let mut all = (0..).take(piece.lines.len()).collect();
        group.rows += piece.lines.len();
        group.add(day("2026-10-10"), &piece, &mut all);
    }
    group
}

type SortKey = ([Vec<u8>; 3], Vec<u8>);

fn key((piece, line): (&Piece, &Line)) -> SortKey {
    (piece.kind(line).map(<[u8]>::to_vec), piece.event_time(line).to_vec())
}

/// A record of few sources, names and identities; times that begin alike.
fn record() -> impl Strategy<Value = String> {
    let text = || select(&["", "a", "b", "ab", "\u{e9}"][..]);
    let times = [
        "",
        "2026",
        "2026-10-10T00:00:00Z",
        "2026-10-10T00:00:01Z",
        "2026-10-10T00:00:00.123Z",
        "2026-10-10T00:00:00.12345678Z",
        "2026-10-10T00:00:00.12345679Z",
        "2026-10-10T00:00:00.1234567",
        "later than any time that is written in numbers",
    ];
    (text(), text(), text(), select(times.to_vec()), any::<u16>()).prop_map(|(source, name, arn, time, id)| {
        format!(
            r#"{{"eventSource":"{source}","eventName":"{name}","userIdentity":{{"arn":"{arn}"}},"eventTime":"{time}","eventID":"{id}"}}"#
        )
    })
}

proptest! {
    #[test]
    fn rows_are_in_the_order_of_their_keys_and_else_as_they_came(pieces in vec(vec(record(), 1..40), 1..4)) {
        let group = group(&pieces);
        let mut expected: Vec<(&Piece, &Line)> = group.lines().collect();
        expected.sort_by_key(|row| key(*row));
        let found = in_order(&group);
        prop_assert_eq!(found.len(), expected.len());
        prop_assert!(found.iter().zip(&expected).all(|(one, other)| std::ptr::eq(one.1, other.1)));
    }
}
