//! The pipeline: fetch → decode → pack → compress → stage. Its parts are not yet visible.

use std::sync::Arc;

use block_deflate::Level;
use cloudtrail_model::DedupeIndex;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use lake::PartSink;
use lake_store::{ObjectMeta, Store};
use tokio::time::Instant;

use crate::cpu::{Cpu, Tools};
use crate::pack::packer::{Packed, Packer};
use crate::progress::{Progress, Work};
use crate::read::fetch::{FetchedFiles, fetch};
use crate::write::block::{Block, Compressed};
use crate::write::part_writer::PartWriter;
use crate::{DailyError, Options};

/// Writes `files`, in key order, to sealed parts. Leaves out files that were not started by `until`, and records that are in
/// `index`.
pub(crate) async fn run(
    source: Arc<dyn Store>,
    files: Vec<ObjectMeta>,
    until: Option<Instant>,
    index: DedupeIndex,
    parts: &mut PartSink<'_>,
    options: &Options,
    progress: &Arc<Progress>,
) -> Result<Packed, DailyError> {
    let cpu = Cpu::new(options.threads, Level::nearest(options.level), progress.clone())
        .map_err(DailyError::Threads)?;
    let fetched = fetch(source, files, until, options, &cpu);
    let writer = PartWriter::new(parts, options.part_raw_bytes);
    stage(fetched, index, writer, options, &cpu, progress).await
}

async fn stage(
    mut fetched: FetchedFiles,
    index: DedupeIndex,
    mut writer: PartWriter<'_, '_>,
    options: &Options,
    cpu: &Cpu,
    progress: &Progress,
) -> Result<Packed, DailyError> {
    let mut packer = Packer::new(index, options);
    let mut blocks = Compressing { cpu, in_progress: FuturesOrdered::new() };

    while let Some(file) = fetched.next().await {
        let (records, raw_bytes) = packer.add(file.map_err(DailyError::Fetch)?);
        progress.done(records, raw_bytes);
        while let Some(block) = packer.next_full() {
            if let Some(compressed) = blocks.add(block).await {
                writer.write(compressed).await.map_err(DailyError::Stage)?;
            }
        }
    }
    let (last, packed) = packer.finish();
    let last = last.map(|block| blocks.start(block));
    blocks.in_progress.extend(last);
    while let Some(compressed) = blocks.next().await {
        writer.write(compressed).await.map_err(DailyError::Stage)?;
    }
    writer.finish().await.map_err(DailyError::Stage)?;
    Ok(packed)
}

/// Compresses blocks on every thread, and returns them in order.
struct Compressing<'a> {
    cpu: &'a Cpu,
    in_progress: FuturesOrdered<BoxFuture<'static, Compressed>>,
}

impl Compressing<'_> {
    /// Starts to compress a block. If enough are in progress, waits for the oldest.
    async fn add(&mut self, block: Block) -> Option<Compressed> {
        let compressing = self.start(block);
        self.in_progress.push_back(compressing);
        if self.in_progress.len() <= self.cpu.threads { None } else { self.next().await }
    }

    fn start(&self, block: Block) -> BoxFuture<'static, Compressed> {
        let work = move |tools: &mut Tools| block.compress(&mut tools.compressor);
        Box::pin(self.cpu.start(Work::Compress, work).result())
    }

    /// The oldest block in progress.
    async fn next(&mut self) -> Option<Compressed> {
        self.in_progress.next().await
    }
}
