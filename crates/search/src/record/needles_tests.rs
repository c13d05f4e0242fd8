use cloudtrail_model::Table;

use super::*;
use crate::{Condition, Field, Query};

fn needles(conditions: &[(Field, &[&str])]) -> Needles {
    let condition = |(field, any_of): &(Field, &[&str])| Condition {
        field: *field,
        any_of: any_of.iter().map(|text| (*text).to_owned()).collect(),
    };
    let query = Query { conditions: conditions.iter().map(condition).collect(), ..Query::default() };
    Needles::of(&query.of_table(Table::CloudTrail).unwrap())
}

#[test]
fn a_line_without_the_wanted_bytes_is_passed_over() {
    let found = needles(&[(Field::Ip, &["192.0.2.1", "192.0.2.2"]), (Field::Text, &["x"])]);
    assert!(found.may_be_in(br#"{"sourceIPAddress":"192.0.2.2","y":"x"}"#));
    assert!(!found.may_be_in(br#"{"sourceIPAddress":"192.0.2.2"}"#));
    assert!(!found.may_be_in(br#"{"sourceIPAddress":"192.0.2.3","y":"x"}"#));
}

#[test]
fn a_line_with_an_escape_is_looked_at() {
    assert!(needles(&[(Field::Ip, &["a"])]).may_be_in(br#"{"sourceIPAddress":"\u0061"}"#));
    assert!(!needles(&[(Field::Ip, &["a"])]).may_be_in(br#"{"sourceIP":"b"}"#));
}

#[test]
fn a_condition_that_has_no_needle_passes_nothing_over() {
    assert!(needles(&[(Field::Event, &["a"])]).may_be_in(b"{}"));
    assert!(needles(&[(Field::Ip, &["1", "\""])]).may_be_in(b"{}"), "one of them may be there");
    assert!(needles(&[]).may_be_in(b"{}"));
}
