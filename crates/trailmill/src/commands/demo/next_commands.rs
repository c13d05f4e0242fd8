//! The commands to go on with after the demo, each with what it is for.

use std::path::Path;

use cloudtrail_model::{Day, Month, Table};
use lake::Partition;

use super::denied_calls::query;

/// The commands for the lake that was made, as lines to paste into a shell.
pub(super) fn next_commands(lake: &Path, month: Month, first_day: Day) -> Vec<String> {
    let lake = lake.display().to_string();
    let day = Partition::day(Table::CloudTrail, first_day).prefix();
    let mut lines = vec!["  # the same question, answered by DuckDB from the Parquet".to_owned()];
    let query = query(&lake, month);
    let last = query.lines().count().saturating_sub(1);
    lines.extend(query.lines().enumerate().map(|(at, line)| {
        let begin = if at == 0 { "duckdb -c \"" } else { "           " };
        format!("  {begin}{line}{}", if at == last { "\"" } else { "" })
    }));
    lines.extend([
        "  # records of one day, each as CloudTrail wrote it".to_owned(),
        format!("  zcat {lake}/{day}*.ndjson.gz | grep ConsoleLogin | head -n 3"),
        "  # every day and month, and the quarantined log files (--json names all of them)".to_owned(),
        format!("  trailmill status --lake {lake}"),
        "  # your own logs, from a bucket or a folder".to_owned(),
        "  trailmill run --source s3://my-trail-logs --lake path/to/lake --allow-gaps".to_owned(),
    ]);
    lines
}
