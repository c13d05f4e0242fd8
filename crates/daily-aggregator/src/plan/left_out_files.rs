//! Tries the log files again that earlier runs left out, before anything is claimed: a run that finds them as before commits
//! nothing.

use std::sync::Arc;

use block_deflate::Level;
use cloudtrail_model::Day;
use lake::{Inputs, Verdict};
use lake_store::{ErrorKind, Store};
use tokio::time::Instant;

use crate::cpu::Cpu;
use crate::read::fetch::{Fetched, fetch};
use crate::{DailyError, LogFileToRead, Options, Progress};

/// The log files of a day that earlier runs left out.
pub(crate) struct LeftOutFiles<'a> {
    pub(crate) source: &'a Arc<dyn Store>,
    pub(crate) delivered: Day,
    /// The inputs of the partition, with the verdicts of earlier runs.
    pub(crate) inputs: &'a Inputs,
}

impl LeftOutFiles<'_> {
    /// Reads the files, and returns the indexes of those that are readable now, or left out for another reason. Starts on none but
    /// the first after `until`.
    ///
    /// # Errors
    /// Fails if the source fails.
    pub(crate) async fn changed(
        &self,
        files: Vec<LogFileToRead>,
        until: Option<Instant>,
        options: &Options,
    ) -> Result<Vec<usize>, DailyError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let cpu = Cpu::new(options.threads, Level::nearest(options.level), Arc::<Progress>::default())
            .map_err(DailyError::Threads)?;
        let mut fetched = fetch(self.source.clone(), self.delivered, files.into_iter(), until, options, &cpu);
        let mut changed = Vec::new();
        let mut index = 0;
        while let Some(file) = fetched.next().await {
            match file {
                Ok(file) if self.is_as_before(&file) => {}
                Ok(_) => changed.push(index),
                // replaced or deleted since it was listed: the next run lists it again
                Err(error) if matches!(error.kind, ErrorKind::Changed | ErrorKind::NotFound) => break,
                Err(error) => return Err(DailyError::Fetch(error)),
            }
            index += 1;
        }
        Ok(changed)
    }

    fn is_as_before(&self, Fetched { file, decoded }: &Fetched) -> bool {
        let Some(before) = self.inputs.get(file.identity()) else { return false };
        match (before.verdict, decoded.as_ref().map_err(|why| why.verdict())) {
            (Verdict::Quarantined(before), Err(Verdict::Quarantined(now)))
            | (Verdict::Unreadable(before), Err(Verdict::Unreadable(now))) => before.reason == now.reason,
            _ => false,
        }
    }
}
