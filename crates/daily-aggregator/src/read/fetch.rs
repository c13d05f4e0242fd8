//! Fetches and decodes log files in the given order, concurrently, within a memory budget.
//!
//! Two tasks loop in this order: one starts gets, the next starts decoding. Memory is reserved before it is used, in this
//! order, so later files cannot starve the next one. Small files are decoded in groups, since handing one to another thread costs as
//! much as decoding it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::{Day, EnvelopeError};
use lake::{Verdict, Why};
use lake_store::{ErrorKind, Store, StoreError, Unreadable, with_causes};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::cpu::{Cpu, Started, Tools};
use crate::memory_budget::{MemoryBudget, Reserved, Share};
use crate::pack::held_file::HeldFile;
use crate::progress::Work;
use crate::read::decode::{DecodeOptions, Decoded, decode};
use crate::read::decode_error::DecodeError;
use crate::read::gunzip::promised_text;
use crate::{LogFileToRead, Options};

/// Decoded groups that wait for their turn, for each thread: enough to keep every thread busy. The budget bounds their bytes.
const DECODED_AHEAD: usize = 16;

/// Characters of a store's response that the journal keeps.
const MAX_DETAIL: usize = 500;

/// A log file, decoded or left out.
pub(crate) struct Fetched {
    pub(crate) file: LogFileToRead,
    pub(crate) decoded: Result<HeldFile, LeftOut>,
}

/// Why the records of a log file are not in the lake.
#[derive(Debug)]
pub(crate) enum LeftOut {
    /// It was read, and is damaged.
    Damaged(DecodeError),
    /// The store does not give it out.
    Unreadable(Unreadable, StoreError),
}

/// A log file decoded in a group; `None` if its text exceeds the memory reserved for it.
type DecodedWithOthers = Result<Option<HeldFile>, DecodeError>;

/// The decoded log files, in the given order. Ends with the first failed get.
pub(crate) struct FetchedFiles {
    decoding: Receiver<Result<Decoding, StoreError>>,
    /// The rest of the group of the last file returned.
    decoded: VecDeque<(Body, DecodedWithOthers)>,
    store: Arc<dyn Store>,
    options: DecodeOptions,
    cpu: Cpu,
}

/// A get in progress.
enum Fetching {
    Bodies {
        bodies: JoinHandle<Vec<(LogFileToRead, Result<Bytes, StoreError>)>>,
        reserved: Reserved,
    },
    /// An object above the limit on log files, quarantined without a read.
    TooLarge(LogFileToRead),
}

/// A log file as fetched, with its reserved memory.
struct Body {
    file: LogFileToRead,
    bytes: Bytes,
    /// See [`promised_text`].
    promised: usize,
    _reserved: Reserved,
}

/// Decoding in progress.
enum Decoding {
    Bodies {
        bodies: Vec<Body>,
        /// The reserved memory; `None` if the text is too large to be decoded in a group.
        started: Option<Started<Vec<DecodedWithOthers>>>,
    },
    LeftOut(LogFileToRead, LeftOut),
}

impl LeftOut {
    /// The verdict for the journal.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            LeftOut::Damaged(error) => {
                Verdict::Quarantined(Why { reason: error.reason().to_owned(), detail: error.to_string() })
            }
            LeftOut::Unreadable(why, error) => {
                let detail = with_causes(error).chars().take(MAX_DETAIL).collect();
                Verdict::Unreadable(Why { reason: why.code().to_owned(), detail })
            }
        }
    }
}

/// Starts to fetch and decode `files`, which were delivered on a day. They are taken one by one, so they need not be in memory. From `until` on it starts none
/// but the first.
pub(crate) fn fetch(
    store: Arc<dyn Store>,
    delivered: Day,
    files: impl Iterator<Item = LogFileToRead> + Send + 'static,
    until: Option<Instant>,
    options: &Options,
    cpu: &Cpu,
) -> FetchedFiles {
    let budget = MemoryBudget::new(options.memory_bytes);
    let fetching = start_gets(store.clone(), files, until, options, budget.bodies());
    let cpu = cpu.clone();
    let (sender, decoding) = channel(cpu.threads * DECODED_AHEAD);
    let options = DecodeOptions { delivered, limits: options.limits, hashes: options.hashes };
    let decoder = StartDecoder { options, cpu: cpu.clone(), share: budget.texts(), sender };
    tokio::spawn(start_decoding(fetching, decoder));
    FetchedFiles { decoding, decoded: VecDeque::new(), store, options, cpu }
}

