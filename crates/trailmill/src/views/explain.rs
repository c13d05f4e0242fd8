//! What a search read, and what it could leave unread.

use search::Explain;

use crate::terminal::console::Console;
use crate::terminal::numbers::{bytes, count, counted};

/// Prints it to standard error, so that the results stay what they are.
pub(crate) fn print_explain(explain: &Explain, console: &Console) {
    let Explain { months, monthly_parts, row_groups, by_statistics, by_bloom_filter, by_pages, .. } =
        *explain;
    let read = row_groups.saturating_sub(by_statistics + by_bloom_filter + by_pages);
    console.notice(&format!(
        "months: {} searched, {} opened with {}",
        count(months),
        counted(monthly_parts, "Parquet file"),
        counted(row_groups, "row group")
    ));
    console.notice(&format!(
        "row groups: {} ruled out by min/max statistics, {} by bloom filters, {} by the page index; {} read",
        count(by_statistics),
        count(by_bloom_filter),
        count(by_pages),
        count(read)
    ));
    console.notice(&format!(
        "rows: {} ruled out by the page index, {} decided by their columns, {} read whole",
        count(explain.rows_ruled_out),
        count(explain.rows_decided),
        count(explain.rows_found)
    ));
    console.notice(&format!(
        "daily parts: {} read with {}; {} passed over, since Parquet contains them",
        count(explain.daily_parts),
        counted(explain.daily_records, "record"),
        count(explain.daily_contained)
    ));
    console.notice(&format!(
        "requests: {}, {}, {}",
        counted(explain.lists, "listing"),
        counted(explain.reads, "read"),
        bytes(explain.bytes)
    ));
}
