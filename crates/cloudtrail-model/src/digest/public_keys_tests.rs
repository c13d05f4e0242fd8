use super::*;

const ONE: &str = r#"{"PublicKeyList": [{"Fingerprint": "8eba5db5", "Value": "AQID",
    "ValidityStartTime": 1436317441.0, "ValidityEndTime": 1438909441.0}]}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn found(keys: &PublicKeys, fingerprint: &str, instant: &str) -> usize {
    keys.valid_at(fingerprint, at(instant)).count()
}

#[test]
fn what_both_versions_of_the_command_print_is_read() {
    let first = PublicKeys::parse(ONE.as_bytes()).unwrap();
    let second = ONE
        .replace("1436317441.0", "\"2015-07-08T01:04:01+00:00\"")
        .replace("1438909441.0", "\"2015-08-06T21:04:01-04:00\"");
    let second = PublicKeys::parse(second.as_bytes()).unwrap();
    assert_eq!(first, second);
    assert_eq!((first.len(), first.keys[0].der.as_slice()), (1, &[1, 2, 3][..]));
    assert_eq!(first.keys[0].validity, (at("2015-07-08T01:04:01Z"), at("2015-08-07T01:04:01Z")));
}

#[test]
fn outputs_one_after_the_other_are_one_set() {
    let text = format!("{ONE}\n{}\n", ONE.replace("8eba", "9eba"));
    assert_eq!(PublicKeys::parse(text.as_bytes()).unwrap().len(), 2);
}

#[test]
fn a_key_counts_for_the_time_of_its_validity_and_a_day_around_it() {
    let keys = PublicKeys::parse(ONE.as_bytes()).unwrap();
    assert_eq!(found(&keys, "8EBA5DB5", "2015-07-20T00:00:00Z"), 1);
    assert_eq!(found(&keys, "8eba5db5", "2015-07-07T02:00:00Z"), 1);
    assert_eq!(found(&keys, "8eba5db5", "2015-08-08T01:00:00Z"), 1);
    assert_eq!(found(&keys, "8eba5db5", "2015-07-07T01:00:00Z"), 0);
    assert_eq!(found(&keys, "8eba5db5", "2015-08-08T01:05:00Z"), 0);
    assert_eq!(keys.with_fingerprint("8eba5db5").count(), 1);
    assert_eq!(found(&keys, "8eba5db", "2015-07-20T00:00:00Z"), 0);
}

#[test]
fn what_is_no_list_of_keys_says_what_to_do() {
    let error = |text: &str| PublicKeys::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(error("[]").contains("aws cloudtrail list-public-keys --output json"), "{}", error("[]"));
    assert!(error(&ONE[..40]).contains("not the JSON"));
    assert!(error(&format!("{ONE}x")).contains("not the JSON"));
    assert!(error("").contains("--start-time"));
    assert!(error(r#"{"PublicKeyList": []}"#).contains("no public key"));
    let value = error(&ONE.replace("AQID", "A?"));
    assert!(value.contains("\"8eba5db5\"") && value.contains("Value"), "{value}");
    assert!(error(&ONE.replace("1436317441.0", "1e300")).contains("ValidityStartTime"));
    assert!(error(&ONE.replace("1438909441.0", "\"soon\"")).contains("ValidityEndTime"));
}

#[test]
fn a_set_is_a_list_for_each_key_and_a_key_is_in_it_once() {
    let text = format!("{ONE}\n{}\n", ONE.replace("8eba", "9eba"));
    let keys = PublicKeys::parse(text.as_bytes()).unwrap();
    let mut again = PublicKeys::default();
    for (fingerprint, json) in keys.as_json() {
        let one = PublicKeys::parse(json.as_bytes()).unwrap();
        assert_eq!((one.len(), one.with_fingerprint(fingerprint).count()), (1, 1));
        again.extend(one.clone());
        again.extend(one);
    }
    assert_eq!(again, keys);
    // a fingerprint becomes the name of an object
    let outside = ONE.replace("8eba5db5", "../../x");
    assert_eq!(PublicKeys::parse(outside.as_bytes()).unwrap().as_json().count(), 0);
    assert!(PublicKeys::parse_list(br#"{"PublicKeyList": []}"#).unwrap().is_empty());
}
