use super::*;

fn same(one: &str, other: &str) -> bool {
    let mut seen = SeenEvents::default();
    assert!(seen.add(one.as_bytes()));
    let is_new = seen.is_new(other.as_bytes());
    assert_eq!(seen.add(other.as_bytes()), is_new);
    !is_new
}

#[test]
fn the_order_of_members_and_escapes_do_not_count() {
    let one = r#"{"eventID":"1","a":{"b":[1,{"c":null}],"d":"é/"},"e":true}"#;
    assert!(same(one, one));
    assert!(same(one, r#"{"e":true,"a":{"d":"\u00e9\/","b":[1,{"c":null}]},"event\u0049D":"1"}"#));
}

#[test]
fn everything_else_counts() {
    let one = r#"{"eventID":"1","a":{"b":[1,2],"c":"x"},"d":{}}"#;
    for other in [
        r#"{"eventID":"2","a":{"b":[1,2],"c":"x"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":[2,1],"c":"x"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":[1,2],"c":"y"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":[1.0,2],"c":"x"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":["1",2],"c":"x"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":[1,2],"c":"x"},"d":[]}"#,
        r#"{"eventID":"1","a":{"b":[[1],2],"c":"x"},"d":{}}"#,
        r#"{"eventID":"1","a":{"b":[1,2]},"c":"x","d":{}}"#,
        r#"{"eventID":"1","a":{"b":[1,2],"c":"x"}}"#,
        r#"{"eventID":"1","a":{"c":[1,2],"b":"x"},"d":{}}"#,
    ] {
        assert!(!same(one, other), "{other}");
    }
}

#[test]
fn a_record_without_an_id_is_never_the_same() {
    for line in [
        r#"{"a":1}"#,
        r#"{"eventID":""}"#,
        r#"{"eventID":7}"#,
        r#"{"eventID":null}"#,
        r#"{"a":{"eventID":"1"}}"#,
        r#"{"eventID":"1","eventID":2}"#,
        r#"{"eventID":["1"]}"#,
        r#"{"eventID":{"eventID":"1"}}"#,
    ] {
        assert!(!same(line, line), "{line}");
    }
}

#[test]
fn an_aggregated_event_has_another_name_for_its_id() {
    assert!(same(r#"{"eventId":"1","a":[]}"#, r#"{"a":[],"eventId":"1"}"#));
    assert!(same(r#"{"eventID":"","eventId":"1"}"#, r#"{"eventId":"1","eventID":""}"#));
    assert!(same(r#"{"eventID":"\ud800"}"#, r#"{"eventID":"\ud800"}"#));
}
