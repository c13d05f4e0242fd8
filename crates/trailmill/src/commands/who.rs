//! `trailmill who`: what a principal, an access key or an address did, in one page.

use std::sync::Arc;

use anyhow::Context;
use search::{Progress, Subject, Who};

use crate::args::WhoArguments;
use crate::terminal::console::Console;
use crate::terminal::progress_bar::FollowedRun;
use crate::views::who::{WhoPage, who_json};
use crate::{Ending, places};

/// Runs the command.
pub(crate) async fn run(arguments: WhoArguments, console: &Console) -> anyhow::Result<Ending> {
    let span = arguments.times.span()?;
    let lake = places::open_lake(&arguments.lake).await?;
    let subject = Subject::of(&arguments.subject);
    let progress: Arc<Progress> = Arc::default();
    let followed = FollowedRun::of_search(console, progress.clone());
    let who = Who::of(&lake, &subject, span, &progress).await;
    drop(followed);
    let who = who.with_context(|| format!("cannot search for the {} {}", subject.kind(), subject.text()))?;
    let page = WhoPage::new(&subject, &who, arguments.top.into());
    console.object(&who_json(&subject, &who, arguments.top.into()));
    console.text(if arguments.markdown { page.markdown() } else { page.text() }.trim_end());
    let is_found = who.seen.records > 0 || !who.came_from.is_empty();
    Ok(if is_found { Ending::Done } else { Ending::NotFound })
}
