//! Plan: the months of a table that a search looks at, and what each is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Month, Stage, Table};
use lake::{JournalError, PartitionSpan, fed_months, partitions};
use lake_store::{Store, StoreError};
use monthly_aggregator::{DaysThere, MonthContent, plan};

use crate::filter::span::Span;
use crate::plan::unit::{Unit, units};

/// The months of a table that may hold records of a span, in order: those with Parquet, those of delivery days, and those that late
/// events are of.
///
/// # Errors
/// Fails if the journals cannot be listed.
pub(crate) async fn months(
    lake: &Arc<dyn Store>,
    table: Table,
    span: Span,
) -> Result<Vec<Month>, StoreError> {
    let (days, monthly, fed) = futures::try_join!(
        partitions(&**lake, table, Stage::Daily),
        partitions(&**lake, table, Stage::Monthly),
        fed_months(&**lake, table),
    )?;
    let of_partitions = days.into_iter().chain(monthly).map(|partition| match partition.span {
        PartitionSpan::Day(day) => day.month(),
        PartitionSpan::Month(month) => month,
    });
    let months: BTreeSet<Month> = of_partitions.chain(fed.into_keys()).collect();
    Ok(months.into_iter().filter(|month| span.has_month(*month)).collect())
}

/// The units of a month, as its journals state it now.
///
/// The journal of the month is read first, then those of the days: what the month does not contain yet is then among the days, and
/// a day that was rebuilt between the two is not taken for an older one.
///
/// # Errors
/// Fails if a journal cannot be read.
pub(crate) async fn month_units(
    lake: &Arc<dyn Store>,
    days_there: &DaysThere,
    (table, month): (Table, Month),
    span: Span,
) -> Result<Vec<Unit>, JournalError> {
    let content = MonthContent::read(lake, table, month).await?;
    let plan = plan(lake, days_there, table, month).await?;
    Ok(units(&plan, &content, month, span))
}
