use super::event_time_millis;
use proptest::prelude::*;

#[test]
fn what_cloudtrail_writes() {
    assert_eq!(event_time_millis("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(event_time_millis("2023-07-10T11:45:00Z"), Some(1_688_989_500_000));
}

#[test]
fn odd_but_known_instants() {
    assert_eq!(event_time_millis("2023-07-10T13:45:00.123456789+02:00"), Some(1_688_989_500_123));
    assert_eq!(event_time_millis("1969-12-31T23:59:59.9999Z"), Some(-1));
    assert_eq!(event_time_millis("1969-12-31T23:59:59.999Z"), Some(-1));
    assert_eq!(event_time_millis("1969-12-31T23:59:59.9985Z"), Some(-2));
}

#[test]
fn what_is_not_an_instant_is_none() {
    for text in
        ["", "2023-07-10", "2023-07-10T11:45:00", "yesterday", "1688989500", "2023-02-30T00:00:00Z", "\u{0}"]
    {
        assert_eq!(event_time_millis(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = event_time_millis(&text);
    }
}
