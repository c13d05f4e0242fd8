//! Shred: a record becomes the values of its table's leaves, in the one pass that validates it.
//!
//! Most records are as the column table expects them: known members, each once and of its type, no white space between
//! tokens. Those go straight to their leaves here. Any other record is taken apart by `shred_odd`, which finds out what
//! of it no column can hold. Both make the same of a record that both can read.

use std::ops::Range;

use crate::delivery::event_day::dated;
use crate::json::scan::Scanner;
use crate::table::shape::{Key, Kind, Node, Shape};
use crate::table::shred_odd::shred_odd;
use crate::table::shredded::{Shredded, ShreddedRows, SortKeys};
use crate::{Day, EnvelopeError, Record, event_instant, string_text};

/// The most bytes of a line: offsets into shredded rows are below 4 GiB. The daily stage takes no record that is longer than a
/// sixteenth of that ([`Limits`](crate::Limits)).
const MAX_LINE_BYTES: u32 = 256 << 20;

/// Shreds the records of one table.
#[derive(Debug)]
pub struct Shredder {
    shape: Shape,
    followers: Followers,
}

/// For each member of each level, which one came after it last, and which before that: CloudTrail writes members in few
/// orders. At the index behind the members of a level: which came first.
type Followers = Vec<Vec<[usize; 2]>>;

impl Shredder {
    /// A shredder for the records of a table.
    pub fn new(table: crate::Table) -> Self {
        let shape = Shape::new(table);
        let followers = shape.levels.iter().map(|level| vec![[0; 2]; level.nodes.len() + 1]).collect();
        Shredder { shape, followers }
    }

    /// Appends the record that a line of NDJSON holds, without its line end, as a row. `delivered` is the delivery day of
    /// the record, which decides whether it is dated.
    ///
    /// # Errors
    /// Fails if the line is not one whole JSON object, or is too long.
    pub fn shred<'l>(
        &mut self,
        line: &'l [u8],
        delivered: Day,
        rows: &mut ShreddedRows,
    ) -> Result<Shredded<'l>, EnvelopeError> {
        if line.len() > MAX_LINE_BYTES as usize {
            return Err(EnvelopeError::RecordTooLarge { index: 0, bytes: line.len(), limit: MAX_LINE_BYTES });
        }
        let mut row = rows.start();
        let (shape, followers) = (&self.shape, &mut self.followers);
        let scanner = Scanner { text: line, at: 0, spaced: false };
        let mut pass = Pass {
            shape,
            followers,
            scanner,
            rows,
            present: 0,
            seen: 0,
            nulls: 0,
            keys: Keys::default(),
            rank: 0,
        };
        let (record, sort, instant) = match pass.record() {
            Some(()) => {
                row.present = pass.present;
                let (record, sort) = pass.keys.of(line);
                let instant = push_instant(shape, &record, delivered, rows);
                (record, sort, instant)
            }
            None => {
                rows.truncate(&row);
                shred_odd(shape, line, delivered, rows, &mut row)?
            }
        };
        rows.end(&mut row);
        Ok(Shredded { record, row, sort, instant })
    }
}

/// Adds the value of `eventTimestamp` to the row under construction: the instant of a dated record, which it returns.
pub(crate) fn push_instant(
    shape: &Shape,
    record: &Record<'_>,
    delivered: Day,
    rows: &mut ShreddedRows,
) -> Option<i64> {
    let instant = dated(delivered, event_instant(record))?;
    rows.push(shape.event_timestamp, &instant.to_le_bytes());
    Some(instant)
}

/// A string in the record, and in the text of the rows.
#[derive(Debug, Clone, Default)]
struct Found {
    line: Range<usize>,
    rows: Range<u32>,
}

#[derive(Debug, Default)]
struct Keys {
    event_id: Found,
    aggregated_id: Found,
    event_time: Found,
    event_source: Found,
    event_name: Found,
    identity: Found,
}

