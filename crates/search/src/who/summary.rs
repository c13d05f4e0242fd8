//! What a subject did, gathered from the records of a search, and how it came to be.

use std::ops::ControlFlow;
use std::sync::Arc;

use cloudtrail_model::{Table, members};
use lake_store::Store;

use crate::who::subject::Subject;
use crate::who::tally::Tally;
use crate::who::trace::{CALLS, Occurrences, Traces, caller, names, text};
use crate::{Condition, Field, Found, Progress, Query, Search, SearchError, Span};

/// What a subject did, and how it came to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// Its records.
    pub seen: Occurrences,
    /// Number of its records with an error code.
    pub failed: u64,
    /// The accounts that received its events.
    pub accounts: Tally,
    /// The Regions.
    pub regions: Tally,
    /// The services, as in `s3`.
    pub services: Tally,
    /// The calls, as in `s3:GetObject`.
    pub calls: Tally,
    /// The errors, each with its call: `AccessDenied s3:GetObject`.
    pub errors: Tally,
    /// Where its requests came from.
    pub addresses: Tally,
    /// Its clients.
    pub user_agents: Tally,
    /// The callers, by ARN.
    pub callers: Tally,
    /// The access keys.
    pub access_keys: Tally,
    /// Credentials that it was given, and principals that it made.
    pub gave: Traces,
    /// The calls that gave it its credentials, or made it. Whoever made them.
    pub came_from: Traces,
}

impl Who {
    /// Finds out what a subject did in a span, and how it came to be before its end.
    ///
    /// # Errors
    /// Fails if a search fails.
    pub async fn of(
        lake: &Arc<dyn Store>,
        subject: &Subject,
        span: Span,
        progress: &Arc<Progress>,
    ) -> Result<Self, SearchError> {
        let search = |conditions, span| Search {
            lake: lake.clone(),
            query: Query { conditions, span },
            only_number: false,
            limit: None,
            progress: progress.clone(),
        };
        let mut who = Who::default();
        let mut take = |_: Table, found: Found| {
            who.add(&found);
            ControlFlow::Continue(())
        };
        search(vec![subject.condition()], span).run(&mut take).await?;
        if matches!(subject, Subject::Ip(_)) {
            // nothing gives an address
            return Ok(who);
        }
        let calls = CALLS.map(str::to_owned).to_vec();
        let conditions = vec![
            Condition { field: Field::Event, any_of: calls },
            Condition { field: Field::Text, any_of: vec![subject.text().to_owned()] },
        ];
        let mut take = |_: Table, found: Found| {
            let record = members(&found.line).unwrap_or_default();
            if names(&record, subject.text()) {
                who.came_from.add(&record, found.instant);
            }
            ControlFlow::Continue(())
        };
        search(conditions, Span { from: None, to: span.to }).run(&mut take).await?;
        Ok(who)
    }

    /// Adds a record of the subject.
    fn add(&mut self, found: &Found) {
        let record = members(&found.line).unwrap_or_default();
        let of = |path: &[&str]| text(&record, path);
        self.seen.add(found.instant);
        let service = of(&["eventSource"]).unwrap_or_default();
        let service = service.strip_suffix(".amazonaws.com").unwrap_or(&service);
        let call = format!("{service}:{}", of(&["eventName"]).unwrap_or_default());
        if let Some(error) = of(&["errorCode"]) {
            self.failed += 1;
            self.errors.add(&format!("{error} {call}"));
        }
        self.services.add(service);
        self.calls.add(&call);
        self.callers.add(&caller(&record));
        let tallies = [
            (&mut self.accounts, of(&["recipientAccountId"])),
            (&mut self.regions, of(&["awsRegion"])),
            (&mut self.addresses, of(&["sourceIPAddress"])),
            (&mut self.user_agents, of(&["userAgent"])),
            (&mut self.access_keys, of(&["userIdentity", "accessKeyId"])),
        ];
        for (tally, text) in tallies {
            text.iter().for_each(|text| tally.add(text));
        }
        self.gave.add(&record, found.instant);
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
