//! Verify: every record of the daily parts is in the month of its event day.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use lake::JournalError;
use lake_store::Store;

use crate::content::MonthContent;
use crate::plan::month_plan::plan;
use crate::{DaysThere, MonthPlan};

/// The balance of one month: the records of daily parts against those that the month accounts for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Number of records of daily parts that are in the month, duplicates included.
    pub balanced: u64,
    /// Event days that are not written yet, or were written before the daily parts that hold them now. The next run writes them.
    pub pending: BTreeSet<Day>,
    /// Event days whose account contradicts the daily parts it states: a sentence for each.
    pub broken: Vec<String>,
}

/// Balances a month. It reads journals only, no parts.
///
/// # Errors
/// Fails if a journal cannot be read.
pub async fn balance(lake: &Arc<dyn Store>, table: Table, month: Month) -> Result<Balance, JournalError> {
    let days_there = DaysThere::default();
    let (plan, content) =
        futures::try_join!(plan(lake, &days_there, table, month), MonthContent::read(lake, table, month))?;
    Ok(of(&plan, &content))
}

fn of(plan: &MonthPlan, content: &MonthContent) -> Balance {
    let mut balance =
        Balance { pending: plan.changed_days(content.state()).into_iter().collect(), ..Balance::default() };
    for (day, written) in content.state().event_days.iter().filter(|(day, _)| !balance.pending.contains(day))
    {
        let (mut records, mut unaccounted) = (0_u64, None);
        for of in &plan.parts {
            let Some(of_day) = of.part.event_days.days.get(&day) else { continue };
            records = records.saturating_add(*of_day);
            if !content.has(&of.part, day) {
                unaccounted.get_or_insert(&of.part.key);
            }
        }
        let accounted = written.stated.records.saturating_add(written.stated.duplicates);
        if let Some(key) = unaccounted {
            let seq = written.seq;
            balance.broken.push(format!("event day {day}: {key} is not among the inputs of commit {seq:06}"));
        } else if accounted != records {
            balance.broken.push(format!(
                "event day {day}: the month accounts for {accounted} records, the daily parts hold {records}"
            ));
        } else {
            balance.balanced = balance.balanced.saturating_add(records);
        }
    }
    balance
}

#[cfg(test)]
#[path = "balance_tests.rs"]
mod tests;
