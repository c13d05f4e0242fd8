//! `trailmill redrive`: failed messages go back to the queue they came from.

use job_queue::redrive;
use serde_json::json;

use crate::Ending;
use crate::args::RedriveArguments;
use crate::places::session;
use crate::terminal::console::Console;
use crate::terminal::numbers::counted;

/// Runs the command.
pub(crate) async fn run(arguments: RedriveArguments, console: &Console) -> anyhow::Result<Ending> {
    let RedriveArguments { from, to, most } = arguments;
    anyhow::ensure!(from != to, "--from and --to are the same queue");
    let session = session().await;
    let moved = redrive(&session.queue(&from)?, &session.queue(&to)?, most).await?;
    console.object(&json!({"moved": moved, "from": from, "to": to}));
    console.line(&format!("moved {}", counted(moved as u64, "message")));
    Ok(Ending::Done)
}
