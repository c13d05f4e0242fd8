//! `trailmill submit`: a request goes to its queue.

use cloudtrail_model::Day;
use fan_out::{Request, Wanted, price_of};
use job_queue::{NewMessage, send_all};
use serde_json::json;

use crate::Ending;
use crate::args::SubmitArguments;
use crate::places::{self, session};
use crate::stamp::today;
use crate::terminal::console::Console;

/// Runs the command.
pub(crate) async fn run(arguments: SubmitArguments, console: &Console) -> anyhow::Result<Ending> {
    let mut request = request(&arguments)?;
    let mut listings = None;
    if let Some(place) = &arguments.source {
        let source = Box::pin(places::open_source(place, &arguments.bucket)).await?;
        listings = Some(source.listings_of_a_day());
        begin_with_first_day(&mut request, source.first_day().await?, console);
    }
    // the function would refuse it later, where nobody looks
    let days = request.bounded_jobs(today(), 0)?.len();
    if days > 1 {
        console.line(&format!("{days} days: {}", price_of(days, listings)));
    }
    let queue = session().await.queue(&arguments.queue)?;
    let body = request.to_string();
    send_all(&queue, &[NewMessage::new(body.clone(), "requests")]).await?;
    console.object(&json!({"submitted": body, "queue": arguments.queue}));
    console.line(&format!("submitted {body}"));
    Ok(Ending::Done)
}

/// Leaves out the days of a range before the first log file of the source: each would be listed for nothing.
fn begin_with_first_day(request: &mut Request, first_day: Option<Day>, console: &Console) {
    if let (Wanted::Days { first, last }, Some(first_day)) = (&mut request.wanted, first_day)
        && *first < first_day
        && first_day <= *last
    {
        console.line(&format!(
            "the first log file of the source is of {first_day}; no day before it is asked for"
        ));
        *first = first_day;
    }
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
    let SubmitArguments { rebuild, retry_quarantined, allow_gaps, force, .. } = *arguments;
    Ok(Request { wanted, rebuild, retry_quarantined, allow_gaps, force })
}
