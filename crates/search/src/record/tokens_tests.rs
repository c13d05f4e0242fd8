use super::*;

fn tokens(json: &str) -> Vec<Token<'_>> {
    Tokens::of(json.as_bytes()).collect()
}

#[test]
fn json_is_taken_apart() {
    use Token::{Array, End, Name, Object, Scalar, Text};
    assert_eq!(
        tokens(r#"{"a":"b","c":[1,-2.5e3,"\"}\\",[]],"d":{"":null},"e":true}"#),
        [
            Object,
            Name(b"\"a\""),
            Text(b"\"b\""),
            Name(b"\"c\""),
            Array,
            Scalar(b"1"),
            Scalar(b"-2.5e3"),
            Text(br#""\"}\\""#),
            Array,
            End,
            End,
            Name(b"\"d\""),
            Object,
            Name(b"\"\""),
            Scalar(b"null"),
            End,
            Name(b"\"e\""),
            Scalar(b"true"),
            End,
        ]
    );
    assert_eq!(tokens(" { \"a\" : 1 } "), [Object, Name(b"\"a\""), Scalar(b"1"), End]);
    assert_eq!((tokens("\"x\""), tokens("7")), (vec![Text(b"\"x\"")], vec![Scalar(b"7")]));
}

#[test]
fn what_is_no_json_ends_too() {
    for odd in ["", "\"", "\"\\", "{\"a", "]]]", "tru", ":::"] {
        assert!(tokens(odd).len() <= 3, "{odd}");
    }
}

#[test]
fn a_value_without_a_text_is_as_written() {
    assert_eq!(text_of(br#""\u00e9\n""#), "\u{e9}\n");
    assert_eq!(text_of(br#""\ud800""#), r#""\ud800""#);
    assert_eq!(
        (text_of(b"1.0"), text_of(b"null"), text_of(br#"{"a":1}"#)),
        ("1.0".into(), "null".into(), r#"{"a":1}"#.into())
    );
}
