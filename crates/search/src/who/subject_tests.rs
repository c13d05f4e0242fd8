use super::*;

#[test]
fn a_text_tells_what_it_is() {
    for (text, kind) in [
        ("192.0.2.1", "address"),
        ("2001:db8::1", "address"),
        ("AKIAIOSFODNN7EXAMPLE", "access key"),
        ("ASIAIOSFODNN7EXAMPLE", "access key"),
        ("AKIA", "principal"),
        ("akiaiosfodnn7example", "principal"),
        ("alice", "principal"),
        ("arn:aws:iam::111122223333:role/admin", "principal"),
        ("AROAIOSFODNN7EXAMPLE:alice", "principal"),
        ("cloudformation.amazonaws.com", "principal"),
    ] {
        assert_eq!((Subject::of(text).kind(), Subject::of(text).text()), (kind, text));
    }
}
