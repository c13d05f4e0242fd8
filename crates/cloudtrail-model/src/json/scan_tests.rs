use super::*;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

fn accepts(text: &[u8]) -> bool {
    let mut scanner = Scanner::new(text);
    std::str::from_utf8(text).is_ok() && scanner.value(0).and_then(|()| scanner.end()).is_ok()
}

fn serde_accepts(text: &[u8]) -> bool {
    let mut reader = serde_json::Deserializer::from_slice(text);
    reader.disable_recursion_limit();
    let value: Result<&RawValue, _> = serde::Deserialize::deserialize(&mut reader);
    value.is_ok() && reader.end().is_ok()
}

#[test]
fn every_rule_of_the_grammar() {
    let good = [
        "0",
        "-0",
        "0.0",
        "1.688E9",
        "1e-7",
        "-1.5E+10",
        "9007199254740993",
        "\"\"",
        r#""\"\\\/\b\f\n\r\t\u003d""#,
        r#""\ud800""#,
        "[]",
        "{}",
        "[[],{}]",
        "{\"\":null}",
        " [ true , false ] ",
        "\"\u{7f}é日本😀\"",
    ];
    for text in good {
        assert!(accepts(text.as_bytes()), "{text}");
        assert!(serde_accepts(text.as_bytes()), "{text} (serde)");
    }
    let bad = [
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "nul",
        "nulll",
        "True",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"a\nb\"",
        "\"\u{1f}\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "[}",
        "{]",
        "]",
        "1 2",
        "\u{a0}1",
        "//",
        "[1]/**/",
    ];
    for text in bad {
        assert!(!accepts(text.as_bytes()), "{text}");
        assert!(!serde_accepts(text.as_bytes()), "{text} (serde)");
    }
}

#[test]
fn a_stop_is_found_at_every_offset_of_a_word() {
    for length in 0..40 {
        for stop in [b'"', b'\\', 0x1f, 0x00, b'\n'] {
            let mut text = vec![b'!'; length];
            text.extend([stop, b'x', 0x80, 0xff, b'"', 0, 0, 0, 0, 0]);
            assert_eq!(plain_length(&text), length, "{stop:#x} at {length}");
        }
        assert_eq!(plain_length(&vec![0xff; length]), length);
        assert_eq!(plain_length(&vec![b' '; length]), length);
        assert_eq!(plain_length(&vec![0x7f; length]), length);
    }
}

#[test]
fn depth_is_bounded_without_recursion() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(accepts(&nested(MAX_DEPTH)));
    assert_eq!(Scanner::new(&nested(MAX_DEPTH + 1)).value(0), Err(Fault::TooDeep { at: MAX_DEPTH }));
    assert_eq!(Scanner::new(&nested(1_000_000)).value(0), Err(Fault::TooDeep { at: MAX_DEPTH }));
}

/// JSON values whose text is chosen too: numbers as written, escapes, spaces between tokens.
fn json_text() -> impl Strategy<Value = String> {
    let space = "[ \t\r\n]{0,2}";
    let string = r#""([ !#-\[\]-~é日😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,20}""#;
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?";
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number.prop_map(String::from),
        string.prop_map(String::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..6), space)
                .prop_map(|(items, s)| format!("[{s}{}{s}]", items.join(&format!("{s},{s}")))),
            (proptest::collection::vec((string, inner), 0..6), space).prop_map(|(members, s)| {
                let members: Vec<String> = members.iter().map(|(k, v)| format!("{k}{s}:{s}{v}")).collect();
                format!("{{{s}{}{s}}}", members.join(&format!("{s},{s}")))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_serde_on_valid_text(text in json_text()) {
        prop_assert!(serde_accepts(text.as_bytes()));
        prop_assert!(accepts(text.as_bytes()));
    }

    #[test]
    fn agrees_with_serde_on_damaged_text(text in json_text(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut text = text.into_bytes();
        let at = at.index(text.len());
        if cut { text.truncate(at) } else { text[at] = byte }
        prop_assert_eq!(accepts(&text), serde_accepts(&text), "{:?}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn stripping_space_keeps_the_value_and_is_idempotent(text in json_text()) {
        let mut stripped = text.clone().into_bytes();
        strip_space(&mut stripped);
        prop_assert!(!stripped.iter().any(|b| matches!(b, b'\n' | b'\r' | b'\t')));
        // half surrogates have no value to compare, and huge exponents none that serde_json would hold
        if !text.contains("\\u") && !text.contains(['e', 'E']) {
            let (a, b): (Value, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_slice(&stripped).unwrap());
            prop_assert_eq!(a, b);
        }
        let mut again = stripped.clone();
        strip_space(&mut again);
        prop_assert_eq!(again, stripped);
    }
}
