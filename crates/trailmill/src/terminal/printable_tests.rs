use super::*;

#[test]
fn a_key_with_escape_sequences_does_not_reach_the_terminal() {
    assert_eq!(printable("a\u{1b}]0;owned\u{7}b\u{9b}2J"), r"a\u{1b}]0;owned\u{7}b\u{9b}2J");
    assert_eq!(printable("a\u{7f}\r\tb\0"), r"a\u{7f}\r\tb\u{0}");
}

#[test]
fn a_key_with_a_line_end_is_one_line() {
    assert_eq!(printable("x.json\n0 log files quarantined"), r"x.json\n0 log files quarantined");
    assert_eq!(printable("a\u{2028}b\u{85}"), r"a\u{2028}b\u{85}");
}

#[test]
fn a_key_that_turns_the_direction_of_writing_is_shown_as_it_is() {
    assert_eq!(printable("gpj.\u{202e}nosj\u{2066}"), r"gpj.\u{202e}nosj\u{2066}");
}

#[test]
fn other_text_stays_as_it_is() {
    let text = r"AWSLogs\é中👍🏽/%2e%2e/\u{1b}";
    assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
}

#[test]
fn a_long_text_is_cut_after_it_is_escaped() {
    assert_eq!(printable_within("abcde", 5), "abcde");
    assert_eq!(printable_within("abcdef", 5), "abcd…");
    assert_eq!(printable_within("é中👍🏽ab", 5), "é中👍🏽…");
    assert_eq!(printable_within("\u{1b}[2J", 5), r"\u{1…");
    assert_eq!(printable_within(&"\u{202e}".repeat(1 << 20), 20).chars().count(), 20);
    assert_eq!((printable_within("", 5), printable_within("ab", 1)), (String::new(), "…".to_owned()));
}
