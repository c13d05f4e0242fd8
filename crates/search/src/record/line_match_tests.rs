use cloudtrail_model::Table;

use super::*;
use crate::{Condition, Field, Query};

fn matches(field: Field, wanted: &str, line: &str) -> bool {
    let condition = Condition { field, any_of: vec!["never".to_owned(), wanted.to_owned()] };
    let query = Query { conditions: vec![condition], ..Query::default() };
    fulfils(&query.of_table(Table::CloudTrail).unwrap(), line.as_bytes())
}

#[test]
fn a_member_has_a_text_unless_it_is_missing_or_null() {
    let ip =
        |value: &str, wanted: &str| matches(Field::Ip, wanted, &format!(r#"{{"sourceIPAddress":{value}}}"#));
    assert!(ip(r#""192.0.2.1""#, "192.0.2.1"));
    assert!(ip("7", "7") && ip("true", "true") && ip("[1,2]", "[1,2]") && ip(r#""a\u0062""#, "ab"));
    assert!(!ip("null", "null") && !matches(Field::Ip, "null", "{}"));
    assert!(ip(r#""\ud800""#, r#""\ud800""#));
}

#[test]
fn of_a_member_that_is_there_twice_the_last_counts() {
    let line =
        r#"{"eventName":"A","eventN\u0061me":"B","userIdentity":{"arn":"x"},"userIdentity":{"arn":"y"}}"#;
    assert!(matches(Field::Event, "b", line) && !matches(Field::Event, "a", line));
    assert!(matches(Field::Principal, "y", line) && !matches(Field::Principal, "x", line));
    assert!(matches(Field::Text, "A", line) && matches(Field::Text, "x", line), "a text is anywhere");
}

#[test]
fn a_value_of_another_type_on_the_way_has_no_members() {
    assert!(!matches(Field::AccessKey, "K", r#"{"userIdentity":"K"}"#));
    assert!(!matches(Field::AccessKey, "K", r#"{"userIdentity":[{"accessKeyId":"K"}]}"#));
    assert!(!matches(Field::Resource, "a", r#"{"resources":{"ARN":"a"}}"#));
    assert!(matches(Field::Resource, "a", r#"{"resources":[1,null,{"ARN":null},{"ARN":"x:a"}]}"#));
}

#[test]
fn a_resource_is_a_string_among_the_parameters_too() {
    let line = r#"{"requestParameters":{"bucketName":"b","deep":[{"x":["arn:aws:s3:::c/d"]}],"n":5}}"#;
    assert!(matches(Field::Resource, "b", line) && matches(Field::Resource, "d", line));
    assert!(matches(Field::Resource, "c/d", line) && !matches(Field::Resource, "c", line));
    assert!(!matches(Field::Resource, "bucketName", line), "a name is not a resource");
    assert!(!matches(Field::Resource, "5", line), "a number is not a resource");
    assert!(matches(Field::Resource, "all", r#"{"requestParameters":"all"}"#));
}

#[test]
fn a_text_is_within_a_name_or_a_value_and_not_across_them() {
    let line = r#"{"a":"bc","d":[1.50,null],"e\u0066":{}}"#;
    for wanted in ["b", "bc", "1.50", "ul", "ef"] {
        assert!(matches(Field::Text, wanted, line), "{wanted}");
    }
    for wanted in ["a\":\"b", "\\u0066", "1.5,", "BC"] {
        assert!(!matches(Field::Text, wanted, line), "{wanted}");
    }
}

#[test]
fn conditions_must_all_be_fulfilled() {
    let condition = |field, wanted: &str| Condition { field, any_of: vec![wanted.to_owned()] };
    let query = |conditions| Query { conditions, ..Query::default() }.of_table(Table::CloudTrail).unwrap();
    let line = br#"{"eventName":"A","awsRegion":"r"}"#;
    assert!(fulfils(&query(vec![]), line));
    assert!(fulfils(&query(vec![condition(Field::Event, "a"), condition(Field::Region, "R")]), line));
    assert!(!fulfils(&query(vec![condition(Field::Event, "a"), condition(Field::Region, "s")]), line));
}