impl FetchedFiles {
    /// The next file; `None` after the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Fetched, StoreError>> {
        while self.decoded.is_empty() {
            let (bodies, started) = match self.decoding.recv().await? {
                Ok(Decoding::Bodies { bodies, started }) => (bodies, started),
                Ok(Decoding::LeftOut(file, why)) => return Some(Ok(Fetched { file, decoded: Err(why) })),
                Err(error) => return Some(Err(error)),
            };
            match started {
                Some(started) => self.decoded.extend(bodies.into_iter().zip(started.result().await)),
                None => self.decoded.extend(bodies.into_iter().map(|body| (body, Ok(None)))),
            }
        }
        // its memory stays reserved while it is decoded, so that no other large file is fetched
        let (Body { file, bytes, promised, _reserved }, decoded) = self.decoded.pop_front()?;
        let decoded = match decoded {
            Ok(Some(held)) => Ok(held),
            Ok(None) => self.decode_alone(bytes, promised).await,
            Err(error) => Err(error),
        };
        Some(match decoded {
            Ok(held) => Ok(Fetched { file, decoded: Ok(held) }),
            Err(_) => self.read_again(file).await,
        })
    }

    /// Reads a log file that could not be decoded a second time: one read must not decide that it is quarantined.
    async fn read_again(&self, file: LogFileToRead) -> Result<Fetched, StoreError> {
        let bytes = match self.store.get(&file.object.key, Some(&file.object.etag)).await.map_err(left_out) {
            Ok(bytes) => bytes,
            Err(why) => return Ok(Fetched { file, decoded: Err(why?) }),
        };
        let promised = promised_text(&bytes);
        let decoded = self.decode_alone(bytes, promised).await.map_err(LeftOut::Damaged);
        Ok(Fetched { file, decoded })
    }

    /// Decodes a large file alone, so that only one such text is in memory.
    async fn decode_alone(&self, body: Bytes, promised: usize) -> Result<HeldFile, DecodeError> {
        let options = self.options;
        let decode = move |tools: &mut Tools| decode(body, promised, usize::MAX, &options, &mut tools.gunzip);
        match self.cpu.start(Work::Decode, decode).result().await? {
            Decoded::File(file) => Ok(HeldFile::new(file, Reserved::none())),
            // no text is larger than `usize::MAX`
            Decoded::NeedsMoreRoom => {
                Err(EnvelopeError::TooLarge { limit: options.limits.max_raw_bytes }.into())
            }
        }
    }
}

/// The verdict on a log file that its get gives; any other error ends the run.
fn left_out(error: StoreError) -> Result<LeftOut, StoreError> {
    match error.kind {
        ErrorKind::Unreadable(why) => Ok(LeftOut::Unreadable(why, error)),
        _ => Err(error),
    }
}

fn start_gets(
    store: Arc<dyn Store>,
    files: impl Iterator<Item = LogFileToRead> + Send + 'static,
    until: Option<Instant>,
    options: &Options,
    share: Share,
) -> Receiver<Fetching> {
    let largest = u64::from(options.limits.max_raw_bytes);
    let files_per_call = store.gets_per_call().max(1);
    let calls_at_once = options.fetches.div_ceil(files_per_call).clamp(1, Semaphore::MAX_PERMITS);
    let calls = Arc::new(Semaphore::new(calls_at_once));
    // fetched bodies wait here, so that a slow get does not block those after it
    let (sender, receiver) = channel(calls_at_once * 2);
    tokio::spawn(async move {
        let mut files = files.peekable();
        let mut first = true;
        while files.peek().is_some() {
            if let Some(file) = files.next_if(|file| file.object.bytes > largest) {
                if sender.send(Fetching::TooLarge(file)).await.is_err() {
                    return;
                }
                continue;
            }
            let mut bytes = 0;
            let mut together = Vec::new();
            while let Some(file) = files.next_if(|file| {
                together.is_empty()
                    || together.len() < files_per_call
                        && file.object.bytes <= largest
                        && bytes + size(file) <= share.group_bytes()
            }) {
                bytes += size(&file);
                together.push(file);
            }
            let reserved = share.reserve(bytes).await;
            let place = calls.clone().acquire_owned().await;
            // always start the first, so that a day that is sent on again and again makes progress
            if !first && until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            first = false;
            let store = store.clone();
            let bodies = tokio::spawn(async move {
                let (objects, above): (Vec<_>, Vec<_>) =
                    together.into_iter().map(LogFileToRead::split).unzip();
                let bodies = store.get_many(objects).await;
                drop(place);
                let rejoin = |((object, body), above)| (LogFileToRead::rejoin(object, above), body);
                bodies.into_iter().zip(above).map(rejoin).collect()
            });
            if sender.send(Fetching::Bodies { bodies, reserved }).await.is_err() {
                return; // the receiver is gone
            }
        }
    });
    receiver
}

