//! The accounts of a slice: how many records each daily part has in it, and how many were duplicates.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudtrail_model::{Day, Seen};
use lake::{Input, InputsWriter, Part, WrittenInputs};

use crate::MonthlyError;
use crate::plan::window::PartRead;

/// Counts of the records that were read.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// Of the current read.
    current: Counts,
    /// Of each daily part, by its key.
    parts: BTreeMap<String, (Arc<Part>, Counts)>,
    /// Duplicates and conflicts of each event day.
    days: BTreeMap<Day, DayCounts>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    records: u64,
    duplicates: u64,
}

/// Duplicates and conflicts of one event day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DayCounts {
    pub(crate) duplicates: u64,
    pub(crate) conflicts: u64,
}

/// The sums over the records of a slice.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    parts: BTreeMap<String, (Arc<Part>, Counts)>,
    pub(crate) days: BTreeMap<Day, DayCounts>,
    pub(crate) index_bytes: u64,
}

impl Accounts {
    /// Counts a record of the current read.
    pub(crate) fn add(&mut self, day: Day, seen: Seen) {
        self.current.records += 1;
        match seen {
            Seen::New => {}
            Seen::Duplicate => {
                self.current.duplicates += 1;
                self.days.entry(day).or_default().duplicates += 1;
            }
            Seen::Conflict => self.days.entry(day).or_default().conflicts += 1,
        }
    }

    /// The current read is complete.
    pub(crate) fn end_read(&mut self, read: &PartRead) {
        let Counts { records, duplicates } = std::mem::take(&mut self.current);
        let (_, counts) =
            self.parts.entry(read.part.key.clone()).or_insert_with(|| (read.part.clone(), Counts::default()));
        counts.records += records;
        counts.duplicates += duplicates;
    }

    pub(crate) fn finish(self, index_bytes: u64) -> Gathered {
        Gathered { parts: self.parts, days: self.days, index_bytes }
    }
}

impl Gathered {
    /// Number of duplicates of each daily part.
    #[cfg(test)]
    pub(crate) fn duplicates(&self) -> BTreeMap<&str, u64> {
        self.parts.iter().map(|(key, (_, counts))| (key.as_str(), counts.duplicates)).collect()
    }

    /// The daily parts as inputs of a slice with these event days.
    ///
    /// # Errors
    /// Fails if a part has another number of records of these days than its journal states.
    pub(crate) fn inputs(&self, has: impl Fn(Day) -> bool) -> Result<WrittenInputs, MonthlyError> {
        let mut inputs = InputsWriter::new(None);
        for (key, (part, counts)) in &self.parts {
            let stated =
                part.event_days.days.iter().filter(|(day, _)| has(**day)).map(|(_, records)| records);
            let stated: u64 = stated.fold(0, |sum, records| sum.saturating_add(*records));
            if stated != counts.records {
                let difference = format!(
                    "it has {} records of these event days, the journal says {stated}",
                    counts.records
                );
                return Err(MonthlyError::DailyPartDiffers { key: key.clone(), difference });
            }
            inputs.push(&Input {
                key: key.clone(),
                etag: part.sha256.clone(),
                bytes: part.bytes,
                raw_bytes: part.raw_bytes,
                records: part.records,
                duplicates: counts.duplicates,
                other_slices: part.records.saturating_sub(counts.records),
                ..Input::default()
            });
        }
        Ok(inputs.finish())
    }
}
