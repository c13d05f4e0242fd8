//! Settings from the environment, all checked before the first message.

use std::fmt::Display;
use std::str::FromStr;

/// Where settings are read from. An empty one counts as not set, since a template has no other way to leave one out.
#[derive(Debug)]
pub struct Settings<Lookup> {
    lookup: Lookup,
}

/// A setting that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// It is needed.
    #[error("{name} is not set: {wanted}")]
    Missing {
        /// Its name.
        name: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// Its value says nothing.
    #[error("{name} is {value:?}: {wanted} ({why})")]
    Unreadable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl<Lookup: Fn(&str) -> Option<String>> Settings<Lookup> {
    /// Settings that `lookup` knows by name, such as `|name| std::env::var(name).ok()`.
    pub fn new(lookup: Lookup) -> Self {
        Settings { lookup }
    }

    /// A text, if it is set.
    pub fn text(&self, name: &'static str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A value, if it is set. `wanted` says what it should be.
    pub fn optional<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
        wanted: &'static str,
    ) -> Result<Option<T>, BadSetting> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match value.parse() {
            Ok(parsed) => Ok(Some(parsed)),
            Err(why) => {
                let why: T::Err = why;
                Err(BadSetting::Unreadable { name, value, wanted, why: why.to_string() })
            }
        }
    }

    /// A value that must be set.
    pub fn required<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
        wanted: &'static str,
    ) -> Result<T, BadSetting> {
        self.optional(name, wanted)?.ok_or(BadSetting::Missing { name, wanted })
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
