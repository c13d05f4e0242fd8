//! `trailmill ddl`: prints what makes the monthly tables readable elsewhere, and the docs of their columns.

use anyhow::bail;
use cloudtrail_model::{Dialect, ddl, schema_markdown};
use serde_json::json;

use crate::Ending;
use crate::args::{DdlArguments, DdlFormat};
use crate::terminal::console::Console;

/// Prints the statements of one table, or the docs of all.
pub(crate) fn run(arguments: &DdlArguments, console: &Console) -> anyhow::Result<Ending> {
    let statements = |dialect| ddl(arguments.table, dialect, &arguments.location);
    let text = match arguments.format {
        DdlFormat::Athena if !arguments.location.starts_with("s3://") => {
            bail!(
                "--location {} is no place Athena can read: it wants s3://BUCKET/PREFIX",
                arguments.location
            )
        }
        DdlFormat::Athena => statements(Dialect::Athena),
        DdlFormat::Duckdb => statements(Dialect::DuckDb),
        DdlFormat::Spark => statements(Dialect::Spark),
        DdlFormat::Markdown => schema_markdown(),
    };
    console.text(text.trim_end_matches('\n'));
    console.object(&json!({ "text": text }));
    Ok(Ending::Done)
}
