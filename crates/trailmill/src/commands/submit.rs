//! `trailmill submit`: a request goes to its queue.

use fan_out::{Request, Wanted};
use job_queue::{NewMessage, send_all};
use serde_json::json;

use crate::Ending;
use crate::args::SubmitArguments;
use crate::places::session;
use crate::terminal::console::Console;

/// Runs the command.
pub(crate) async fn run(arguments: SubmitArguments, console: &Console) -> anyhow::Result<Ending> {
    let request = request(&arguments)?;
    let queue = session().await.queue(&arguments.queue)?;
    let body = request.to_string();
    send_all(&queue, &[NewMessage::new(body.clone(), "requests")]).await?;
    console.object(&json!({"submitted": body, "queue": arguments.queue}));
    console.line(&format!("submitted {body}"));
    Ok(Ending::Done)
}

fn request(arguments: &SubmitArguments) -> anyhow::Result<Request> {
    let wanted = match (arguments.day, arguments.from, arguments.to, arguments.month) {
        (Some(day), ..) => Wanted::Days { first: day, last: day },
        (_, Some(first), Some(last), _) if last < first => {
            anyhow::bail!("--to {last} is before --from {first}: there is no day between them")
        }
        (_, Some(first), Some(last), _) => Wanted::Days { first, last },
        (_, _, _, Some(month)) => Wanted::Month(month),
        _ => anyhow::bail!("no days are named: give --day, --from and --to, or --month"),
    };
    let SubmitArguments { rebuild, retry_quarantined, allow_gaps, .. } = *arguments;
    Ok(Request { wanted, rebuild, retry_quarantined, allow_gaps })
}
