//! A daily part: its records that no Parquet contains yet and that fulfil the query.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudtrail_model::{Day, EnvelopeError, Record, event_day, event_instant};
use lake::{PartContent, PartError, read_lines};
use lake_store::Store;

use crate::explain::Counters;
use crate::filter::query::TableQuery;
use crate::plan::unit::DailyRead;
use crate::read::chunk::{ChunkSender, Found};
use crate::record::line_match::fulfils;
use crate::record::needles::Needles;
use crate::record::same_event::SeenEvents;

/// Takes the wanted records out of the lines of a part.
pub(crate) struct DailyReader {
    query: Arc<TableQuery>,
    needles: Needles,
    /// Records of the unit that may have copies.
    seen: SeenEvents,
    sender: ChunkSender,
    counters: Arc<Counters>,
    // of the part that is read
    delivered: Day,
    days: BTreeSet<Day>,
    may_have_copies: bool,
}

impl DailyReader {
    pub(crate) fn new(query: Arc<TableQuery>, sender: ChunkSender, counters: Arc<Counters>) -> Self {
        DailyReader {
            needles: Needles::of(&query),
            query,
            seen: SeenEvents::default(),
            sender,
            counters,
            delivered: Day::FIRST,
            days: BTreeSet::new(),
            may_have_copies: false,
        }
    }

    /// Reads a part whole, and sends the records that are found.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub(crate) async fn read(
        mut self,
        lake: &dyn Store,
        read: &DailyRead,
        may_have_copies: bool,
    ) -> Result<(PartContent, Self), PartError> {
        (self.delivered, self.days) = (read.delivered, read.days.clone());
        self.may_have_copies = may_have_copies;
        let (content, mut reader) =
            read_lines(lake, &read.part.key, read.part.bytes, self, DailyReader::line).await?;
        reader.counters.daily_records.add(content.records);
        reader.sender.send().await;
        Ok((content, reader))
    }

    /// What was seen, and where further records go.
    pub(crate) fn into_parts(self) -> (SeenEvents, ChunkSender) {
        (self.seen, self.sender)
    }

    /// Called from a thread that may wait.
    fn line(&mut self, line: &[u8]) -> Result<(), EnvelopeError> {
        if !self.needles.may_be_in(line) {
            return Ok(());
        }
        let record = Record::from_line(line)?;
        let instant = event_instant(&record);
        let day = event_day(self.delivered, instant);
        let instant = instant.filter(|_| day.is_some());
        let is_wanted = self.days.contains(&day.unwrap_or(self.delivered))
            && self.query.has(instant)
            && fulfils(&self.query, line);
        if !is_wanted {
            return Ok(());
        }
        let is_new = match self.may_have_copies {
            true => self.seen.add(line),
            false => self.seen.is_new(line),
        };
        if is_new && self.sender.add(Found { instant, line: line.to_vec() }) {
            self.sender.send_blocking();
        }
        Ok(())
    }
}
