//! Requests of a person or a schedule, as JSON.

use std::fmt;

use cloudtrail_model::{BadDate, Day, Month};
use serde_json::{Map, Value, json};

/// The most days that a range may have without `force`: a year and a month. A day costs a listing of each account and region, whether
/// it has log files or not.
pub const MOST_DAYS: usize = 400;

/// Dollars for 1,000 LIST requests in most regions: <https://aws.amazon.com/s3/pricing/>.
const PRICE_OF_1000_LISTS: f64 = 0.005;

/// What the listings of some days cost, for people. `listings` is the number of pairs of account and region, if it is known.
pub fn price_of(days: usize, listings: Option<usize>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
    let dollars = |listings: usize| days as f64 * listings as f64 * PRICE_OF_1000_LISTS / 1_000.0;
    match listings {
        Some(listings) => format!(
            "their listings cost about ${:.2} ({days} × {listings}, one for each account and region)",
            dollars(listings)
        ),
        None => format!(
            "their listings cost about ${:.2} for each 1,000 pairs of account and region",
            dollars(1_000)
        ),
    }
}

/// The version of requests and jobs that this code writes and reads.
pub const MESSAGE_VERSION: u64 = 1;

/// A request, before it is split into jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The requested days or month.
    pub wanted: Wanted,
    /// Read every log file of the days again and replace their parts. The event days that these parts hold are written again, too.
    pub rebuild: bool,
    /// Try quarantined log files again although they have not changed.
    pub retry_quarantined: bool,
    /// Write the Parquet of a month even if days are missing.
    pub allow_gaps: bool,
    /// Send the jobs of a range although it has more than [`MOST_DAYS`].
    pub force: bool,
}

/// The requested days or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Delivery days, both included.
    Days {
        /// The first day.
        first: Day,
        /// The last day, not before the first.
        last: Day,
    },
    /// Every delivery day of a month, and then its Parquet.
    Month(Month),
    /// The days of a schedule's tick on this day.
    Tick(Day),
}

/// A text that is not a valid request.
#[derive(Debug, thiserror::Error)]
pub enum BadRequest {
    /// The text is not JSON.
    #[error("the request is not JSON")]
    NotJson(#[from] serde_json::Error),
    /// The text is JSON, but not an object.
    #[error("the request is not a JSON object")]
    NotAnObject,
    /// A member has an invalid value.
    #[error("{member} of the request is {value}: {wanted}")]
    BadMember {
        /// The name of the member.
        member: &'static str,
        /// The value, as JSON.
        value: String,
        /// The valid values.
        wanted: &'static str,
    },
    /// A member has an invalid date.
    #[error("{member} of the request: {source}")]
    BadDate {
        /// The name of the member.
        member: &'static str,
        /// The cause.
        source: BadDate,
    },
    /// The year, month and day are not a date.
    #[error("{0} does not exist")]
    NoSuchDate(String),
    /// The last day is before the first.
    #[error("to ({last}) is before from ({first}): write them in order")]
    Empty {
        /// The first day.
        first: Day,
        /// The last day.
        last: Day,
    },
    /// The range has too many days.
    #[error(
        "the request names {days} days, more than {MOST_DAYS}: {}; begin with the first day of the source, or add \
         \"force\": true (--force of trailmill submit)",
        price_of(*days, None)
    )]
    TooManyDays {
        /// Number of days.
        days: usize,
    },
    /// No member names days.
    #[error("the request names no days: give it a day (2026-11-22), from and to, or a month (2026-11)")]
    NothingAsked,
    /// The request has an unknown version.
    #[error(
        "the request has version {0}, this trailmill reads version {MESSAGE_VERSION}: deploy a newer trailmill"
    )]
    UnknownVersion(String),
}

impl Request {
    /// A request for days or a month, without options.
    pub fn new(wanted: Wanted) -> Self {
        Request { wanted, rebuild: false, retry_quarantined: false, allow_gaps: false, force: false }
    }

    /// Parses a request. Valid requests:
    /// - `{"day": "2026-11-22"}`, `{"from": "2026-11-01", "to": "2026-11-22"}`, `{"month": "2026-11"}`
    /// - `{"year": 2024, "month": 2, "day": 8}`, `{"year": 2024, "month": 2}`
    /// - an event of EventBridge Scheduler or of an EventBridge rule, which requests days by its `time`; with
    ///   `"month": "last"` it requests the whole month before, and tries its quarantined files again
    ///
    /// All but the last may have `rebuild`, `retry_quarantined`, `allow_gaps`, `force` and a `version`. Other members are ignored.
    ///
    /// # Errors
    /// Fails if the text is not a valid request, or has an unknown version.
    pub fn parse(text: &[u8]) -> Result<Self, BadRequest> {
        let Value::Object(members) = serde_json::from_slice(text)? else {
            return Err(BadRequest::NotAnObject);
        };
        let members = Members(members);
        if let Some("aws.scheduler" | "aws.events") = members.0.get("source").and_then(Value::as_str) {
            let wanted = members.scheduled()?;
            let retry_quarantined = matches!(wanted, Wanted::Month(_));
            return Ok(Request { retry_quarantined, ..Request::new(wanted) });
        }
        members.known_version()?;
        Ok(Request {
            wanted: members.wanted()?,
            rebuild: members.flag("rebuild")?,
            retry_quarantined: members.flag("retry_quarantined")?,
            allow_gaps: members.flag("allow_gaps")?,
            force: members.flag("force")?,
        })
    }
}

