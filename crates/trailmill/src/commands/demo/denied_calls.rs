//! The question that the demo answers from the lake it wrote: which calls were denied in a month, and to whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use cloudtrail_model::{
    Day, EnvelopeError, Month, Record, Table, event_day, event_instant, members, string_text,
};
use futures::{StreamExt, TryStreamExt};
use lake::{Partition, read_lines};
use lake_store::Store;
use monthly_aggregator::{DailyPart, DaysThere, plan};
use serde::Serialize;

use crate::terminal::numbers::{count, counted};
use crate::terminal::printable::printable_within;

/// Groups that are printed.
const SHOWN: usize = 5;

/// Groups that are kept while counting. Records are written by attackers, so their variety is bounded.
const MAX_GROUPS: usize = 10_000;

/// Bytes of a text that are kept.
const MAX_KEPT: usize = 1_024;

/// Characters of the name of a call that are shown.
const MAX_CALL: usize = 40;

/// Characters of a caller that are shown.
const MAX_CALLER: usize = 100;

/// Where a `userIdentity` says who called: the role of a session, else the caller itself, else the service, else whatever
/// other accounts and tokens have.
const CALLER: [&[&str]; 4] =
    [&["sessionContext", "sessionIssuer", "arn"], &["arn"], &["invokedBy"], &["principalId"]];

/// Who was denied what. Texts have at most [`MAX_KEPT`] bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Denied {
    /// `eventName`
    call: Option<String>,
    /// The first of [`CALLER`] that the `userIdentity` has.
    caller: Option<String>,
}

/// The denied calls of a month.
#[derive(Debug, Default)]
pub(super) struct DeniedCalls {
    /// All of them.
    times: u64,
    /// Those of the first [`MAX_GROUPS`] groups that were met.
    groups: BTreeMap<Denied, u64>,
}

/// A group as JSON.
#[derive(Debug, Serialize)]
pub(super) struct DeniedGroup<'a> {
    call: Option<&'a str>,
    caller: Option<&'a str>,
    times: u64,
}

/// The fold over the lines of a part.
struct PartFold {
    day: Day,
    month: Month,
    denied: DeniedCalls,
}

impl DeniedCalls {
    /// Counts them in the daily parts of the main table, as many parts at once as there are cores.
    ///
    /// # Errors
    /// Where a journal or a part cannot be read.
    pub(super) async fn count(lake: &Arc<dyn Store>, month: Month) -> anyhow::Result<Self> {
        let parts = plan(lake, &DaysThere::default(), Table::CloudTrail, month).await?.parts;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let folds = futures::stream::iter(parts).map(|DailyPart { delivered: day, part }| {
            let (lake, fold) = (lake.clone(), PartFold { day, month, denied: DeniedCalls::default() });
            async move {
                let read = read_lines(&*lake, &part.key, part.bytes, fold, PartFold::add).await;
                let (_, fold) = read
                    .with_context(|| format!("part {} cannot be read; run `trailmill verify`", part.key))?;
                anyhow::Ok(fold.denied)
            }
        });
        folds
            .buffered(threads)
            .try_fold(DeniedCalls::default(), |mut all, part| async move {
                all.add(part);
                Ok(all)
            })
            .await
    }

    fn add(&mut self, other: DeniedCalls) {
        self.times += other.times;
        for (denied, times) in other.groups {
            self.add_group(denied, times);
        }
    }

    fn add_group(&mut self, denied: Denied, times: u64) {
        if let Some(sum) = self.groups.get_mut(&denied) {
            *sum += times;
        } else if self.groups.len() < MAX_GROUPS {
            self.groups.insert(denied, times);
        }
    }

    /// The groups with the most calls, as [`query`] orders them.
    pub(super) fn most_frequent(&self) -> Vec<DeniedGroup<'_>> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(denied, times)| {
            // DuckDB puts what is missing last
            let Denied { call, caller } = denied;
            (Reverse(**times), call.is_none(), call, caller.is_none(), caller)
        });
        let shown = groups.into_iter().take(SHOWN);
        shown
            .map(|(Denied { call, caller }, times)| DeniedGroup {
                call: call.as_deref(),
                caller: caller.as_deref(),
                times: *times,
            })
            .collect()
    }

    /// The question and its answer.
    pub(super) fn lines(&self, month: Month) -> Vec<String> {
        let question = format!("Which calls were denied in {month}, and to whom?");
        if self.times == 0 {
            return vec![format!("{question} None.")];
        }
        let groups = self.most_frequent();
        let calls: Vec<String> = groups.iter().map(|group| shown(group.call, MAX_CALL)).collect();
        let width = calls.iter().map(|call| call.chars().count()).max().unwrap_or(0).max("call".len());
        let mut lines = vec![
            format!("{question} {}. Most often:", counted(self.times, "call")),
            format!("  {:>7}  {:<width$}  caller", "times", "call"),
        ];
        lines.extend(groups.iter().zip(calls).map(|(group, call)| {
            format!("  {:>7}  {call:<width$}  {}", count(group.times), shown(group.caller, MAX_CALLER))
        }));
        lines
    }
}

/// The same question in DuckDB's SQL, of the Parquet of a lake.
pub(super) fn query(lake: &str, month: Month) -> String {
    let parts = Partition::month(Table::CloudTrail, month).prefix();
    let [role, caller, service, other] = CALLER.map(|path| format!("userIdentity.{}", path.join(".")));
    format!(
        "SELECT count(*) AS times, eventName AS call, coalesce({role},\n       \
         {caller}, {service}, {other}) AS caller\n\
         FROM read_parquet('{lake}/{parts}*.parquet')\n\
         WHERE errorCode LIKE '%AccessDenied%' OR errorCode LIKE '%UnauthorizedOperation%'\n\
         GROUP BY ALL ORDER BY times DESC, call, caller LIMIT {SHOWN}"
    )
}

impl PartFold {
    /// Counts a line, if it is a denied call of the month.
    fn add(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        let (mut error, mut name, mut identity) = (None, None, None);
        for member in members(line)? {
            match &*member.name {
                "errorCode" => error = Some(member.value),
                "eventName" => name = Some(member.value),
                "userIdentity" => identity = Some(member.value),
                _ => {}
            }
        }
        let is_denied = error
            .and_then(string_text)
            .is_some_and(|code| code.contains("AccessDenied") || code.contains("UnauthorizedOperation"));
        if !is_denied {
            return Ok(());
        }
        let instant = event_instant(&Record::from_line(line)?);
        if event_day(self.day, instant).unwrap_or(self.day).month() == self.month {
            self.denied.times += 1;
            let denied = Denied { call: name.and_then(kept_text), caller: identity.and_then(caller) };
            self.denied.add_group(denied, 1);
        }
        Ok(())
    }
}

/// The caller of a `userIdentity`.
fn caller(identity: &[u8]) -> Option<String> {
    CALLER.into_iter().find_map(|path| {
        let value = path.iter().try_fold(identity, |object, name| {
            // what is no object has no members
            let members = members(object).ok()?;
            members.into_iter().find(|member| member.name == *name).map(|member| member.value)
        });
        value.and_then(kept_text)
    })
}

/// What is kept of a JSON string.
fn kept_text(string: &[u8]) -> Option<String> {
    string_text(string).map(|text| text[..text.floor_char_boundary(MAX_KEPT)].to_owned())
}

/// What is shown of a text from a record.
fn shown(text: Option<&str>, most: usize) -> String {
    text.map_or_else(|| "-".to_owned(), |text| printable_within(text, most))
}

#[cfg(test)]
#[path = "denied_calls_tests.rs"]
pub(super) mod tests;
