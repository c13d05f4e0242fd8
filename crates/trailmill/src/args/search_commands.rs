//! The options of the commands that look for records.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use cloudtrail_model::Day;
use search::{Condition, Field, Query, Span};

use super::places::LakeArguments;

/// `trailmill search`
#[derive(Debug, Args)]
#[command(
    after_help = "Values of one option are alternatives; a record must match every option that is given. Exit status: 0 found; 1 not found; 2 failed."
)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    #[command(flatten)]
    pub(crate) filters: FilterArguments,
    #[command(flatten)]
    pub(crate) times: TimeArguments,
    /// Print at most this number of records: the earliest.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Print only the number of records.
    #[arg(long)]
    pub(crate) count: bool,
    /// Say what was read, and what could be left unread.
    #[arg(long)]
    pub(crate) explain: bool,
}

/// `trailmill who`
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 found; 1 not found; 2 failed.")]
pub(crate) struct WhoArguments {
    /// Who: an access key, an IP address, or a principal as of search --principal.
    #[arg(value_name = "PRINCIPAL|KEY|IP", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    #[command(flatten)]
    pub(crate) times: TimeArguments,
    /// Rows of a list, at most; the rest is counted.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) top: u16,
    /// Print Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

/// What records must be like.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FilterArguments {
    /// The access key that signed the request.
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) access_key: Vec<String>,
    /// Where the request came from: an address, or the name of an AWS service.
    #[arg(long, value_name = "ADDRESS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) ip: Vec<String>,
    /// The caller, by ARN, principal id, name of a user, role or session, or the service that made the request. The end after a `:` or `/`
    /// is enough.
    #[arg(long, value_name = "PRINCIPAL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) principal: Vec<String>,
    /// The action, such as PutObject, in any case.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) event: Vec<String>,
    /// The service, such as s3 or s3.amazonaws.com.
    #[arg(long, value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) source_service: Vec<String>,
    /// The ARN of a resource, or a string among the parameters of the request, such as the name of a bucket. The end after a `:` or `/`
    /// is enough.
    #[arg(long, value_name = "RESOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) resource: Vec<String>,
    /// The account of the caller, or the one that received the event.
    #[arg(long, value_name = "ACCOUNT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) account: Vec<String>,
    /// The Region.
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) region: Vec<String>,
    /// The error code, in any case; * for any error.
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) error: Vec<String>,
    /// The id of the event.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) event_id: Vec<String>,
    /// A text within any name or value of the record.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) text: Vec<String>,
}

/// The time that records must be of.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct TimeArguments {
    /// The first day or instant of event time, as 2026-11-22 or 2026-11-22T10:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = first_instant)]
    pub(crate) from: Option<i64>,
    /// The last day of event time, or the instant at which it ends.
    #[arg(long, value_name = "TIME", value_parser = end_instant)]
    pub(crate) to: Option<i64>,
}

impl FilterArguments {
    /// The conditions.
    fn conditions(&self) -> Vec<Condition> {
        let given = [
            (Field::AccessKey, &self.access_key),
            (Field::Ip, &self.ip),
            (Field::Principal, &self.principal),
            (Field::Event, &self.event),
            (Field::SourceService, &self.source_service),
            (Field::Resource, &self.resource),
            (Field::Account, &self.account),
            (Field::Region, &self.region),
            (Field::Error, &self.error),
            (Field::EventId, &self.event_id),
            (Field::Text, &self.text),
        ];
        let given = given.into_iter().filter(|(_, any_of)| !any_of.is_empty());
        given.map(|(field, any_of)| Condition { field, any_of: any_of.clone() }).collect()
    }
}

impl TimeArguments {
    /// The span. An empty one is refused.
    pub(crate) fn span(self) -> anyhow::Result<Span> {
        if self.from.zip(self.to).is_some_and(|(from, to)| to <= from) {
            anyhow::bail!("--to is not after --from: there is no time between them");
        }
        Ok(Span { from: self.from, to: self.to })
    }
}

impl SearchArguments {
    /// What is looked for.
    pub(crate) fn query(&self) -> anyhow::Result<Query> {
        Ok(Query { conditions: self.filters.conditions(), span: self.times.span()? })
    }
}

/// The instant at which a day begins, or the instant itself, in microseconds.
fn first_instant(text: &str) -> Result<i64, String> {
    instant(text, Some)
}

/// The instant at which a day ends, or the instant itself, in microseconds.
fn end_instant(text: &str) -> Result<i64, String> {
    instant(text, Day::next)
}

fn instant(text: &str, of_day: impl Fn(Day) -> Option<Day>) -> Result<i64, String> {
    let expected = || "expected a day as 2026-11-22, or an instant as 2026-11-22T10:00:00Z".to_owned();
    match text.parse::<Day>() {
        Ok(day) => of_day(day).map(|day| day.midnight().as_microsecond()).ok_or_else(expected),
        Err(_) => {
            text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_microsecond).map_err(|_| expected())
        }
    }
}

#[cfg(test)]
#[path = "search_commands_tests.rs"]
mod tests;
