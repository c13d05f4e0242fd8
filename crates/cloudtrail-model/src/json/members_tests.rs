use super::*;
use proptest::prelude::*;

#[test]
fn values_are_as_written() {
    let text = br#"{"a":1.0,"b":{"c":[1, 2]},"\u0061":"x\ty","\ud800":null,"":[]}"#;
    let found = members(text).unwrap();
    let names: Vec<&str> = found.iter().map(|member| &*member.name).collect();
    assert_eq!(names, ["a", "b", "a", "\\ud800", ""]);
    let values: Vec<&str> = found.iter().map(|member| std::str::from_utf8(member.value).unwrap()).collect();
    assert_eq!(values, ["1.0", r#"{"c":[1, 2]}"#, r#""x\ty""#, "null", "[]"]);
    assert_eq!(found[2].raw_name, br#""\u0061""#);
    assert_eq!(elements(br#"[1,"a,]",[2],{}]"#).unwrap(), [&b"1"[..], b"\"a,]\"", b"[2]", b"{}"]);
    assert!(members(b"{}").unwrap().is_empty() && elements(b" [ ] ").unwrap().is_empty());
}

#[test]
fn other_values_are_refused() {
    for text in ["", "1", "[]", "{\"a\":}", "{\"a\":1", "{}x", "{1:2}"] {
        assert!(members(text.as_bytes()).is_err(), "{text}");
    }
    for text in ["", "1", "{}", "[1,]", "[1", "[]x"] {
        assert!(elements(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn strings_are_decoded_where_they_have_a_text() {
    assert_eq!(string_text(br#""a\u003d\n\u00fc\ud83d\ude00""#).unwrap(), "a=\nü😀");
    assert_eq!(string_text(br#""""#).unwrap(), "");
    for text in [r#""\ud800""#, "1", "null", "\"", ""] {
        assert_eq!(string_text(text.as_bytes()), None, "{text}");
    }
}

proptest! {
    #[test]
    fn put_together_again_it_is_the_same(pairs in proptest::collection::vec((".{0,8}", ".{0,8}", any::<i32>()), 0..6)) {
        let parts: Vec<String> = pairs
            .iter()
            .map(|(name, text, number)| format!("{}:{}", serde_json::json!(name), serde_json::json!([text, number])))
            .collect();
        let text = format!("{{{}}}", parts.join(","));
        let found = members(text.as_bytes()).unwrap();
        prop_assert_eq!(found.len(), pairs.len());
        for (member, (name, text, number)) in found.iter().zip(&pairs) {
            prop_assert_eq!(&*member.name, name);
            let elements = elements(member.value).unwrap();
            prop_assert_eq!(string_text(elements[0]).unwrap(), text.as_str());
            let number = number.to_string();
            prop_assert_eq!(elements[1], number.as_bytes());
        }
    }
}
