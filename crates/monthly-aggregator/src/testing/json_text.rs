//! Tests only: JSON taken apart by serde_json, so that a test does not trust our own scanner. Values stay as written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order, repeated ones too: names with their quotes, and values. `None` where a text is
/// no object.
pub(crate) fn members(json: &str) -> Option<Vec<(&str, &str)>> {
    serde_json::from_str::<Members<'_>>(json).ok().map(|members| members.0)
}

/// The elements of an array.
pub(crate) fn elements(json: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// The text that a string stands for; `None` for half a surrogate pair too.
pub(crate) fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// The name of a member: decoded, or as written where that cannot be done.
pub(crate) fn name(raw: &str) -> String {
    text(raw).unwrap_or_else(|| raw[1..raw.len() - 1].to_owned())
}

/// The same for texts that say the same: members sorted by name, strings decoded where they can be, numbers as written.
pub(crate) fn canonical(json: &str) -> String {
    if let Some(members) = members(json) {
        let member = |(name, value): &(&str, &str)| format!("{}:{}", canonical(name), canonical(value));
        let mut members: Vec<String> = members.iter().map(member).collect();
        members.sort();
        return format!("{{{}}}", members.join(","));
    }
    if let Some(elements) = elements(json) {
        return format!("[{}]", elements.into_iter().map(canonical).collect::<Vec<_>>().join(","));
    }
    text(json).map_or_else(|| json.to_owned(), |text| format!("{text:?}"))
}

struct Members<'a>(Vec<(&'a str, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    members.push((name.get(), value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
