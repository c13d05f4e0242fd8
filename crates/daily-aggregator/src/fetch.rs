//! Fetch and decode: log files in key order, many at once, within a bound of bytes.
//!
//! Two tasks, each a plain loop in key order: one starts gets, the next starts decoding. Bytes are reserved before they
//! are held, and in key order, so the file that is waited for is never starved by those behind it.

use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::Limits;
use lake_store::{ObjectMeta, Store, StoreError};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::Options;
use crate::cpu::{Cpu, Started, Work};
use crate::decode::{DecodeError, Decoded, decode, promised_text};

/// A log file and what came of decoding it.
pub(crate) struct Fetched {
    pub(crate) meta: ObjectMeta,
    pub(crate) decoded: Result<Held, DecodeError>,
}

/// A decoded file, with the bytes reserved for it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) decoded: Decoded,
    _reserved: Option<OwnedSemaphorePermit>,
}

/// The decoded log files, in the order of their keys. The first failed get ends the row.
pub(crate) struct FetchedFiles {
    files: Receiver<Result<Decoding, StoreError>>,
    limits: Limits,
    cpu: Cpu,
}

/// A body on its way from the store.
struct Fetching {
    meta: ObjectMeta,
    body: JoinHandle<Result<Bytes, StoreError>>,
    reserved: Option<OwnedSemaphorePermit>,
}

/// A body on its way to records.
struct Decoding {
    meta: ObjectMeta,
    body: Bytes,
    _reserved: Option<OwnedSemaphorePermit>,
    /// `None` where the text is too large to be decoded beside others.
    started: Option<Started<Result<Held, DecodeError>>>,
}

/// Starts to fetch and decode `files`, which are in key order; but none, after the first, from `until` on.
pub(crate) fn fetch(
    store: Arc<dyn Store>,
    files: Vec<ObjectMeta>,
    until: Option<Instant>,
    options: &Options,
    cpu: &Cpu,
) -> FetchedFiles {
    let bodies = Budget::new(options.memory_bytes / 4);
    let texts = Budget::new(options.memory_bytes / 4 * 3);
    let fetching = start_gets(store, files, until, options.fetches, bodies);
    let files = start_decoding(fetching, options.limits, cpu.clone(), texts);
    FetchedFiles { files, limits: options.limits, cpu: cpu.clone() }
}

impl FetchedFiles {
    /// The next file; `None` after the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Fetched, StoreError>> {
        let Decoding { meta, body, started, .. } = match self.files.recv().await? {
            Ok(decoding) => decoding,
            Err(error) => return Some(Err(error)),
        };
        let decoded = match started {
            Some(started) => started.result().await,
            None => Err(DecodeError::LargerThanPromised),
        };
        let decoded = match decoded {
            Err(DecodeError::LargerThanPromised) => self.decode_alone(body).await,
            decoded => decoded,
        };
        Some(Ok(Fetched { meta, decoded }))
    }

    /// Decodes a file while no other is: of texts this large only one is held.
    async fn decode_alone(&self, body: Bytes) -> Result<Held, DecodeError> {
        let limits = self.limits;
        let decoded =
            self.cpu.start(Work::Decode, move || decode(&body, usize::MAX, &limits)).result().await?;
        Ok(Held { decoded, _reserved: None })
    }
}

fn start_gets(
    store: Arc<dyn Store>,
    files: Vec<ObjectMeta>,
    until: Option<Instant>,
    at_once: usize,
    budget: Budget,
) -> Receiver<Fetching> {
    let gets = Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS)));
    // bodies that have come early wait here, so that a slow one does not hold up those behind it
    let (sender, receiver) = channel(at_once.max(1) * 2);
    tokio::spawn(async move {
        for (at, meta) in files.into_iter().enumerate() {
            let reserved = budget.reserve(meta.bytes.try_into().unwrap_or(usize::MAX)).await;
            let place = gets.clone().acquire_owned().await;
            // the first always has its turn, so that however often a day is handed on, it comes to an end
            if at > 0 && until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            let (store, object) = (store.clone(), meta.clone());
            let body = tokio::spawn(async move {
                let body = store.get(&object.key, Some(&object.etag)).await;
                drop(place);
                body
            });
            if sender.send(Fetching { meta, body, reserved }).await.is_err() {
                return; // nobody waits for files any more
            }
        }
    });
    receiver
}

fn start_decoding(
    mut fetching: Receiver<Fetching>,
    limits: Limits,
    cpu: Cpu,
    budget: Budget,
) -> Receiver<Result<Decoding, StoreError>> {
    // enough decoded files waiting that no thread is idle; the budget bounds their bytes
    let (sender, receiver) = channel(cpu.threads * 16);
    tokio::spawn(async move {
        while let Some(Fetching { meta, body, reserved }) = fetching.recv().await {
            let decoding = match body.await {
                Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                Ok(Err(error)) => Err(error),
                Ok(Ok(body)) => {
                    let text = promised_text(&body);
                    let started = if text > budget.total / 2 {
                        None
                    } else {
                        let reserved = budget.reserve(text).await;
                        Some(start_decode(&cpu, body.clone(), text, reserved, limits))
                    };
                    Ok(Decoding { meta, body, _reserved: reserved, started })
                }
            };
            let failed = decoding.is_err();
            if sender.send(decoding).await.is_err() || failed {
                return;
            }
        }
    });
    receiver
}

fn start_decode(
    cpu: &Cpu,
    body: Bytes,
    text: usize,
    reserved: Option<OwnedSemaphorePermit>,
    limits: Limits,
) -> Started<Result<Held, DecodeError>> {
    cpu.start(Work::Decode, move || Ok(Held { decoded: decode(&body, text, &limits)?, _reserved: reserved }))
}

/// A number of bytes that may be held at once.
#[derive(Debug, Clone)]
struct Budget {
    free: Arc<Semaphore>,
    total: usize,
}

impl Budget {
    fn new(total: usize) -> Self {
        let total = total.clamp(1, Semaphore::MAX_PERMITS);
        Budget { free: Arc::new(Semaphore::new(total)), total }
    }

    /// Waits until so many bytes are free; all of them, for more than there are.
    async fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let permits = u32::try_from(bytes.min(self.total)).unwrap_or(u32::MAX);
        self.free.clone().acquire_many_owned(permits).await.ok()
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
