//! Which delivery days a command is about.

use std::fmt;
use std::ops::RangeInclusive;

use clap::Args;
use cloudtrail_model::Day;

/// Which days.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct DayArguments {
    /// One delivery day, as 2026-11-22.
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to"])]
    pub(crate) day: Option<Day>,
    /// The first delivery day.
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// The last delivery day.
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
}

impl DayArguments {
    /// Refuses an empty range.
    pub(crate) fn check(self) -> anyhow::Result<()> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => {
                anyhow::bail!("--to {to} is before --from {from}: there is no day between them")
            }
            _ => Ok(()),
        }
    }

    /// Whether only some days are asked for.
    pub(crate) fn are_named(self) -> bool {
        self.day.or(self.from).or(self.to).is_some()
    }

    /// The days asked for.
    pub(crate) fn range(self) -> RangeInclusive<Day> {
        let first = self.day.or(self.from).unwrap_or(Day::FIRST);
        first..=self.day.or(self.to).unwrap_or(Day::LAST)
    }
}

/// ` of 2026-11-22`, ` from 2026-11-22 on` …; nothing where every day is asked for.
impl fmt::Display for DayArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.day, self.from, self.to) {
            (Some(day), _, _) => write!(f, " of {day}"),
            (None, Some(from), Some(to)) => write!(f, " from {from} to {to}"),
            (None, Some(from), None) => write!(f, " from {from} on"),
            (None, None, Some(to)) => write!(f, " up to {to}"),
            (None, None, None) => Ok(()),
        }
    }
}
