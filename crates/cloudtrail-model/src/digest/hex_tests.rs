use super::*;

#[test]
fn bytes_round_trip_and_upper_case_is_read() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(unhex(&hex(&bytes)).unwrap(), bytes);
    assert_eq!(unhex("0AfF").unwrap(), [0x0a, 0xff]);
    assert_eq!(unhex("").unwrap(), [0; 0]);
}

#[test]
fn anything_else_is_refused() {
    for text in ["0", "0g", "+1", " 1", "é", "0x"] {
        assert_eq!(unhex(text), None, "{text}");
    }
}

#[test]
fn a_sha256_has_64_digits() {
    assert!(sha256_of_hex(&"ab".repeat(32)).is_some());
    assert_eq!(sha256_of_hex(&"ab".repeat(31)), None);
    assert_eq!(sha256_of_hex(&"ab".repeat(33)), None);
}
