use super::*;

#[test]
fn counts_have_commas() {
    assert_eq!(count(0), "0");
    assert_eq!(count(999), "999");
    assert_eq!(count(1_000), "1,000");
    assert_eq!(count(12_345_678), "12,345,678");
    assert_eq!((counted(1, "part"), counted(2_000, "part")), ("1 part".into(), "2,000 parts".into()));
}

#[test]
fn bytes_have_a_unit() {
    assert_eq!(bytes(999), "999 B");
    assert_eq!(bytes(1_000), "1.0 kB");
    assert_eq!(bytes(1_260_000), "1.2 MB");
    assert_eq!(bytes(u64::MAX), "18.4 EB");
}
