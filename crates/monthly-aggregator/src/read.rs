//! Read: daily parts back into lines, in pieces of bounded size.
//!
//! A few parts are read at once, each ahead of its turn by a few pieces; they are handed on in order, so what comes out
//! does not depend on which is faster.

use std::ops::Range;
use std::sync::Arc;

use cloudtrail_model::{Day, Fingerprint, Month, Part, Record, home_month};
use futures::{Stream, StreamExt};
use lake_store::{PartContent, PartError, Store, read_part};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::MonthlyError;

/// Bytes of text after which a piece is handed on.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces of a part that wait for their turn.
const PIECES_AHEAD: usize = 4;

/// Lines of one daily part.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    text: Vec<u8>,
    pub(crate) lines: Vec<Line>,
    /// Lines of another home month, which are not among `lines`.
    pub(crate) other_months: u64,
}

/// Where a record is in the text of its piece, and what tells it from others.
#[derive(Debug)]
pub(crate) struct Line {
    bytes: Span,
    /// The insides of eventSource, eventName and the identity; empty where they are missing.
    group: [Span; 3],
    /// The inside of eventTime; empty where it is missing.
    event_time: Span,
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// A place in the text of a piece.
type Span = Range<u32>;

impl Piece {
    /// The text of a line, without its end.
    pub(crate) fn text(&self, line: &Line) -> &[u8] {
        self.at(&line.bytes)
    }

    /// What a line is sorted by: source, name, identity, time. Records that say similar things stand together, which the
    /// columns reward (docs/PERFORMANCE.md).
    pub(crate) fn sort_key(&self, line: &Line) -> [&[u8]; 4] {
        let [source, name, identity] = &line.group;
        [self.at(source), self.at(name), self.at(identity), self.at(&line.event_time)]
    }

    /// The eventTime of a line, as written.
    pub(crate) fn event_time(&self, line: &Line) -> Option<&str> {
        std::str::from_utf8(self.at(&line.event_time)).ok()
    }

    fn at(&self, span: &Span) -> &[u8] {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// What comes out of a daily part.
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
    month: Month,
    at_once: usize,
) -> impl Stream<Item = Result<FromPart, MonthlyError>> + Unpin {
    let reading = futures::stream::iter(parts).map(move |(day, part)| {
        let lake = lake.clone();
        // started here, polled in order: what is read ahead waits in its channel
        let reading = Reading::start(lake, day, part, month);
        async move { reading }
    });
    Box::pin(reading.buffered(at_once.max(1)).flat_map(Reading::pieces))
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
    fn start(lake: Arc<dyn Store>, day: Day, part: Part, month: Month) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        let (key, bytes) = (part.key.clone(), part.bytes);
        let task = tokio::spawn(async move {
            let splitter = Splitter { day, month, piece: Piece::default(), sender };
            let (content, splitter) = read_part(&*lake, &key, bytes, splitter, Splitter::add).await?;
            // nobody listens where the run has failed meanwhile
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

/// Cuts the lines of a part into pieces.
struct Splitter {
    day: Day,
    month: Month,
    piece: Piece,
    sender: mpsc::Sender<Piece>,
}

impl Splitter {
    fn add(&mut self, record: &Record<'_>) {
        if home_month(self.day, record.event_time) != self.month {
            self.piece.other_months += 1;
            return;
        }
        let piece = &mut self.piece;
        if !piece.text.is_empty() && piece.text.len() + record.line.len() > PIECE_BYTES {
            let full = std::mem::take(piece);
            // called from a thread that may block; nobody listens where the run has failed meanwhile
            let _unheard = self.sender.blocking_send(full);
        }
        if self.piece.text.is_empty() {
            self.piece.text.reserve_exact(PIECE_BYTES.max(record.line.len()));
        }
        let start = self.piece.text.len();
        self.piece.text.extend_from_slice(record.line);
        // a record is at most `Limits::max_record_bytes`, a u32, and a piece is at most one record or PIECE_BYTES
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = |slice: &[u8]| {
            let at = start + (slice.as_ptr() as usize - record.line.as_ptr() as usize);
            offset(at)..offset(at + slice.len())
        };
        let group =
            [record.event_source, record.event_name, record.identity].map(|slice| slice.map_or(0..0, span));
        let event_time = record.event_time.map_or(0..0, |time| span(time.as_bytes()));
        let fingerprint = Fingerprint::of(record);
        self.piece.lines.push(Line { bytes: span(record.line), group, event_time, fingerprint });
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
