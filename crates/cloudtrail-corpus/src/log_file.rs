//! Makes the text of one log file after another, with the day's duplicates, conflicts and records without an eventID
//! spread over them.

use std::ops::Range;

use cloudtrail_model::Day;
use fastrand::Rng;

use crate::OrganizationConfig;
use crate::clock::{Clock, DAY_SECONDS};
use crate::draw::{Quota, chance, text, uuid};
use crate::organization::Organization;
use crate::plan::FilePlan;
use crate::record::{Circumstances, write_record};
use crate::repeats::Repeats;

/// The text of a log file, and what is in it.
#[derive(Debug, Default)]
pub(crate) struct LogFileText {
    /// `{"Records":[…]}` without white space between tokens.
    pub(crate) text: Vec<u8>,
    /// Where the records are that were never delivered before and have an eventID.
    pub(crate) fresh: Vec<Range<usize>>,
    pub(crate) duplicates: usize,
    pub(crate) conflicts: usize,
}

/// Makes a day's log files, in order.
#[derive(Debug)]
pub(crate) struct LogFiles {
    pub(crate) organization: Organization,
    pub(crate) clock: Clock,
    rng: Rng,
    repeats: Repeats,
    /// Records still to be made.
    left: u32,
    duplicates: Quota,
    conflicts: Quota,
    without_id: Quota,
    /// Whether any record repeats.
    repeating: bool,
    awkward_per_mille: u32,
    /// Of 1,000 records, those of the month before; and when that ended.
    month_edge: (u32, i64),
}

impl LogFiles {
    pub(crate) fn new(config: &OrganizationConfig, organization: Organization, day: Day, rng: Rng) -> Self {
        let share = |per_mille: u32| {
            let share = u64::from(config.records) * u64::from(per_mille.min(1000)) / 1000;
            u32::try_from(share).unwrap_or(u32::MAX)
        };
        let month_edge = if day.day_of_month() <= 3 { config.month_edge_per_mille } else { 0 };
        LogFiles {
            clock: Clock::new(day),
            rng,
            repeats: Repeats::new(&organization),
            organization,
            left: config.records,
            duplicates: Quota { wanted: share(config.duplicates_per_mille) },
            conflicts: Quota { wanted: config.conflicts },
            without_id: Quota { wanted: config.records_without_id },
            repeating: config.duplicates_per_mille > 0 || config.conflicts > 0,
            awkward_per_mille: config.awkward_per_mille,
            month_edge: (month_edge, -i64::from(day.day_of_month() - 1) * DAY_SECONDS),
        }
    }

    /// The file of a plan.
    pub(crate) fn make(&mut self, plan: &FilePlan) -> LogFileText {
        let mut file = LogFileText { text: br#"{"Records":["#.to_vec(), ..LogFileText::default() };
        let mut again = Vec::new();
        for number in 0..plan.records {
            if number > 0 {
                file.text.push(b',');
            }
            let left = self.left.max(1);
            self.left = self.left.saturating_sub(1);
            if self.duplicates.draws(&mut self.rng, left)
                && let Some(record) = self.repeats.take(plan.place, &mut self.rng)
            {
                self.duplicates.took();
                file.duplicates += 1;
                file.text.extend_from_slice(&record);
                if chance(&mut self.rng, 125) {
                    again.push(record); // a third time, in a later file
                }
            } else if self.conflicts.draws(&mut self.rng, left)
                && let Some(record) = self.repeats.take(plan.place, &mut self.rng)
            {
                self.conflicts.took();
                file.conflicts += 1;
                self.updated(&record, &mut file.text);
            } else {
                let start = file.text.len();
                if !self.fresh(plan, left, &mut file.text) {
                    file.fresh.push(start..file.text.len());
                }
            }
        }
        file.text.extend_from_slice(b"]}");
        // only now: a record never repeats within its own file
        for range in file.fresh.iter().filter(|_| self.repeating) {
            self.repeats.offer(plan.place, &file.text[range.clone()], &mut self.rng);
        }
        for record in again {
            self.repeats.offer(plan.place, &record, &mut self.rng);
        }
        file
    }

    /// Appends a new record; true where it has no eventID.
    fn fresh(&mut self, plan: &FilePlan, left: u32, out: &mut Vec<u8>) -> bool {
        let without_id = self.without_id.draws(&mut self.rng, left);
        if without_id {
            self.without_id.took();
        }
        let (per_mille, month_start) = self.month_edge;
        let seconds = if chance(&mut self.rng, per_mille) {
            month_start - i64::from(self.rng.u32(1..3600))
        } else {
            let delivered = i64::from(plan.minute) * 60 - i64::from(plan.days_old) * DAY_SECONDS;
            delivered - i64::from(self.rng.u32(5..900))
        };
        let circumstances = Circumstances {
            account: plan.place.account,
            region: plan.place.region,
            seconds,
            without_id,
            awkward_per_mille: self.awkward_per_mille,
        };
        write_record(&self.organization, &self.clock, &circumstances, &mut self.rng, out);
        without_id
    }

    /// Appends a record with something added, as CloudTrail does when it delivers an update.
    fn updated(&mut self, record: &[u8], out: &mut Vec<u8>) {
        let request = text(|out| uuid(&mut self.rng, out));
        out.extend_from_slice(record.strip_suffix(b"}").unwrap_or(record));
        let addendum = r#","addendum":{"reason":"UPDATED_DATA","updatedFields":"responseElements","originalRequestID":""#;
        out.extend_from_slice(format!("{addendum}{request}\"}}}}").as_bytes());
    }
}
