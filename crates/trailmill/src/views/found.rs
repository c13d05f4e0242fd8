//! Records as a table that fits the terminal. Everything in it comes from outside, so every cell is escaped.

use std::borrow::Cow;

use cloudtrail_model::{Member, Table, members, string_text};
use comfy_table::{ColumnConstraint, ContentArrangement, Table as TextTable, presets};
use search::Found;

use crate::terminal::printable::printable_within;

/// Rows that are laid out together.
const ROWS: usize = 500;

/// Characters of a cell, at most.
const CELL: usize = 200;

/// A column: its heading, and the width of the terminal from which on it is shown.
const COLUMNS: [(&str, u16); 8] = [
    ("time", 0),
    ("who", 0),
    ("call", 0),
    ("from", 0),
    ("error", 0),
    ("account", 105),
    ("region", 125),
    ("event id", 160),
];

/// Rows under construction.
pub(crate) struct FoundTable {
    width: u16,
    rows: Vec<Vec<String>>,
}

impl FoundTable {
    pub(crate) fn new(width: u16) -> Self {
        FoundTable { width, rows: Vec::new() }
    }

    /// Adds a record. Returns the rows so far as text, once there are many.
    pub(crate) fn add(&mut self, table: Table, found: &Found) -> Option<String> {
        self.rows.push(row(table, found));
        (self.rows.len() >= ROWS).then(|| self.rest()).flatten()
    }

    /// The rows that no text was made of yet.
    pub(crate) fn rest(&mut self) -> Option<String> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return None;
        }
        let is_shown = |column: usize| {
            let (_, width) = COLUMNS[column];
            width <= self.width && rows.iter().any(|row| !row[column].is_empty())
        };
        let shown: Vec<usize> = (0..COLUMNS.len()).filter(|column| is_shown(*column)).collect();
        let mut table = TextTable::new();
        table.load_preset(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        table.set_truncation_indicator("…");
        let mut headings = comfy_table::Row::from(shown.iter().map(|column| COLUMNS[*column].0));
        headings.max_height(1);
        table.set_header(headings);
        for row in &rows {
            let mut shown_row = comfy_table::Row::from(shown.iter().map(|column| row[*column].as_str()));
            shown_row.max_height(1);
            table.add_row(shown_row);
        }
        for (column, shown) in table.column_iter_mut().zip(shown) {
            column.set_padding((0, 1));
            // half a time or half an id is of no use
            if ["time", "event id"].contains(&COLUMNS[shown].0) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        Some(table.trim_fmt())
    }
}

/// The cells of a record.
fn row(table: Table, found: &Found) -> Vec<String> {
    let record = members(&found.line).unwrap_or_default();
    let user = record.iter().rfind(|member| member.name == "userIdentity");
    let user = user.and_then(|member| members(member.value).ok()).unwrap_or_default();
    let time = match found.instant.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok()) {
        Some(instant) => instant.strftime("%F %T").to_string(),
        None => text(&record, "eventTime").map_or("undated".to_owned(), Cow::into_owned),
    };
    let service = text(&record, "eventSource").unwrap_or_default();
    let service = service.strip_suffix(".amazonaws.com").unwrap_or(&service);
    let call = match (text(&record, "eventName"), service) {
        (Some(name), "") => name.into_owned(),
        (Some(name), service) => format!("{service}:{name}"),
        (None, "") => table.as_str().to_owned(),
        (None, service) => service.to_owned(),
    };
    let account = ["recipientAccountId", "accountId"].iter().find_map(|name| text(&record, name));
    let id = ["eventID", "eventId"].iter().find_map(|name| text(&record, name));
    let own = |text: Option<Cow<'_, str>>| text.unwrap_or_default().into_owned();
    let cells = [
        time,
        who(&user),
        call,
        own(text(&record, "sourceIPAddress")),
        own(text(&record, "errorCode")),
        own(account),
        own(text(&record, "awsRegion")),
        own(id),
    ];
    cells.iter().map(|cell| printable_within(cell, CELL)).collect()
}

/// The caller in short: of an ARN what follows the account.
fn who(user: &[Member<'_>]) -> String {
    if let Some(arn) = text(user, "arn") {
        return arn.splitn(6, ':').nth(5).unwrap_or(&arn).to_owned();
    }
    let names = ["userName", "principalId", "invokedBy", "accountId", "type"];
    names.iter().find_map(|name| text(user, name)).unwrap_or_default().into_owned()
}

/// The text of a member; of anything but a string its JSON.
fn text<'a>(object: &[Member<'a>], name: &str) -> Option<Cow<'a, str>> {
    let value = object.iter().rfind(|member| member.name == name)?.value;
    (value != b"null").then(|| string_text(value).unwrap_or_else(|| String::from_utf8_lossy(value)))
}

#[cfg(test)]
#[path = "found_tests.rs"]
mod tests;
