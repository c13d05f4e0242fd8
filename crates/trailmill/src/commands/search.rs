//! `trailmill search`: the records of a lake that match some filters.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use cloudtrail_model::Table;
use search::{Found, Progress, Search};

use crate::args::SearchArguments;
use crate::terminal::console::Console;
use crate::terminal::numbers::counted;
use crate::terminal::progress_bar::FollowedRun;
use crate::terminal::width::width;
use crate::views::explain::print_explain;
use crate::views::found::FoundTable;
use crate::{Ending, places};

/// Bytes of lines gathered before they are written.
const BUFFER_BYTES: usize = 1 << 16;

/// Runs the command.
pub(crate) async fn run(arguments: SearchArguments, console: &Console) -> anyhow::Result<Ending> {
    let query = arguments.query()?;
    let lake = places::open_lake(&arguments.lake).await?;
    let progress: Arc<Progress> = Arc::default();
    let search = Search {
        lake,
        query,
        only_number: arguments.count,
        limit: arguments.limit,
        progress: progress.clone(),
    };
    let followed = FollowedRun::of_search(console, progress);
    let summary =
        if console.is_json() { lines(&search).await? } else { table(&search, console, &followed).await? };
    drop(followed);
    if arguments.count {
        console.line(&summary.found.to_string());
        console.object(&serde_json::json!({ "count": summary.found }));
    } else if summary.found == 0 {
        console.notice("nothing found");
    } else {
        let limited = arguments.limit.is_some_and(|limit| limit <= summary.found);
        let more = if limited { ", and there may be more (--limit)" } else { "" };
        console.line(&format!("{}{more}; --json prints them whole", counted(summary.found, "record")));
    }
    if arguments.explain {
        print_explain(&summary.explain, console);
    }
    Ok(if summary.found > 0 { Ending::Done } else { Ending::NotFound })
}

/// Prints each record as a line. A reader that has gone away (`| head`) ends the search, and is no failure.
async fn lines(search: &Search) -> anyhow::Result<search::Summary> {
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout());
    let mut failed = None;
    let mut take = |_: Table, mut found: Found| {
        found.line.push(b'\n');
        match output.write_all(&found.line) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let summary = search.run(&mut take).await;
    let written = match failed {
        Some(error) => Err(error),
        None => output.flush(),
    };
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("the records cannot be written"))
        }
        _ => Ok(summary?),
    }
}

/// Prints a table, some rows at a time.
async fn table(
    search: &Search,
    console: &Console,
    followed: &FollowedRun,
) -> anyhow::Result<search::Summary> {
    let mut table = FoundTable::new(width());
    let mut take = |table_of: Table, found: Found| {
        if let Some(rows) = table.add(table_of, &found) {
            followed.aside(|| console.text(&rows));
        }
        ControlFlow::Continue(())
    };
    let summary = search.run(&mut take).await?;
    if let Some(rows) = table.rest() {
        followed.aside(|| console.text(&rows));
    }
    Ok(summary)
}
