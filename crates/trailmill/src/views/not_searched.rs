//! What to say of folders of a source that were not searched.

use daily_aggregator::{NotSearched, Source};
use serde_json::json;

use crate::places::Place;
use crate::terminal::console::Console;

/// Prints that folders were not searched, if there are any.
pub(crate) fn print_not_searched(place: &Place, source: &Source, console: &Console) {
    let folders = source.not_searched();
    if !folders.is_empty() {
        console.object(&json!({"not_searched": folders}));
        console.line(&line(place, folders));
    }
}

fn line(place: &Place, folders: &NotSearched) -> String {
    format!(
        "not searched for log files in {place}: {folders}. If CloudTrail delivers below one of them, name it in a run of \
         its own (--source)"
    )
}
