//! The way of a day's log files: fetch → decode → pack → compress → stage. Nothing of it is visible yet.

use std::sync::Arc;

use cloudtrail_model::Totals;
use flate2::CompressError;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use lake_store::{Attempt, ObjectMeta, SealedPart, Store};
use tokio::time::Instant;

use crate::block::{Block, Compressed};
use crate::cpu::{Cpu, Work};
use crate::fetch::{FetchedFiles, fetch};
use crate::pack::{Packed, Packer};
use crate::part_writer::PartWriter;
use crate::{DailyError, Options, Progress};
use cloudtrail_model::DedupeIndex;

/// What the pipeline made of the files.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) inputs: Vec<cloudtrail_model::Input>,
    pub(crate) totals: Totals,
    pub(crate) parts: Vec<SealedPart>,
    pub(crate) index: DedupeIndex,
}

impl Staged {
    /// Throws the parts away. What fails here the next attempt's sweep clears.
    pub(crate) async fn abort(self) {
        for mut sealed in self.parts {
            let _swept_later = sealed.upload.abort().await;
        }
    }
}

/// Turns `files`, in key order, into sealed parts; those that were not started by `until` are left out. Records that
/// `index` knows are dropped.
pub(crate) async fn run(
    source: Arc<dyn Store>,
    files: Vec<ObjectMeta>,
    until: Option<Instant>,
    index: DedupeIndex,
    attempt: &Attempt,
    options: &Options,
    progress: &Arc<Progress>,
) -> Result<Staged, DailyError> {
    let mut writer = PartWriter::new(attempt, options.part_raw_bytes);
    let staged = async {
        let cpu = Cpu::new(options.threads, progress.clone()).map_err(DailyError::Threads)?;
        let fetched = fetch(source, files, until, options, &cpu);
        stage(fetched, index, &mut writer, options, &cpu, progress).await
    }
    .await;
    if staged.is_err() {
        writer.abort().await;
    }
    staged
}

async fn stage(
    mut fetched: FetchedFiles,
    index: DedupeIndex,
    writer: &mut PartWriter<'_>,
    options: &Options,
    cpu: &Cpu,
    progress: &Progress,
) -> Result<Staged, DailyError> {
    let mut packer = Packer::new(index, options);
    let mut compressor = Compressor { cpu, level: options.level, under_way: FuturesOrdered::new() };

    while let Some(file) = fetched.next().await {
        let (records, raw_bytes) = packer.add(file.map_err(DailyError::Fetch)?);
        progress.done(records, raw_bytes);
        while let Some(block) = packer.next_full() {
            if let Some(compressed) = compressor.add(block).await? {
                writer.write(compressed).await.map_err(DailyError::Stage)?;
            }
        }
    }
    let (last, Packed { inputs, totals, index }) = packer.finish();
    let last = last.map(|block| compressor.start(block));
    compressor.under_way.extend(last);
    while let Some(compressed) = compressor.next().await {
        writer.write(compressed?).await.map_err(DailyError::Stage)?;
    }
    let parts = writer.finish().await.map_err(DailyError::Stage)?;
    Ok(Staged { inputs, totals, parts, index })
}

/// Compresses blocks on every thread, and gives them back in order.
struct Compressor<'a> {
    cpu: &'a Cpu,
    level: u32,
    under_way: FuturesOrdered<Compressing>,
}

type Compressing = BoxFuture<'static, Result<Compressed, CompressError>>;

impl Compressor<'_> {
    /// Starts on a block; once enough are under way, waits for the oldest.
    async fn add(&mut self, block: Block) -> Result<Option<Compressed>, CompressError> {
        let compressing = self.start(block);
        self.under_way.push_back(compressing);
        if self.under_way.len() <= self.cpu.threads { Ok(None) } else { self.next().await.transpose() }
    }

    fn start(&self, block: Block) -> Compressing {
        let level = self.level;
        Box::pin(self.cpu.start(Work::Compress, move |_| block.compress(level)).result())
    }

    /// The oldest block under way.
    async fn next(&mut self) -> Option<Result<Compressed, CompressError>> {
        self.under_way.next().await
    }
}
