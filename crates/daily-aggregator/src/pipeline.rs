//! The pipeline: fetch → decode → pack → compress → stage. Its parts are not yet visible.

use std::sync::Arc;

use block_deflate::Level;
use cloudtrail_model::Day;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use lake::PartSink;
use lake_store::Store;
use tokio::time::Instant;

use crate::cpu::{Cpu, Tools};
use crate::pack::packer::{Before, Packed, Packer};
use crate::plan::new_files::FilesToRead;
use crate::progress::{Progress, Work};
use crate::read::fetch::{FetchedFiles, fetch};
use crate::write::block::{Block, Compressed};
use crate::write::part_writer::PartWriter;
use crate::{DailyError, Options};

/// The log files of a day to read, and what the partition holds before.
pub(crate) struct DayWork<'a> {
    pub(crate) source: Arc<dyn Store>,
    pub(crate) delivered: Day,
    pub(crate) files: FilesToRead,
    /// Log files that were not started by then are left out.
    pub(crate) until: Option<Instant>,
    pub(crate) before: Before<'a>,
}

/// Writes log files, in the order of (account, identity), to sealed parts. Leaves out records that the partition has.
pub(crate) async fn run<'a>(
    work: DayWork<'a>,
    parts: &mut PartSink<'_>,
    options: &Options,
    progress: &Arc<Progress>,
) -> Result<Packed<'a>, DailyError> {
    let DayWork { source, delivered, files, until, before } = work;
    let cpu = Cpu::new(options.threads, Level::nearest(options.level), progress.clone())
        .map_err(DailyError::Threads)?;
    let fetched = fetch(source, delivered, files.into_iter(), until, options, &cpu);
    let packer = Packer::new(delivered, before, options);
    let writer = PartWriter::new(parts, options.part_raw_bytes);
    stage(fetched, packer, writer, &cpu, progress).await
}

async fn stage<'a>(
    mut fetched: FetchedFiles,
    mut packer: Packer<'a>,
    mut writer: PartWriter<'_, '_>,
    cpu: &Cpu,
    progress: &Progress,
) -> Result<Packed<'a>, DailyError> {
    let mut blocks = Compressing { cpu, in_progress: FuturesOrdered::new() };

    while let Some(file) = fetched.next().await {
        let (records, raw_bytes) = packer.add(file.map_err(DailyError::Fetch)?).await?;
        progress.done(records, raw_bytes);
        while let Some(block) = packer.next_full() {
            if let Some(compressed) = blocks.add(block).await {
                writer.write(compressed).await.map_err(DailyError::Stage)?;
            }
        }
    }
    let (last, packed) = packer.finish();
    for block in last {
        if let Some(compressed) = blocks.add(block).await {
            writer.write(compressed).await.map_err(DailyError::Stage)?;
        }
    }
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
