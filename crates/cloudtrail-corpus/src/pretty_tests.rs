use super::*;

#[test]
fn only_white_space_is_added() {
    let text = r#"{"a":[1.0,{"b c":"x, {y} \" \\"},[],{}],"":null}"#;
    let spaced = String::from_utf8(pretty(text.as_bytes())).unwrap();
    let expected = "{\r\n  \"a\"\t: [\r\n    1.0,\r\n    {\r\n      \"b c\"\t: \"x, {y} \\\" \\\\\"\r\n    },\r\n    \
                    [],\r\n    {}\r\n  ],\r\n  \"\"\t: null\r\n}\n";
    assert_eq!(spaced, expected);
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&spaced), value(text));
}

#[test]
fn records_stay_the_same_values() {
    for record in crate::sample_records(11, 300) {
        let spaced = pretty(record.as_bytes());
        let value: serde_json::Value = serde_json::from_slice(&spaced).unwrap();
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(&record).unwrap());
    }
}
