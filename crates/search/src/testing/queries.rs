//! Tests only: random queries, most of which find something.

use fastrand::Rng;

use crate::testing::oracle::Expected;
use crate::{Condition, Field, Query, Span};

/// A query with one to three conditions, for texts that records have.
pub(crate) fn query(records: &[Expected], rng: &mut Rng) -> Query {
    let record = &records[rng.usize(..records.len())];
    let mut query = Query::default();
    for _ in 0..rng.usize(1..4) {
        let field = Field::ALL[rng.usize(..Field::ALL.len())];
        if query.conditions.iter().any(|condition| condition.field == field) {
            continue;
        }
        let mut any_of = vec![wanted(record, field, rng)];
        if rng.u8(..3) == 0 {
            let other = &records[rng.usize(..records.len())];
            any_of.push(wanted(other, field, rng));
        }
        query.conditions.push(Condition { field, any_of });
    }
    if rng.u8(..3) == 0 {
        query.span = span(record, rng);
    }
    query
}

/// A text for a field: one of the record, or part of it, or one that no record has.
fn wanted(record: &Expected, field: Field, rng: &mut Rng) -> String {
    let texts = record.texts(field);
    if texts.is_empty() || rng.u8(..20) == 0 {
        return match field {
            Field::Error => "*".to_owned(),
            _ => "there is none".to_owned(),
        };
    }
    let text = &texts[rng.usize(..texts.len())];
    match field {
        Field::Event | Field::Region | Field::SourceService if rng.bool() => text.to_ascii_uppercase(),
        Field::SourceService => text.trim_end_matches(".amazonaws.com").to_owned(),
        Field::Principal | Field::Resource if rng.bool() => {
            text.rsplit([':', '/']).next().filter(|end| !end.is_empty()).unwrap_or(text).to_owned()
        }
        Field::Text => {
            let characters: Vec<char> = text.chars().collect();
            let start = rng.usize(..=characters.len().saturating_sub(4));
            characters[start..].iter().take(rng.usize(4..20)).collect()
        }
        _ => text.clone(),
    }
}

/// A time around that of a record.
fn span(record: &Expected, rng: &mut Rng) -> Span {
    let at = record.instant.unwrap_or(1_790_000_000_000_000);
    let mut around = |hours: i64| rng.i64(0..=hours * 3_600) * 1_000_000;
    let (from, to) = (at - around(30), at + around(30) + 1);
    match rng.u8(..4) {
        0 => Span { from: Some(from), to: None },
        1 => Span { from: None, to: Some(to) },
        2 => Span { from: Some(from), to: Some(to) },
        _ => Span { from: Some(at), to: Some(at + 1) },
    }
}
