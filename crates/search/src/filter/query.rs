//! A query: conditions that a record must all fulfil, and the time it must be of.

use cloudtrail_model::Table;

use crate::filter::field::{Field, Place};
use crate::filter::rule::Rule;
use crate::filter::span::Span;

/// A condition: a field that must have one of some texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub field: Field,
    /// The texts; one of them is enough.
    pub any_of: Vec<String>,
}

/// What is looked for: records that fulfil every condition and are in the span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The time.
    pub span: Span,
}

/// A condition on records of one table.
#[derive(Debug, Clone)]
pub(crate) struct TableCondition {
    pub(crate) field: Field,
    pub(crate) rule: Rule,
    pub(crate) places: Vec<Place>,
    pub(crate) any_of: Vec<String>,
}

/// A query on one table.
#[derive(Debug, Clone)]
pub(crate) struct TableQuery {
    pub(crate) table: Table,
    /// Those first that are cheap to decide.
    pub(crate) conditions: Vec<TableCondition>,
    /// The time of dated records.
    pub(crate) span: Span,
    /// Whether undated records are looked for too.
    pub(crate) undated: bool,
}

impl Query {
    /// The query on a table; `None` if no record of it can fulfil every condition, since it has no such field.
    pub(crate) fn of_table(&self, table: Table) -> Option<TableQuery> {
        let mut conditions = Vec::new();
        for Condition { field, any_of } in &self.conditions {
            let places = field.places(table);
            if places.is_empty() {
                return None;
            }
            conditions.push(TableCondition {
                field: *field,
                rule: field.rule(),
                places,
                any_of: any_of.clone(),
            });
        }
        conditions.sort_by_key(|condition| condition.field);
        Some(TableQuery { table, conditions, span: self.span, undated: self.span.is_everything() })
    }
}

impl TableQuery {
    /// The same query for dated records from an instant on.
    pub(crate) fn since(&self, instant: Option<i64>) -> Self {
        TableQuery { span: self.span.since(instant), ..self.clone() }
    }

    /// Whether a record is of the time that is looked at.
    pub(crate) fn has(&self, instant: Option<i64>) -> bool {
        instant.map_or(self.undated, |instant| self.span.has(instant))
    }
}

impl TableCondition {
    /// Whether a text at one of its places fulfils it.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.any_of.iter().any(|wanted| self.rule.accepts(wanted, text))
    }
}
