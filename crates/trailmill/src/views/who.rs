//! What a principal, an access key or an address did: as text, as Markdown, as JSON. All names in it come from outside.

use search::{Occurrences, Subject, Tally, Traces, Who};
use serde_json::{Value, json};

use crate::terminal::numbers::{count, counted};
use crate::terminal::printable::printable_within;

/// Characters of a name, at most.
const NAME: usize = 160;

/// A page: its title, its first lines, and its lists.
pub(crate) struct WhoPage {
    title: String,
    facts: Vec<(&'static str, String)>,
    lists: Vec<List>,
}

/// A list: its title, its rows, and what is said of the rest.
struct List {
    title: &'static str,
    rows: Vec<(String, String)>,
    rest: Option<String>,
}

impl WhoPage {
    /// The page, with at most `top` rows in each list.
    pub(crate) fn new(subject: &Subject, who: &Who, top: usize) -> Self {
        let title = format!("{} {}", subject.kind(), printable_within(subject.text(), NAME));
        let seen = &who.seen;
        let mut facts =
            vec![("records", format!("{}, {} with an error", count(seen.records), count(who.failed)))];
        if let (Some(first), Some(last)) = (seen.first, seen.last) {
            facts.push(("first seen", time(first)));
            facts.push(("last seen", time(last)));
        }
        let mut lists: Vec<List> = tallies(who)
            .into_iter()
            .filter(|(_, _, tally)| !tally.is_empty())
            .map(|(title, _, tally)| List::of_tally(title, tally, top))
            .collect();
        if !who.came_from.is_empty() {
            lists.insert(0, List::of_traces("how it came to be", &who.came_from, top));
        }
        if !who.gave.is_empty() {
            lists.push(List::of_traces("roles assumed, credentials and principals made", &who.gave, top));
        }
        WhoPage { title, facts, lists }
    }

    /// As text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for (name, fact) in &self.facts {
            text.push_str(&format!("  {name:<12}{fact}\n"));
        }
        for List { title, rows, rest } in &self.lists {
            text.push_str(&format!("\n{title}\n"));
            let width = rows.iter().map(|(number, _)| number.chars().count()).max().unwrap_or(0);
            rows.iter().for_each(|(number, name)| text.push_str(&format!("  {number:>width$}  {name}\n")));
            rest.iter().for_each(|rest| text.push_str(&format!("  {rest}\n")));
        }
        text
    }

    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n| | |\n|---|---|\n", escaped(&self.title));
        for (name, fact) in &self.facts {
            text.push_str(&format!("| {name} | {} |\n", escaped(fact)));
        }
        for List { title, rows, rest } in &self.lists {
            text.push_str(&format!("\n## {title}\n\n| records | |\n|---:|---|\n"));
            rows.iter()
                .for_each(|(number, name)| text.push_str(&format!("| {number} | {} |\n", escaped(name))));
            rest.iter().for_each(|rest| text.push_str(&format!("\n{rest}\n")));
        }
        text
    }
}

impl List {
    fn of_tally(title: &'static str, tally: &Tally, most: usize) -> Self {
        let top = tally.top(most);
        let rows =
            top.texts.iter().map(|(text, records)| (count(*records), printable_within(text, NAME))).collect();
        let rest = (top.more_records > 0).then(|| {
            format!("and {} of {} more", counted(top.more_records, "record"), count(top.more_texts))
        });
        List { title, rows, rest }
    }

    /// The earliest first.
    fn of_traces(title: &'static str, traces: &Traces, most: usize) -> Self {
        let mut all: Vec<_> = traces.traces.iter().collect();
        all.sort_by_key(|(trace, times)| (times.first, *trace));
        let rows = all.iter().take(most).map(|(trace, Occurrences { records, first, last })| {
            let when = match (first, last) {
                (Some(first), Some(last)) if first == last => time(*first),
                (Some(first), Some(last)) => format!("{} to {}", time(*first), time(*last)),
                _ => "undated".to_owned(),
            };
            let failed =
                if trace.error.is_empty() { String::new() } else { format!(" failed: {}", trace.error) };
            let said = format!("{}: {} by {}{failed}, {when}", trace.call, trace.of, trace.by);
            (count(*records), printable_within(&said, 3 * NAME))
        });
        let rows = rows.collect();
        let more = all.iter().skip(most).map(|(_, times)| times.records).sum::<u64>() + traces.beyond;
        List { title, rows, rest: (more > 0).then(|| format!("and {} more", counted(more, "record"))) }
    }
}

/// The tallies, each with its title and its name in JSON.
fn tallies(who: &Who) -> [(&'static str, &'static str, &Tally); 9] {
    [
        ("callers", "callers", &who.callers),
        ("access keys", "access_keys", &who.access_keys),
        ("source addresses", "addresses", &who.addresses),
        ("accounts", "accounts", &who.accounts),
        ("regions", "regions", &who.regions),
        ("services", "services", &who.services),
        ("calls", "calls", &who.calls),
        ("errors", "errors", &who.errors),
        ("user agents", "user_agents", &who.user_agents),
    ]
}

/// The page as JSON. Names are as they are.
pub(crate) fn who_json(subject: &Subject, who: &Who, most: usize) -> Value {
    let instant = |micros: Option<i64>| micros.map(time);
    let mut object = json!({
        "subject": subject.text(),
        "kind": subject.kind(),
        "records": who.seen.records,
        "failed": who.failed,
        "first_seen": instant(who.seen.first),
        "last_seen": instant(who.seen.last),
    });
    for (_, name, tally) in tallies(who) {
        let top = tally.top(most);
        let texts: Vec<Value> =
            top.texts.iter().map(|(text, records)| json!({ "text": text, "records": records })).collect();
        object[name] =
            json!({ "top": texts, "more_texts": top.more_texts, "more_records": top.more_records });
    }
    for (name, traces) in [("came_from", &who.came_from), ("gave", &who.gave)] {
        let all = traces.traces.iter().map(|(trace, times)| {
            json!({
                "call": trace.call, "by": trace.by, "of": trace.of, "error": trace.error,
                "records": times.records, "first": instant(times.first), "last": instant(times.last),
            })
        });
        object[name] = json!({ "traces": all.collect::<Vec<_>>(), "more_records": traces.beyond });
    }
    object
}

/// An instant, to the second.
fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or("undated".to_owned(), |instant| instant.strftime("%FT%TZ").to_string())
}

/// Text that Markdown shows as it is, in a cell of a table.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
#[path = "who_tests.rs"]
mod tests;