/// The listed size of a log file in bytes.
fn size(file: &LogFileToRead) -> usize {
    file.object.bytes.try_into().unwrap_or(usize::MAX)
}

/// Starts to decode what was fetched, in its order.
async fn start_decoding(mut fetching: Receiver<Fetching>, mut decoder: StartDecoder) {
    while let Some(fetched) = fetching.recv().await {
        let (bodies, mut reserved) = match fetched {
            Fetching::Bodies { bodies, reserved } => (bodies, reserved),
            Fetching::TooLarge(file) => {
                let (bytes, limit) = (file.object.bytes, decoder.options.limits.max_raw_bytes);
                let why = LeftOut::Damaged(DecodeError::ObjectTooLarge { bytes, limit });
                match decoder.sender.send(Ok(Decoding::LeftOut(file, why))).await {
                    Ok(()) => continue,
                    Err(_) => return,
                }
            }
        };
        let bodies = match bodies.await {
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
            Ok(bodies) => bodies,
        };
        if decoder.add(bodies, &mut reserved).await.is_none() {
            return;
        }
    }
}

/// Starts decoding.
struct StartDecoder {
    options: DecodeOptions,
    cpu: Cpu,
    share: Share,
    sender: Sender<Result<Decoding, StoreError>>,
}

impl StartDecoder {
    /// Starts to decode the bodies of one call, small ones in groups. `None` if no file may follow.
    async fn add(
        &mut self,
        bodies: Vec<(LogFileToRead, Result<Bytes, StoreError>)>,
        reserved: &mut Reserved,
    ) -> Option<()> {
        let mut together = Vec::with_capacity(bodies.len());
        let mut text = 0;
        for (file, body) in bodies {
            let bytes = match body.map_err(left_out) {
                Ok(bytes) => bytes,
                Err(Ok(why)) => {
                    self.start(std::mem::take(&mut together), text).await?;
                    text = 0;
                    self.sender.send(Ok(Decoding::LeftOut(file, why))).await.ok()?;
                    continue;
                }
                Err(Err(error)) => {
                    self.start(together, text).await?;
                    let _ended = self.sender.send(Err(error)).await;
                    return None;
                }
            };
            let promised = promised_text(&bytes);
            if !together.is_empty() && text + promised > self.share.group_bytes() {
                self.start(std::mem::take(&mut together), text).await?;
                text = 0;
            }
            text += promised;
            together.push(Body { _reserved: reserved.split(size(&file)), file, bytes, promised });
        }
        self.start(together, text).await
    }

    async fn start(&mut self, bodies: Vec<Body>, text: usize) -> Option<()> {
        if bodies.is_empty() {
            return Some(());
        }
        let started = if self.share.is_large(text) {
            None
        } else {
            let mut reserved = self.share.reserve(text).await;
            let work: Vec<_> = bodies.iter().map(|body| (body.bytes.clone(), body.promised)).collect();
            let options = self.options;
            Some(self.cpu.start(Work::Decode, move |tools| {
                let decoded = work.into_iter().map(|(body, promised)| {
                    let reserved = reserved.split(promised);
                    Ok(match decode(body, promised, promised, &options, &mut tools.gunzip)? {
                        Decoded::File(file) => Some(HeldFile::new(file, reserved)),
                        Decoded::NeedsMoreRoom => None,
                    })
                });
                decoded.collect()
            }))
        };
        self.sender.send(Ok(Decoding::Bodies { bodies, started })).await.ok()
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
