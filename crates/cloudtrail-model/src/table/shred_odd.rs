//! Shred any record: what no column can hold, or not so that it can be given back, goes to the derived columns.
//!
//! Where a member is of the type its column has, the column holds it. Otherwise the column has something like it for
//! queries, and `extraFields` the value as written. A record with a member twice is kept whole next to its columns: JSON
//! readers disagree about which of the two counts.

use std::borrow::Cow;
use std::ops::Range;

use hashbrown::HashSet;

use crate::table::shape::{Kind, Level, Node, Shape};
use crate::table::shred::push_instant;
use crate::table::shredded::{ShreddedRow, ShreddedRows, SortKeys};
use crate::{Day, EnvelopeError, Member, Record, elements, members, string_text};

/// Whether a column holds a value so that it can be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It does.
    Exact,
    /// It holds something like it, or nothing: the value itself must be kept next to it.
    Inexact,
}

/// What the columns of an object could not hold of it.
#[derive(Debug, Default)]
struct Leftovers {
    /// The inside of a JSON object: members no column knows, and of an unexpected type, at any depth.
    extra: String,
    /// Dotted paths of known members that were null.
    nulls: Vec<String>,
    /// Whether a member occurs twice.
    repeated: bool,
}

/// Appends the values of any record to the row under construction. Returns the instant too, if the record is dated.
pub(crate) fn shred_odd<'l>(
    shape: &Shape,
    line: &'l [u8],
    delivered: Day,
    rows: &mut ShreddedRows,
    row: &mut ShreddedRow,
) -> Result<(Record<'l>, SortKeys, Option<i64>), EnvelopeError> {
    let record = Record::from_line(line)?;
    let mut left = Leftovers::default();
    let found = members(line)?;
    let values = assign(&shape.levels[0], &found, &mut left);
    Shredding { shape, rows, present: &mut row.present }.append_values(0, values, "", &mut left);
    let instant = push_instant(shape, &record, delivered, rows);
    if !left.extra.is_empty() {
        rows.push(shape.extra_fields, format!("{{{}}}", left.extra).as_bytes());
    }
    for (at, path) in left.nulls.iter().enumerate() {
        rows.push_at(shape.null_fields, u8::from(at > 0), 3, path.as_bytes());
    }
    if left.repeated {
        rows.push(shape.raw_record, String::from_utf8_lossy(line).as_bytes());
    }
    let mut aside = |bytes: Option<&[u8]>| -> Range<u32> { rows.append_aside(bytes.unwrap_or_default()) };
    let sort = SortKeys {
        event_source: aside(record.event_source),
        event_name: aside(record.event_name),
        identity: aside(record.identity),
        event_time: aside(record.event_time.map(str::as_bytes)),
    };
    Ok((record, sort, instant))
}

/// The value of each column among the members of an object. What no column is for goes to `left`.
fn assign<'a>(level: &Level, members: &[Member<'a>], left: &mut Leftovers) -> Vec<Option<&'a [u8]>> {
    let mut values: Vec<Option<&[u8]>> = vec![None; level.nodes.len()];
    let mut unknown: HashSet<&str> = HashSet::new();
    for member in members {
        match level.nodes.iter().position(|node| node.name == member.name) {
            Some(at) => {
                left.repeated |= values[at].is_some();
                values[at] = Some(member.value);
            }
            None => {
                left.repeated |= !unknown.insert(&member.name);
                left.add(member.raw_name, member.value);
            }
        }
    }
    values
}

/// The row that values are appended to.
struct Shredding<'s> {
    shape: &'s Shape,
    rows: &'s mut ShreddedRows,
    present: &'s mut u32,
}

