//! What is printed: results to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::terminal::printable::printable;

/// Where results go, as text or as JSON.
#[derive(Debug)]
pub(crate) struct Console {
    json: bool,
    /// Whether results are printed as text; they never are where JSON is wanted.
    text: bool,
}

impl Console {
    pub(crate) fn new(json: bool) -> Self {
        Console { json, text: !json }
    }

    /// A console for the steps of a command that prints one summary of them: JSON, errors and progress bars as on this
    /// one, and no text.
    pub(crate) fn without_text(&self) -> Self {
        Console { json: self.json, text: false }
    }

    /// Whether JSON is wanted.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a person watches, so that a progress bar makes sense.
    pub(crate) fn watched(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// One line of text, whatever is in it; nothing where no text is wanted.
    pub(crate) fn line(&self, text: &str) {
        self.text(&printable(text));
    }

    /// Lines of our own making, as they are; nothing where no text is wanted.
    pub(crate) fn text(&self, text: &str) {
        if self.text {
            print(text);
        }
    }

    /// A log line of a command that runs until it is stopped.
    #[expect(clippy::unused_self, reason = "it is said the same way in text and JSON")]
    pub(crate) fn notice(&self, text: &str) {
        error_line(text);
    }

    /// One JSON object on a line; nothing where no JSON is wanted.
    pub(crate) fn object(&self, object: &impl Serialize) {
        if self.json {
            match serde_json::to_string(object) {
                Ok(text) => print(&text),
                Err(error) => error_line(&format!("error: a result cannot be written as JSON: {error}")),
            }
        }
    }

    /// An error with its causes, on one line.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        error_line(&format!("error: {error:#}"));
    }
}

/// A reader that has gone away (`| head`) is no failure.
fn print(text: &str) {
    let _closed = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line of a log, which is JSON in any case.
pub(crate) fn log_line(line: &str) {
    print(line);
}

/// One line to standard error, whatever is in the text.
pub(crate) fn error_line(text: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{}", printable(text));
}