/// The JSON that [`Request::parse`] reads.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = match self.wanted {
            Wanted::Days { first, last } if first == last => json!({"day": first}),
            Wanted::Days { first, last } => json!({"from": first, "to": last}),
            Wanted::Month(month) => json!({"month": month}),
            Wanted::Tick(day) => json!({"source": "aws.scheduler", "time": format!("{day}T00:00:00Z")}),
        };
        members["version"] = MESSAGE_VERSION.into();
        let flags = [
            ("rebuild", self.rebuild),
            ("retry_quarantined", self.retry_quarantined),
            ("allow_gaps", self.allow_gaps),
            ("force", self.force),
        ];
        for (flag, _) in flags.into_iter().filter(|(_, set)| *set) {
            members[flag] = true.into();
        }
        members.fmt(f)
    }
}

/// The members of a request.
struct Members(Map<String, Value>);

impl Members {
    /// A member that is not null.
    fn get(&self, member: &'static str) -> Option<&Value> {
        self.0.get(member).filter(|value| !value.is_null())
    }

    fn bad(member: &'static str, value: &Value, wanted: &'static str) -> BadRequest {
        BadRequest::BadMember { member, value: value.to_string(), wanted }
    }

    fn known_version(&self) -> Result<(), BadRequest> {
        match self.get("version") {
            None => Ok(()),
            Some(version) if version.as_u64() == Some(MESSAGE_VERSION) => Ok(()),
            Some(version) => Err(BadRequest::UnknownVersion(version.to_string())),
        }
    }

    fn flag(&self, member: &'static str) -> Result<bool, BadRequest> {
        match self.get(member) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| Self::bad(member, value, "write true or false")),
        }
    }

    fn number(&self, member: &'static str) -> Result<Option<i16>, BadRequest> {
        let Some(value) = self.get(member) else { return Ok(None) };
        let number = value.as_i64().and_then(|number| number.try_into().ok());
        number
            .map(Some)
            .ok_or_else(|| Self::bad(member, value, "write a number next to year, or a date alone"))
    }

    fn date<T: std::str::FromStr<Err = BadDate>>(
        &self,
        member: &'static str,
    ) -> Result<Option<T>, BadRequest> {
        let Some(value) = self.get(member) else { return Ok(None) };
        let text =
            value.as_str().ok_or_else(|| Self::bad(member, value, "write a date as text, or add year"))?;
        text.parse().map(Some).map_err(|source| BadRequest::BadDate { member, source })
    }

    fn scheduled(&self) -> Result<Wanted, BadRequest> {
        let day = self.tick()?;
        match self.get("month") {
            None => Ok(Wanted::Tick(day)),
            Some(month) if month.as_str() == Some("last") => {
                day.month().previous().map(Wanted::Month).ok_or(BadRequest::NothingAsked)
            }
            Some(month) => Err(Self::bad("month", month, "a schedule requests \"last\" or no month")),
        }
    }

    /// The day of a tick: `"time": "2026-11-23T01:00:00Z"`.
    fn tick(&self) -> Result<Day, BadRequest> {
        let time = self.0.get("time").unwrap_or(&Value::Null);
        let day = time.as_str().and_then(|time| time.get(..10)?.parse().ok());
        day.ok_or_else(|| Self::bad("time", time, "a schedule's event has its time, as 2026-11-23T01:00:00Z"))
    }

    fn wanted(&self) -> Result<Wanted, BadRequest> {
        if let Some(year) = self.number("year")? {
            return self.by_numbers(year);
        }
        if let Some(day) = self.date("day")? {
            return Ok(Wanted::Days { first: day, last: day });
        }
        if let Some(month) = self.date("month")? {
            return Ok(Wanted::Month(month));
        }
        match (self.date("from")?, self.date("to")?) {
            (Some(first), Some(last)) if last < first => Err(BadRequest::Empty { first, last }),
            (Some(first), Some(last)) => Ok(Wanted::Days { first, last }),
            _ => Err(BadRequest::NothingAsked),
        }
    }

    fn by_numbers(&self, year: i16) -> Result<Wanted, BadRequest> {
        let small = |number: i16| i8::try_from(number).unwrap_or(0);
        let Some(month) = self.number("month")? else { return Err(BadRequest::NothingAsked) };
        match self.number("day")? {
            None => Month::new(year, small(month))
                .map(Wanted::Month)
                .ok_or_else(|| BadRequest::NoSuchDate(format!("month {month} of {year}"))),
            Some(day) => Day::new(year, small(month), small(day))
                .map(|day| Wanted::Days { first: day, last: day })
                .ok_or_else(|| BadRequest::NoSuchDate(format!("day {day} of month {month} of {year}"))),
        }
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
