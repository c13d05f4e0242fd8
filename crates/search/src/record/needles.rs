//! Passes over most lines without taking them apart: a line without the bytes of what is wanted cannot fulfil the query.

use memchr::memmem::Finder;

use crate::filter::query::TableQuery;

/// What lines are searched for, for each condition that allows it: one of the needles must be there.
#[derive(Debug)]
pub(crate) struct Needles(Vec<Vec<Finder<'static>>>);

impl Needles {
    pub(crate) fn of(query: &TableQuery) -> Self {
        let needles = query.conditions.iter().filter_map(|condition| {
            let needles = condition.any_of.iter().map(|wanted| condition.rule.needle(wanted));
            let finders = needles.map(|needle| needle.map(|needle| Finder::new(needle).into_owned()));
            finders.collect::<Option<Vec<_>>>()
        });
        Needles(needles.collect())
    }

    /// Whether a line may fulfil the query. In a line with a backslash a text may be written otherwise.
    pub(crate) fn may_be_in(&self, line: &[u8]) -> bool {
        let all = self.0.iter().all(|any| any.iter().any(|needle| needle.find(line).is_some()));
        all || memchr::memchr(b'\\', line).is_some()
    }
}

#[cfg(test)]
#[path = "needles_tests.rs"]
mod tests;
