//! Read: daily parts back into lines, in pieces of bounded size.
//!
//! A few parts are read at once, each ahead of its turn by a few pieces. They are handed on in order, so the result
//! does not depend on which is faster.

use std::sync::Arc;

use cloudtrail_model::{EnvelopeError, Fingerprint, Record, Shredder, Table, event_day, event_instant};
use futures::{Stream, StreamExt};
use lake::{PartContent, PartError, read_lines};
use lake_store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::MonthlyError;
use crate::plan::window::{PartRead, Wanted};
use crate::read::piece::{Piece, SparePieces};

/// Pieces of a part that wait for their turn.
const PIECES_AHEAD: usize = 2;
/// Parts read at once, at most: each may hold a thread that waits for its turn, and of those there is a bounded number.
const MOST_AT_ONCE: usize = 8;

/// Fingerprints that are handed on at once.
const FINGERPRINTS: usize = 16 << 10;

/// The next thing that was read.
#[derive(Debug)]
pub(crate) enum FromPart {
    /// The next records of the current part.
    Records(Records),
    /// The current part is read whole, and is what its journal says.
    End,
}

/// Some records of a part.
#[derive(Debug)]
pub(crate) enum Records {
    /// Their values.
    Rows(Piece),
    /// Only their fingerprints.
    Fingerprints(Vec<Fingerprint>),
}

/// Reads daily parts in order, `at_once` of them at the same time; of each the records that are wanted, then its end.
pub(crate) fn read(
    lake: Arc<dyn Store>,
    reads: impl IntoIterator<Item = PartRead, IntoIter: Send + 'static>,
    table: Table,
    at_once: usize,
    spare: SparePieces,
) -> impl Stream<Item = Result<FromPart, MonthlyError>> + Unpin {
    let reading = futures::stream::iter(reads).map(move |read| {
        // started here, polled in order: what is read ahead waits in its channel
        let reading = Reading::start(lake.clone(), read, table, spare.clone());
        async move { reading }
    });
    // one of them is the current one
    Box::pin(reading.buffered(at_once.clamp(2, MOST_AT_ONCE) - 1).flat_map(Reading::pieces))
}

/// A part being read by a task of its own.
struct Reading {
    read: PartRead,
    records: mpsc::Receiver<Records>,
    task: AbortOnDrop,
}

struct AbortOnDrop(JoinHandle<Result<PartContent, PartError>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Reading {
    fn start(lake: Arc<dyn Store>, read: PartRead, table: Table, spare: SparePieces) -> Self {
        let (sender, records) = mpsc::channel(PIECES_AHEAD);
        let part = read.part.clone();
        let splitter = Splitter {
            is_whole: read.is_whole(),
            read: read.clone(),
            shredder: Shredder::new(table),
            piece: spare.take(),
            fingerprints: Vec::new(),
            spare,
            sender,
        };
        let task = tokio::spawn(async move {
            let (content, splitter) =
                read_lines(&*lake, &part.key, part.bytes, splitter, Splitter::add).await?;
            let last = match splitter.read.wanted {
                Wanted::OffDayFingerprints => Records::Fingerprints(splitter.fingerprints),
                Wanted::OnDay | Wanted::OffDay => Records::Rows(splitter.piece),
            };
            // nobody listens if the run has failed
            let _unheard = splitter.sender.send(last).await;
            Ok(content)
        });
        Reading { read, records, task: AbortOnDrop(task) }
    }

    fn pieces(self) -> impl Stream<Item = Result<FromPart, MonthlyError>> {
        futures::stream::unfold(Some(self), |reading| async move {
            let mut reading = reading?;
            if let Some(records) = reading.records.recv().await {
                return Some((Ok(FromPart::Records(records)), Some(reading)));
            }
            let read = match (&mut reading.task.0).await {
                Ok(read) => read,
                Err(failed) => std::panic::resume_unwind(failed.into_panic()),
            };
            let key = reading.read.part.key.clone();
            let end = match read.map(|content| content.difference(&reading.read.part)) {
                Ok(None) => Ok(FromPart::End),
                Ok(Some(difference)) => Err(MonthlyError::DailyPartDiffers { key, difference }),
                Err(source) => Err(MonthlyError::DailyPart { key, source }),
            };
            Some((end, None))
        })
    }
}

/// Takes the wanted lines of a part apart, in pieces.
struct Splitter {
    read: PartRead,
    /// Whether every line is wanted.
    is_whole: bool,
    shredder: Shredder,
    piece: Piece,
    fingerprints: Vec<Fingerprint>,
    spare: SparePieces,
    sender: mpsc::Sender<Records>,
}

impl Splitter {
    fn add(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        if self.read.wanted == Wanted::OffDayFingerprints {
            return self.add_fingerprint(line);
        }
        // known before the record is taken apart
        if !self.is_whole && !self.is_wanted(&Record::from_line(line)?) {
            return Ok(());
        }
        if self.piece.is_full(line.len()) {
            let full = std::mem::replace(&mut self.piece, self.spare.take());
            self.hand_on(Records::Rows(full));
        }
        self.piece.add(&mut self.shredder, self.read.delivered, line)
    }

    fn add_fingerprint(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        let record = Record::from_line(line)?;
        if self.is_whole || self.is_wanted(&record) {
            self.fingerprints.extend(Fingerprint::of(&record));
        }
        if self.fingerprints.len() >= FINGERPRINTS {
            let full = std::mem::take(&mut self.fingerprints);
            self.hand_on(Records::Fingerprints(full));
        }
        Ok(())
    }

    /// Called from a thread that may block. Nobody listens if the run has failed.
    fn hand_on(&self, records: Records) {
        let _unheard = self.sender.blocking_send(records);
    }

    fn is_wanted(&self, record: &Record<'_>) -> bool {
        let PartRead { delivered, wanted, round, .. } = self.read;
        let day = event_day(delivered, event_instant(record)).unwrap_or(delivered);
        let is_on_day = day == delivered;
        if !self.read.has(day) || is_on_day != (wanted == Wanted::OnDay) {
            return false;
        }
        // a record without an eventID has no copies: the first round takes it
        let class = Fingerprint::of(record).map_or(0, |fingerprint| fingerprint.class(round.classes));
        class == round.class
    }
}

#[cfg(test)]
#[path = "daily_lines_tests.rs"]
mod tests;