impl Keys {
    fn of(self, line: &[u8]) -> (Record<'_>, SortKeys) {
        let text = |found: &Found| Some(&line[found.line.clone()]).filter(|text| !text.is_empty());
        let record = Record {
            line,
            event_id: text(&self.event_id).or(text(&self.aggregated_id)),
            event_time: text(&self.event_time).and_then(|time| std::str::from_utf8(time).ok()),
            event_source: text(&self.event_source),
            event_name: text(&self.event_name),
            identity: text(&self.identity),
        };
        let sort = SortKeys {
            event_source: self.event_source.rows,
            event_name: self.event_name.rows,
            identity: self.identity.rows,
            event_time: self.event_time.rows,
        };
        (record, sort)
    }
}

/// One record on its way. Whatever is not as expected is `None`, and the row so far worthless.
struct Pass<'a, 's> {
    shape: &'s Shape,
    followers: &'s mut Followers,
    scanner: Scanner<'a>,
    rows: &'s mut ShreddedRows,
    present: u32,
    /// Members that have been seen, a bit each.
    seen: u128,
    /// Members that are null.
    nulls: u128,
    keys: Keys,
    /// The rank of the identity.
    rank: u8,
}

impl Pass<'_, '_> {
    fn record(&mut self) -> Option<()> {
        // text that is not UTF-8 cannot go to the columns as it is
        std::str::from_utf8(self.scanner.text).ok()?;
        self.object(0)?;
        if self.scanner.at != self.scanner.text.len() {
            return None;
        }
        let mut nulls = self.nulls;
        while nulls != 0 {
            let path = &self.shape.paths[nulls.trailing_zeros() as usize];
            let repetition = u8::from(nulls != self.nulls);
            self.rows.push_at(self.shape.null_fields, repetition, 3, path.as_bytes());
            nulls &= nulls - 1;
        }
        Some(())
    }

    /// Passes a mark.
    fn mark(&mut self, mark: u8) -> Option<()> {
        let found = self.scanner.text.get(self.scanner.at) == Some(&mark);
        self.scanner.at += usize::from(found);
        found.then_some(())
    }

