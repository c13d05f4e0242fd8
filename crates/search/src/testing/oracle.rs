//! Tests only: what must be found, by a plain matcher over the records of the log files. It shares no code with the search:
//! serde_json reads the records, and what an option compares is what docs/guide/search.md says.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::OnceLock;

use cloudtrail_model::{Day, Table};
use serde_json::value::RawValue;
use testkit::Oracle;

use crate::{Field, Query};

/// A record of a log file.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) table: Table,
    /// Its time in microseconds; `None` if it is undated.
    pub(crate) instant: Option<i64>,
    pub(crate) line: String,
    /// Its texts of each field, in the order of [`Field::ALL`], once they have been asked for.
    texts: [OnceLock<Vec<String>>; Field::ALL.len()],
    sorted: OnceLock<String>,
}

impl Expected {
    pub(crate) fn texts(&self, field: Field) -> &[String] {
        let at = Field::ALL.iter().position(|other| *other == field).unwrap();
        self.texts[at].get_or_init(|| texts(self.table, &self.line, field))
    }

    /// See [`sorted`].
    pub(crate) fn sorted(&self) -> &str {
        self.sorted.get_or_init(|| sorted(&self.line))
    }
}

/// Every event of a folder of log files, each once by eventID and bytes.
pub(crate) fn records(source: &Path) -> Vec<Expected> {
    let oracle = Oracle::read(source).unwrap();
    let mut seen = BTreeSet::new();
    let mut records = Vec::new();
    for ((table, delivered), partition) in oracle.partitions {
        for line in partition.lines {
            let line = String::from_utf8(line).unwrap();
            let has_id = id(&line).is_some();
            if !has_id || seen.insert((table, line.clone())) {
                let instant = instant(&line, delivered);
                let (texts, sorted) = (Default::default(), OnceLock::new());
                records.push(Expected { table, instant, line, texts, sorted });
            }
        }
    }
    records
}

/// The records that a query finds.
pub(crate) fn matching<'r>(records: &'r [Expected], query: &Query) -> Vec<&'r Expected> {
    records.iter().filter(|record| is_match(record, query)).collect()
}

fn is_match(record: &Expected, query: &Query) -> bool {
    let in_time = match (record.instant, query.span.from, query.span.to) {
        (None, None, None) => true,
        (None, ..) => false,
        (Some(at), from, to) => from.unwrap_or(i64::MIN) <= at && to.is_none_or(|to| at < to),
    };
    in_time
        && query.conditions.iter().all(|condition| {
            let texts = record.texts(condition.field);
            condition
                .any_of
                .iter()
                .any(|wanted| texts.iter().any(|text| accepts(condition.field, wanted, text)))
        })
}

fn accepts(field: Field, wanted: &str, text: &str) -> bool {
    let (lower, low) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    match field {
        Field::EventId | Field::AccessKey | Field::Ip | Field::Account => text == wanted,
        Field::Event | Field::Region => lower == low,
        Field::SourceService => lower == low || lower == format!("{low}.amazonaws.com"),
        Field::Error => lower == low || (wanted == "*" && !text.is_empty()),
        Field::Principal | Field::Resource => {
            text == wanted || text.ends_with(&format!(":{wanted}")) || text.ends_with(&format!("/{wanted}"))
        }
        Field::Text => text.contains(wanted),
    }
}

