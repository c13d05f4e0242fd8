use super::*;
use proptest::prelude::*;

fn why(reason: &str) -> Why {
    Why { reason: reason.into(), detail: "…\n".into() }
}

#[test]
fn a_line_says_what_is_not_usual_only() {
    let mut text = Vec::new();
    let mut input =
        Input { key: "k1".into(), etag: "e1".into(), bytes: 10, raw_bytes: 100, ..Input::default() };
    input.append_line(&mut text).unwrap();
    let usual = r#"{"key":"k1","etag":"e1","bytes":10,"raw_bytes":100,"records":0,"duplicates":0}"#;
    assert_eq!(String::from_utf8(text).unwrap(), format!("{usual}\n"));
    input.verdict = Verdict::Unreadable(why("archived"));
    input.first_member_sha256 = Some([0xab; 32]);
    input.trailing_member = true;
    let mut text = Vec::new();
    input.append_line(&mut text).unwrap();
    let rest = format!(
        r#","first_member_sha256":"{}","trailing_member":true,"unreadable":{{"reason":"archived","detail":"…\n"}}}}"#,
        "ab".repeat(32)
    );
    assert_eq!(String::from_utf8(text).unwrap(), format!("{}{rest}\n", usual.strip_suffix('}').unwrap()));
}

#[test]
fn an_unknown_field_is_ignored_and_a_false_digest_is_not() {
    let line = r#"{"key":"k","etag":"e","bytes":1,"raw_bytes":1,"records":1,"duplicates":0,"new":{"x":1}}"#;
    assert_eq!(Input::from_line(line.as_bytes()).unwrap().records, 1);
    let line = line.replace(r#""new":{"x":1}"#, r#""first_member_sha256":"AB""#);
    assert!(Input::from_line(line.as_bytes()).unwrap_err().to_string().contains("not a SHA-256"));
}

fn inputs() -> impl Strategy<Value = Input> {
    let etag = prop_oneof!["[0-9a-f]{32}", "[0-9A-Fa-f]{30,34}", "\\PC{0,10}"];
    let verdict = prop_oneof![
        Just(Verdict::Ok),
        "\\PC{0,9}".prop_map(|reason| Verdict::Quarantined(why(&reason))),
        "\\PC{0,9}".prop_map(|reason| Verdict::Unreadable(why(&reason))),
    ];
    let numbers: [u64; 5] = [0; 5];
    let numbers = numbers.map(|_| any::<u64>());
    (".{0,40}", any::<u32>(), etag, numbers, any::<Option<[u8; 32]>>(), any::<bool>(), verdict).prop_map(
        |(key, above, etag, numbers, first_member_sha256, trailing_member, verdict)| {
            let [bytes, raw_bytes, records, duplicates, other_slices] = numbers;
            Input {
                key,
                above,
                etag,
                bytes,
                raw_bytes,
                records,
                duplicates,
                other_slices,
                first_member_sha256,
                trailing_member,
                verdict,
            }
        },
    )
}

proptest! {
    #[test]
    fn both_forms_give_an_input_back(input in inputs()) {
        let (mut text, mut packed) = (Vec::new(), Vec::new());
        input.append_line(&mut text).unwrap();
        prop_assert_eq!(&Input::from_line(&text).unwrap(), &input);
        input.pack(&mut packed);
        prop_assert_eq!(&Input::unpack(&input.key, &packed).unwrap(), &input);
        prop_assert!(Input::unpack("", &packed[..packed.len() / 2]).is_none_or(|other| other != input));
    }
}