    /// Passes a comma, `true`, or the end of what is open, `false`.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        let found = *self.scanner.text.get(self.scanner.at)?;
        self.scanner.at += 1;
        if found == b',' { Some(true) } else { (found == end).then_some(false) }
    }

    /// Passes a word.
    fn word(&mut self, word: &[u8]) -> bool {
        let found = self.scanner.text[self.scanner.at..].starts_with(word);
        self.scanner.at += if found { word.len() } else { 0 };
        found
    }

    /// Passes a known member's name and the colon; `after` is the member before.
    fn name(&mut self, level: usize, after: usize) -> Option<usize> {
        let nodes = &self.shape.levels[level].nodes;
        let [first, second] = self.followers[level][after];
        if self.word(&nodes[first].quoted) {
            return Some(first);
        }
        let at = if self.word(&nodes[second].quoted) {
            second
        } else {
            let name = self.scanner.string("a member name").ok().filter(|name| !name.escaped)?;
            self.mark(b':')?;
            let name = &self.scanner.text[name.inside.0..name.inside.1];
            nodes.iter().position(|node| node.name.as_bytes() == name)?
        };
        self.followers[level][after] = [at, first];
        Some(at)
    }

    fn object(&mut self, level: usize) -> Option<()> {
        self.mark(b'{')?;
        if self.mark(b'}').is_some() {
            return Some(());
        }
        let shape = self.shape;
        let nodes = &shape.levels[level].nodes;
        let mut after = nodes.len();
        loop {
            after = self.name(level, after)?;
            let node = &nodes[after];
            let bit = 1 << node.id;
            if self.seen & bit != 0 {
                return None;
            }
            self.seen |= bit;
            if self.word(b"null") {
                self.nulls |= bit;
                if let Some(key) = node.key {
                    self.found(key, Found::default());
                }
            } else {
                self.value(node)?;
            }
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    fn value(&mut self, node: &Node) -> Option<()> {
        match node.kind {
            Kind::Text => self.text(node)?,
            Kind::Json => {
                let start = self.scanner.at;
                self.scanner.value(1).ok()?;
                // the value's own bytes: without the white space that may stand before it
                if self.scanner.text[start].is_ascii_whitespace() {
                    return None;
                }
                self.rows.push(node.leaf, &self.scanner.text[start..self.scanner.at]);
            }
            Kind::BooleanText if self.word(b"true") => self.rows.push(node.leaf, b"true"),
            Kind::BooleanText if self.word(b"false") => self.rows.push(node.leaf, b"false"),
            Kind::Boolean if self.word(b"true") => self.rows.push(node.leaf, &[1]),
            Kind::Boolean if self.word(b"false") => self.rows.push(node.leaf, &[0]),
            Kind::Struct(level, bit) => {
                self.present |= bit;
                self.object(level)?;
            }
            Kind::List(level) => self.list(node, level)?,
            Kind::BooleanText | Kind::Boolean | Kind::Map => return None,
        }
        Some(())
    }

    fn text(&mut self, node: &Node) -> Option<()> {
        let start = self.scanner.at;
        let string = self.scanner.string("a string").ok()?;
        let (from, to) = string.inside;
        if string.escaped {
            // what a record is sorted by is as written, which such a string's value is not
            let text = string_text(&self.scanner.text[start..self.scanner.at])?;
            self.rows.push(node.leaf, text.as_bytes());
            return node.key.is_none().then_some(());
        }
        let text = &self.scanner.text[from..to];
        self.rows.push(node.leaf, text);
        if let Some(key) = node.key {
            self.found(key, Found { line: from..to, rows: self.rows.last(text.len()) });
        }
        Some(())
    }

    fn found(&mut self, key: Key, found: Found) {
        match key {
            Key::EventId => self.keys.event_id = found,
            Key::AggregatedId => self.keys.aggregated_id = found,
            Key::EventTime => self.keys.event_time = found,
            Key::EventSource => self.keys.event_source = found,
            Key::EventName => self.keys.event_name = found,
            Key::Identity(rank) if rank > self.rank => {
                self.rank = rank;
                self.keys.identity = found;
            }
            Key::Identity(_) => {}
        }
    }

    /// Passes an array of objects whose members are all strings.
    fn list(&mut self, list: &Node, level: usize) -> Option<()> {
        self.mark(b'[')?;
        let shape = self.shape;
        let nodes = &shape.levels[level].nodes;
        if self.mark(b']').is_some() {
            nodes.iter().for_each(|node| self.rows.push_at(node.leaf, 0, list.outer + 1, b""));
            return Some(());
        }
        let mut repetition = 0;
        loop {
            self.mark(b'{')?;
            let mut missing: u128 = nodes.iter().fold(0, |bits, node| bits | 1 << node.id);
            if self.mark(b'}').is_none() {
                let mut after = nodes.len();
                loop {
                    after = self.name(level, after)?;
                    let node = &nodes[after];
                    let string = self.scanner.string("a string").ok()?;
                    if missing & 1 << node.id == 0 || string.escaped || node.kind != Kind::Text {
                        return None;
                    }
                    missing &= !(1 << node.id);
                    let text = &self.scanner.text[string.inside.0..string.inside.1];
                    self.rows.push_at(node.leaf, repetition, list.outer + 4, text);
                    if !self.goes_on(b'}')? {
                        break;
                    }
                }
            }
            for node in nodes.iter().filter(|node| missing & 1 << node.id != 0) {
                self.rows.push_at(node.leaf, repetition, list.outer + 3, b"");
            }
            repetition = 1;
            if !self.goes_on(b']')? {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
#[path = "shred_tests.rs"]
mod tests;
