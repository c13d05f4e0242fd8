use super::*;

#[test]
fn texts_are_compared_as_their_rule_says() {
    for (rule, wanted, text, expected) in [
        (Rule::Same, "AKIA1", "AKIA1", true),
        (Rule::Same, "AKIA1", "akia1", false),
        (Rule::Same, "", "", true),
        (Rule::AnyCase, "consolelogin", "ConsoleLogin", true),
        (Rule::AnyCase, "é", "É", false),
        (Rule::Service, "S3", "s3.amazonaws.com", true),
        (Rule::Service, "s3.amazonaws.com", "s3.amazonaws.com", true),
        (Rule::Service, "s3", "s3.amazonaws.com.cn", false),
        (Rule::Service, "s3", "sx3.amazonaws.com", false),
        (Rule::Service, "é", "e\u{301}\u{301}amazonaws.com", false),
        (Rule::Error, "*", "AccessDenied", true),
        (Rule::Error, "*", "", false),
        (Rule::Error, "*", "*", true),
        (Rule::Error, "accessdenied", "AccessDenied", true),
        (Rule::Ending, "alice", "alice", true),
        (Rule::Ending, "alice", "arn:aws:iam::1:user/alice", true),
        (Rule::Ending, "alice", "AROA1:alice", true),
        (Rule::Ending, "alice", "arn:aws:iam::1:user/malice", false),
        (Rule::Ending, "user/alice", "arn:aws:iam::1:user/alice", true),
        (Rule::Ending, "arn:aws:iam::1:user/alice", "alice", false),
        (Rule::Within, "x.y", "ax.yb", true),
        (Rule::Within, "X", "x", false),
    ] {
        assert_eq!(rule.accepts(wanted, text), expected, "{rule:?} {wanted:?} {text:?}");
    }
}

#[test]
fn what_is_accepted_is_never_outside_its_bounds() {
    let texts = [
        "",
        "A",
        "a",
        "AB",
        "Ab",
        "aB",
        "ab",
        "abc",
        "B",
        "s3",
        "s3.amazonaws.com",
        "S3.AMAZONAWS.COM",
        "\u{e9}",
        "z",
        "*",
    ];
    let rules = [Rule::Same, Rule::AnyCase, Rule::Service, Rule::Error, Rule::Ending, Rule::Within];
    for min in texts {
        for max in texts.iter().filter(|max| min.as_bytes() <= max.as_bytes()) {
            for text in
                texts.iter().filter(|text| (min.as_bytes()..=max.as_bytes()).contains(&text.as_bytes()))
            {
                for (rule, wanted) in rules.iter().flat_map(|rule| texts.map(|wanted| (rule, wanted))) {
                    let may = rule.may_accept(wanted, min.as_bytes(), max.as_bytes());
                    let is = rule.accepts(wanted, text);
                    assert!(may || !is, "{rule:?} {wanted:?} accepts {text:?} from {min:?} to {max:?}");
                }
            }
        }
    }
}

#[test]
fn bounds_rule_out_what_cannot_be_between_them() {
    for (rule, wanted, min, max, expected) in [
        (Rule::Same, "b", "c", "d", false),
        (Rule::AnyCase, "getobject", "GetObject", "GetObject", true),
        (Rule::AnyCase, "getobject", "GetA", "GetB", false),
        (Rule::AnyCase, "getobject", "DescribeA", "ListZ", true),
        (Rule::AnyCase, "getobject", "ListA", "PutZ", false),
        (Rule::AnyCase, "get", "GetA", "GetB", false),
        (Rule::AnyCase, "geta", "Get", "GetB", true),
        (Rule::Service, "s3", "s3.amazonaws.com", "s3.amazonaws.com", true),
        (Rule::Service, "ec2", "s3.amazonaws.com", "sts.amazonaws.com", false),
        (Rule::Error, "*", "a", "a", true),
    ] {
        let may = rule.may_accept(wanted, min.as_bytes(), max.as_bytes());
        assert_eq!(may, expected, "{rule:?} {wanted:?} from {min:?} to {max:?}");
    }
}

#[test]
fn a_text_that_json_must_escape_is_no_needle() {
    assert_eq!(Rule::Same.needle("AKIA1"), Some("AKIA1"));
    assert_eq!(Rule::Within.needle("a\"b"), None);
    assert_eq!(Rule::Ending.needle("a\\b"), None);
    assert_eq!(Rule::Within.needle("a\tb"), None);
    assert_eq!(Rule::Within.needle(""), None);
    assert_eq!(Rule::AnyCase.needle("a"), None);
}