/// The texts of a record that a field is compared with.
fn texts(table: Table, line: &str, field: Field) -> Vec<String> {
    let one = |path: &[&str]| at(line, path).and_then(|value| text(&value));
    let is_main = matches!(table, Table::CloudTrail | Table::NetworkActivity);
    let main = |path: &[&str]| one(path).filter(|_| is_main);
    let found: Vec<Option<String>> = match field {
        Field::EventId if table == Table::Aggregated => vec![one(&["eventId"])],
        Field::EventId => vec![one(&["eventID"])],
        Field::AccessKey => vec![main(&["userIdentity", "accessKeyId"])],
        Field::Ip => vec![main(&["sourceIPAddress"])],
        Field::Event => vec![main(&["eventName"])],
        Field::SourceService if table == Table::Insight => vec![],
        Field::SourceService => vec![one(&["eventSource"])],
        Field::Error => vec![main(&["errorCode"])],
        Field::Region => vec![one(&["awsRegion"])],
        Field::Account if table == Table::Aggregated => vec![one(&["accountId"])],
        Field::Account => vec![one(&["recipientAccountId"]), main(&["userIdentity", "accountId"])],
        Field::Principal => {
            let user =
                ["arn", "principalId", "userName", "invokedBy"].map(|name| main(&["userIdentity", name]));
            let issuer = ["arn", "principalId", "userName"]
                .map(|name| main(&["userIdentity", "sessionContext", "sessionIssuer", name]));
            user.into_iter().chain(issuer).collect()
        }
        Field::Resource if !is_main => vec![],
        Field::Resource => {
            let mut all = Vec::new();
            let resources = at(line, &["resources"])
                .and_then(|json| serde_json::from_str::<Vec<Box<RawValue>>>(&json).ok());
            for element in resources.unwrap_or_default() {
                let member = |name| at(element.get(), &[name]).and_then(|value| text(&value));
                all.extend([member("ARN"), member("ARNPrefix")]);
            }
            if let Some(parameters) = at(line, &["requestParameters"]) {
                walk(&parameters, &mut |kind, written| {
                    if kind == Kind::Value && written.starts_with('"') {
                        all.push(text(written));
                    }
                });
            }
            all
        }
        Field::Text => {
            let mut all = Vec::new();
            walk(line, &mut |_, written| all.push(Some(decoded(written))));
            all
        }
    };
    found.into_iter().flatten().collect()
}

/// The id of a record, as written.
fn id(line: &str) -> Option<String> {
    let ids = ["eventID", "eventId"].into_iter().filter_map(|name| at(line, &[name]));
    ids.filter(|id| id.starts_with('"') && id != "\"\"").map(|id| decoded(&id)).next()
}

fn instant(line: &str, delivered: Day) -> Option<i64> {
    let string = |path: &[&str]| at(line, path).filter(|value| value.starts_with('"') && value != "\"\"");
    let written = string(&["eventTime"]).or_else(|| string(&["timeWindow", "windowStart"]))?;
    let time: jiff::Timestamp = decoded(&written).parse().ok()?;
    let day = Day::at(time);
    let dated = day >= "2013-01-01".parse().unwrap() && day <= delivered.next().unwrap();
    dated.then(|| time.as_nanosecond().div_euclid(1_000)).and_then(|micros| i64::try_from(micros).ok())
}

/// The JSON of a member, by the names on the way to it; of a name that is there twice the last.
fn at(json: &str, path: &[&str]) -> Option<String> {
    let Some((name, below)) = path.split_first() else { return Some(json.to_owned()) };
    let members: Members = serde_json::from_str(json).ok()?;
    let (_, value) = members.0.into_iter().rev().find(|(written, _)| decoded(written.get()) == *name)?;
    at(value.get(), below)
}

/// The text of a value; `None` of null.
fn text(value: &str) -> Option<String> {
    (value != "null").then(|| decoded(value))
}

fn decoded(written: &str) -> String {
    serde_json::from_str::<String>(written).unwrap_or_else(|_| written.to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Value,
}

/// Every name, string and scalar of some JSON, as written.
fn walk(json: &str, each: &mut dyn FnMut(Kind, &str)) {
    if let Ok(members) = serde_json::from_str::<Members>(json) {
        for (name, value) in members.0 {
            each(Kind::Name, name.get());
            walk(value.get(), each);
        }
    } else if let Ok(elements) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
        elements.iter().for_each(|element| walk(element.get(), each));
    } else {
        each(Kind::Value, json);
    }
}

/// The same JSON with the members of each object sorted, and strings without needless escapes.
pub(crate) fn sorted(json: &str) -> String {
    if let Ok(members) = serde_json::from_str::<Members>(json) {
        let quoted = |name: &str| serde_json::to_string(&decoded(name)).unwrap();
        let member = |(name, value): &(Box<RawValue>, Box<RawValue>)| {
            format!("{}:{}", quoted(name.get()), sorted(value.get()))
        };
        let mut members: Vec<String> = members.0.iter().map(member).collect();
        members.sort();
        format!("{{{}}}", members.join(","))
    } else if let Ok(elements) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
        let elements: Vec<String> = elements.iter().map(|element| sorted(element.get())).collect();
        format!("[{}]", elements.join(","))
    } else {
        serde_json::from_str::<String>(json)
            .map_or(json.to_owned(), |text| serde_json::to_string(&text).unwrap())
    }
}

/// The members of an object as written, in order, repeated ones too.
struct Members(Vec<(Box<RawValue>, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor(PhantomData<()>);
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}
