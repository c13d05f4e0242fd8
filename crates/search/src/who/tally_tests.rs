use super::*;

#[test]
fn the_most_frequent_come_first_and_the_rest_is_counted() {
    let mut tally = Tally::default();
    assert!(tally.is_empty());
    for text in ["b", "c", "a", "b", "d", "c", "b"] {
        tally.add(text);
    }
    let top = tally.top(2);
    assert_eq!(top.texts, [("b".to_owned(), 3), ("c".to_owned(), 2)]);
    assert_eq!((top.more_texts, top.more_records), (2, 2));
    assert_eq!(tally.top(9).more_texts, 0);
}

#[test]
fn memory_is_bounded() {
    let mut tally = Tally::default();
    for number in 0..2 * TEXTS {
        tally.add(&format!("{number}{}", "é".repeat(TEXT_BYTES)));
    }
    assert_eq!(tally.counts.len(), TEXTS);
    assert!(tally.counts.keys().all(|text| text.len() <= TEXT_BYTES));
    let top = tally.top(10);
    assert_eq!(top.more_records + 10, 2 * TEXTS as u64);
}
