//! What reading hands on: some records that were found.

use tokio::sync::mpsc;

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The instant of the record, in microseconds since 1970-01-01T00:00:00Z; `None` if it is undated.
    pub instant: Option<i64>,
    /// The record as JSON, without a line end. Of a daily part its own bytes; of Parquet equal to them as JSON.
    pub line: Vec<u8>,
}

/// Some records of a unit.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) found: Vec<Found>,
    /// Number of records that were found and are not in `found`, since only their number is wanted.
    pub(crate) counted: u64,
    /// All dated records of later chunks of the unit are at this instant or after it.
    pub(crate) later_than: Option<i64>,
}

/// Bytes of lines after which a chunk is handed on.
const CHUNK_BYTES: usize = 1 << 20;

/// Bytes of memory for a record besides its line.
const RECORD_BYTES: usize = 64;

/// Chunks that wait until they are taken.
pub(crate) const CHUNKS_AHEAD: usize = 2;

/// Gathers records into chunks.
#[derive(Debug)]
pub(crate) struct ChunkSender {
    chunk: Chunk,
    bytes: usize,
    sender: mpsc::Sender<Chunk>,
}

impl ChunkSender {
    pub(crate) fn new(sender: mpsc::Sender<Chunk>) -> Self {
        ChunkSender { chunk: Chunk::default(), bytes: 0, sender }
    }

    /// Adds a record. Returns whether the chunk is full, and must be sent.
    pub(crate) fn add(&mut self, found: Found) -> bool {
        self.bytes += found.line.len() + RECORD_BYTES;
        self.chunk.found.push(found);
        self.bytes >= CHUNK_BYTES
    }

    /// Adds records of which only the number is wanted.
    pub(crate) fn count(&mut self, records: u64) {
        self.chunk.counted += records;
    }

    fn take(&mut self) -> Chunk {
        self.bytes = 0;
        std::mem::take(&mut self.chunk)
    }

    /// Sends what there is. Nobody takes it if the search has ended.
    pub(crate) async fn send(&mut self) {
        let chunk = self.take();
        let _ended = self.sender.send(chunk).await;
    }

    /// Like [`ChunkSender::send`], on a thread that may wait.
    pub(crate) fn send_blocking(&mut self) {
        let chunk = self.take();
        let _ended = self.sender.blocking_send(chunk);
    }
}
