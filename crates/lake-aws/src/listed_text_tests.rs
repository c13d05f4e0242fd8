use super::*;

#[test]
fn encoded_keys_are_decoded() {
    for (text, key) in [
        ("a/b-c_d.e*", "a/b-c_d.e*"),
        ("year%3D2026/a+b%2Bc%25", "year=2026/a b+c%"),
        ("%E6%97%A5%e6%9c%ac", "日本"),
        ("%0D%0A%01", "\r\n\u{1}"),
        ("100%", "100%"),
        ("%4", "%4"),
        ("%zz", "%zz"),
    ] {
        assert_eq!(decoded(text, Some(&EncodingType::Url)), key);
    }
}

#[test]
fn other_keys_are_unchanged() {
    assert_eq!(decoded("a+b%2Bc", None), "a+b%2Bc");
}
