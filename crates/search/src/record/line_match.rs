//! Whether a record fulfils the conditions of a query, by its JSON.
//!
//! A member has a text unless it is missing or null: of a string what it stands for, of anything else its JSON. Of a member
//! that is there twice the last counts. So a record has the same texts as its row of Parquet.

use cloudtrail_model::{Member, elements, members};

use crate::filter::field::Place;
use crate::filter::query::{TableCondition, TableQuery};
use crate::record::tokens::{Token, Tokens, text_of};

/// Whether a record fulfils every condition. Its time is not looked at.
pub(crate) fn fulfils(query: &TableQuery, line: &[u8]) -> bool {
    if query.conditions.is_empty() {
        return true;
    }
    // what is no object is no record
    let Ok(record) = members(line) else { return false };
    query
        .conditions
        .iter()
        .all(|condition| condition.places.iter().any(|place| found(condition, *place, &record, line)))
}

fn found(condition: &TableCondition, place: Place, record: &[Member<'_>], line: &[u8]) -> bool {
    match place {
        Place::Member(path) => match path {
            [] => false,
            [name, below @ ..] => {
                last(record, name).is_some_and(|value| accepts_below(condition, value, below))
            }
        },
        Place::Elements(list, name) => {
            let list = last(record, list).filter(|value| value.first() == Some(&b'['));
            let elements = list.and_then(|list| elements(list).ok()).unwrap_or_default();
            elements.into_iter().any(|element| accepts_below(condition, element, &[name]))
        }
        Place::Strings(name) => last(record, name).is_some_and(|json| has_string(condition, json)),
        Place::Record => has_token(condition, line),
    }
}

/// Whether a condition accepts the text of a value, or of a member below it.
fn accepts_below(condition: &TableCondition, value: &[u8], path: &[&str]) -> bool {
    let Some((name, below)) = path.split_first() else {
        return value != b"null" && condition.accepts(&text_of(value));
    };
    let inner = (value.first() == Some(&b'{')).then(|| members(value).ok()).flatten();
    let inner = inner.unwrap_or_default();
    last(&inner, name).is_some_and(|value| accepts_below(condition, value, below))
}

/// The value of a member; the last one, if the name is there more than once.
fn last<'a>(object: &[Member<'a>], name: &str) -> Option<&'a [u8]> {
    object.iter().rfind(|member| member.name == name).map(|member| member.value)
}

/// Whether a condition accepts a string at any depth of some JSON.
pub(crate) fn has_string(condition: &TableCondition, json: &[u8]) -> bool {
    Tokens::of(json).any(|token| match token {
        Token::Text(text) => condition.accepts(&text_of(text)),
        Token::Name(_) | Token::Scalar(_) | Token::Object | Token::Array | Token::End => false,
    })
}

/// Whether a condition accepts a name, a string or a scalar at any depth of some JSON.
pub(crate) fn has_token(condition: &TableCondition, json: &[u8]) -> bool {
    Tokens::of(json).any(|token| match token {
        Token::Name(text) | Token::Text(text) | Token::Scalar(text) => condition.accepts(&text_of(text)),
        Token::Object | Token::Array | Token::End => false,
    })
}

#[cfg(test)]
#[path = "line_match_tests.rs"]
mod tests;