impl Shredding<'_> {
    /// Appends the values of an object, one for each member of its level. `path` is where it is, with a dot at the end,
    /// or empty; `left` gains what the columns cannot hold.
    fn append_values(&mut self, level: usize, values: Vec<Option<&[u8]>>, path: &str, left: &mut Leftovers) {
        let shape = self.shape;
        for (node, value) in shape.levels[level].nodes.iter().zip(values) {
            let Some(value) = value else { continue };
            if value == b"null" {
                left.nulls.push(format!("{path}{}", node.name));
                continue;
            }
            if let Kind::Struct(inner, bit) = node.kind {
                self.append_struct(node, (inner, bit), value, path, left);
            } else if self.append(node, value) == Fit::Inexact {
                left.add(format!("\"{}\"", node.name).as_bytes(), value);
            }
        }
    }

    /// Appends a struct: its leftovers are an object of their own. Anything but an object does not fit.
    fn append_struct(
        &mut self,
        node: &Node,
        (level, bit): (usize, u32),
        value: &[u8],
        path: &str,
        left: &mut Leftovers,
    ) {
        let name = format!("\"{}\"", node.name);
        let Some(members) = object(value) else {
            left.add(name.as_bytes(), value);
            return;
        };
        *self.present |= bit;
        let mut inner = Leftovers::default();
        let values = assign(&self.shape.levels[level], &members, &mut inner);
        self.append_values(level, values, &format!("{path}{}.", node.name), &mut inner);
        if !inner.extra.is_empty() {
            left.add(name.as_bytes(), format!("{{{}}}", inner.extra).as_bytes());
        }
        left.nulls.append(&mut inner.nulls);
        left.repeated |= inner.repeated;
    }

    /// Appends a value that is no struct.
    fn append(&mut self, node: &Node, value: &[u8]) -> Fit {
        match node.kind {
            Kind::List(level) => self.append_list(node, level, value),
            Kind::Map => self.append_map(node, value),
            _ => {
                let (text, fit) = scalar(node.kind, value);
                if let Some(text) = text {
                    self.rows.push(node.leaf, &text);
                }
                fit
            }
        }
    }

    /// Appends a JSON array of objects. It fits only where every element does, with nothing left over.
    fn append_list(&mut self, list: &Node, level: usize, value: &[u8]) -> Fit {
        let elements = (value.first() == Some(&b'[')).then(|| elements(value));
        let Some(Ok(elements)) = elements else { return Fit::Inexact };
        let nodes = &self.shape.levels[level].nodes;
        if elements.is_empty() {
            nodes.iter().for_each(|node| self.rows.push_at(node.leaf, 0, list.outer + 1, b""));
        }
        let mut fit = Fit::Exact;
        for (at, element) in elements.into_iter().enumerate() {
            let repetition = u8::from(at > 0);
            let Some(members) = object(element) else {
                nodes.iter().for_each(|node| self.rows.push_at(node.leaf, repetition, list.outer + 2, b""));
                fit = Fit::Inexact;
                continue;
            };
            let mut left = Leftovers::default();
            let values = assign(&self.shape.levels[level], &members, &mut left);
            for (node, value) in nodes.iter().zip(values) {
                let (text, inner) = match value {
                    None => (None, Fit::Exact),
                    // an element's nulls have no path
                    Some(b"null") => (None, Fit::Inexact),
                    Some(value) => scalar(node.kind, value),
                };
                let definition = list.outer + 3 + u8::from(text.is_some());
                self.rows.push_at(node.leaf, repetition, definition, &text.unwrap_or_default());
                if inner == Fit::Inexact || !left.extra.is_empty() || left.repeated {
                    fit = Fit::Inexact;
                }
            }
        }
        fit
    }

    /// Appends a JSON object of strings. It fits only where every value is a string and no name occurs twice.
    fn append_map(&mut self, map: &Node, value: &[u8]) -> Fit {
        let Some(members) = object(value) else { return Fit::Inexact };
        let (key_leaf, value_leaf) = (map.leaf, map.leaf + 1);
        if members.is_empty() {
            self.rows.push_at(key_leaf, 0, map.outer + 1, b"");
            self.rows.push_at(value_leaf, 0, map.outer + 1, b"");
        }
        let mut fit = Fit::Exact;
        let mut seen: HashSet<&str> = HashSet::new();
        for member in &members {
            let repetition = u8::from(!seen.is_empty());
            // readers disagree about repeated keys of a map: the first stays
            if !seen.insert(&member.name) {
                fit = Fit::Inexact;
                continue;
            }
            let text = string_text(member.value);
            if text.is_none() || string_text(member.raw_name).is_none() {
                fit = Fit::Inexact;
            }
            let text = text.unwrap_or_else(|| String::from_utf8_lossy(member.value));
            self.rows.push_at(key_leaf, repetition, map.outer + 2, member.name.as_bytes());
            self.rows.push_at(value_leaf, repetition, map.outer + 3, text.as_bytes());
        }
        fit
    }
}

/// What a column of one value a row holds of a JSON value.
fn scalar(kind: Kind, value: &[u8]) -> (Option<Cow<'_, [u8]>>, Fit) {
    // records are UTF-8 as a whole, and values are cut at ASCII marks
    let as_written = || String::from_utf8_lossy(value);
    let (text, fit) = match kind {
        Kind::Boolean => {
            let truth: Option<&[u8]> = match value {
                b"true" => Some(&[1]),
                b"false" => Some(&[0]),
                _ => None,
            };
            let fit = if truth.is_some() { Fit::Exact } else { Fit::Inexact };
            return (truth.map(Cow::Borrowed), fit);
        }
        Kind::Text => match string_text(value) {
            Some(text) => (text, Fit::Exact),
            None => (as_written(), Fit::Inexact),
        },
        Kind::BooleanText if !matches!(value, b"true" | b"false") => {
            (string_text(value).unwrap_or_else(as_written), Fit::Inexact)
        }
        _ => (as_written(), Fit::Exact),
    };
    let bytes = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    (Some(bytes), fit)
}

/// The members of a value that is an object.
fn object(value: &[u8]) -> Option<Vec<Member<'_>>> {
    (value.first() == Some(&b'{')).then(|| members(value).ok()).flatten()
}

impl Leftovers {
    fn add(&mut self, raw_name: &[u8], value: &[u8]) {
        if !self.extra.is_empty() {
            self.extra.push(',');
        }
        self.extra.push_str(&String::from_utf8_lossy(raw_name));
        self.extra.push(':');
        self.extra.push_str(&String::from_utf8_lossy(value));
    }
}
