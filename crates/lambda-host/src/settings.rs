//! Settings from the environment, all checked before the first message.

use std::fmt::Display;
use std::str::FromStr;

/// Looks a setting up by name. An empty value counts as not set, since a template cannot leave a variable out.
#[derive(Debug)]
pub struct Settings<Lookup> {
    lookup: Lookup,
}

/// An invalid setting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// The setting is required.
    #[error("{name} is not set: {wanted}")]
    Missing {
        /// The name of the setting.
        name: &'static str,
        /// A description of valid values.
        wanted: &'static str,
    },
    /// The value cannot be parsed.
    #[error("{name} is {value:?}: {wanted} ({why})")]
    Unreadable {
        /// The name of the setting.
        name: &'static str,
        /// The value.
        value: String,
        /// A description of valid values.
        wanted: &'static str,
        /// The error of the parser.
        why: String,
    },
}

impl<Lookup: Fn(&str) -> Option<String>> Settings<Lookup> {
    /// Settings from a lookup by name, such as `|name| std::env::var(name).ok()`.
    pub fn new(lookup: Lookup) -> Self {
        Settings { lookup }
    }

    /// The value of a setting, if it is set.
    pub fn text(&self, name: &'static str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The parsed value of a setting, if it is set. `wanted` describes valid values.
    ///
    /// # Errors
    /// Fails if the value cannot be parsed.
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

    /// The parsed value of a required setting.
    ///
    /// # Errors
    /// Fails if the setting is not set, or its value cannot be parsed.
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
