//! Read: daily parts back into lines, in pieces of bounded size.
//!
//! A few parts are read at once, each ahead of its turn by a few pieces; they are handed on in order, so the result
//! does not depend on which is faster.

use std::sync::Arc;

use cloudtrail_model::{Day, EnvelopeError, Month, Record, Shredder, Table, home_month, months_of};
use futures::{Stream, StreamExt};
use lake::{Part, PartContent, PartError, read_lines};
use lake_store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::MonthlyError;
use crate::read::piece::{Piece, SparePieces};

/// Pieces of a part that wait for their turn.
const PIECES_AHEAD: usize = 2;
/// Parts read at once, at most: each may hold a thread that waits for its turn, and of those there is a bounded number.
const MOST_AT_ONCE: usize = 8;

/// The next thing that was read.
#[derive(Debug)]
pub(crate) enum FromPart {
    /// The next lines of the current part.
    Piece(Piece),
    /// The current part is read whole, and is what its journal says.
    End,
}

/// Reads daily parts in order, `at_once` of them at the same time; of each the pieces, then its end.
pub(crate) fn read(
    lake: Arc<dyn Store>,
    parts: Vec<(Day, Part)>,
    (table, month): (Table, Month),
    at_once: usize,
    spare: SparePieces,
) -> impl Stream<Item = Result<FromPart, MonthlyError>> + Unpin {
    let reading = futures::stream::iter(parts).map(move |(day, part)| {
        let lake = lake.clone();
        // started here, polled in order: what is read ahead waits in its channel
        let reading = Reading::start(lake, day, part, (table, month), spare.clone());
        async move { reading }
    });
    // one of them is the current one
    Box::pin(reading.buffered(at_once.clamp(2, MOST_AT_ONCE) - 1).flat_map(Reading::pieces))
}

/// A part being read by a task of its own.
struct Reading {
    part: Part,
    pieces: mpsc::Receiver<Piece>,
    task: AbortOnDrop,
}

struct AbortOnDrop(JoinHandle<Result<PartContent, PartError>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Reading {
    fn start(
        lake: Arc<dyn Store>,
        day: Day,
        part: Part,
        (table, month): (Table, Month),
        spare: SparePieces,
    ) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let (key, bytes) = (part.key.clone(), part.bytes);
        let task = tokio::spawn(async move {
            let shredder = Shredder::new(table);
            let splitter = Splitter { day, month, shredder, piece: spare.take(), spare, sender };
            let (content, splitter) = read_lines(&*lake, &key, bytes, splitter, Splitter::add).await?;
            // nobody listens if the run has failed
            let _unheard = splitter.sender.send(splitter.piece).await;
            Ok(content)
        });
        Reading { part, pieces, task: AbortOnDrop(task) }
    }

    fn pieces(self) -> impl Stream<Item = Result<FromPart, MonthlyError>> {
        futures::stream::unfold(Some(self), |reading| async move {
            let mut reading = reading?;
            if let Some(piece) = reading.pieces.recv().await {
                return Some((Ok(FromPart::Piece(piece)), Some(reading)));
            }
            let read = match (&mut reading.task.0).await {
                Ok(read) => read,
                Err(failed) => std::panic::resume_unwind(failed.into_panic()),
            };
            let key = reading.part.key.clone();
            let end = match read.map(|content| content.difference(&reading.part)) {
                Ok(None) => Ok(FromPart::End),
                Ok(Some(difference)) => Err(MonthlyError::DailyPartDiffers { key, difference }),
                Err(source) => Err(MonthlyError::DailyPart { key, source }),
            };
            Some((end, None))
        })
    }
}

/// Takes the lines of a part apart, in pieces.
struct Splitter {
    day: Day,
    month: Month,
    shredder: Shredder,
    piece: Piece,
    spare: SparePieces,
    sender: mpsc::Sender<Piece>,
}

impl Splitter {
    fn add(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        if self.is_of_another_month(line)? {
            self.piece.other_months += 1;
            return Ok(());
        }
        if self.piece.is_full(line.len()) {
            let full = std::mem::replace(&mut self.piece, self.spare.take());
            // called from a thread that may block; nobody listens if the run has failed
            let _unheard = self.sender.blocking_send(full);
        }
        self.piece.add(&mut self.shredder, self.day, line)
    }

    /// Known before the record is taken apart: of the first days of the next month, nearly every record is.
    fn is_of_another_month(&self, line: &[u8]) -> Result<bool, EnvelopeError> {
        if months_of(self.day).all(|month| month == self.month) {
            return Ok(false);
        }
        Ok(home_month(self.day, Record::from_line(line)?.event_time) != self.month)
    }
}

#[cfg(test)]
#[path = "daily_lines_tests.rs"]
mod tests;
