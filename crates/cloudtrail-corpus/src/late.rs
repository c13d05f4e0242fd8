//! Log files of a day that arrive when the day was already worked on. Failed deliveries are tried again for 30 days.

use cloudtrail_model::{Day, Kind};
use fastrand::Rng;

use crate::draw::index;
use crate::gzip::Gzip;
use crate::log_file::{LogFileText, LogFiles};
use crate::plan::{FilePlan, source_key};
use crate::{DayObjects, GeneratedObject, OrganizationConfig, day_objects};

/// The late files of a day. Each has records of its own, and every second one also some of the day's first delivery.
pub fn late_arrivals(config: &OrganizationConfig, day: Day) -> LateArrivals {
    let mut objects: DayObjects = day_objects(config, day);
    let before = objects.first_texts(config.late_files.min(config.files.min(config.records)));
    let (files, rng) = objects.into_late();
    LateArrivals { config: config.clone(), day, files, rng, gzip: Gzip::new(), before, made: 0 }
}

/// Iterator over a day's late files.
#[derive(Debug)]
pub struct LateArrivals {
    config: OrganizationConfig,
    day: Day,
    files: LogFiles,
    rng: Rng,
    gzip: Gzip,
    /// Files of the first delivery, to repeat records of.
    before: Vec<(FilePlan, LogFileText)>,
    made: u32,
}

impl Iterator for LateArrivals {
    type Item = GeneratedObject;

    fn next(&mut self) -> Option<GeneratedObject> {
        if self.made == self.config.late_files || self.before.is_empty() {
            return None;
        }
        let (first, text) = &self.before[self.made as usize % self.before.len()];
        // the last quarter of an hour of the day
        let plan = FilePlan { minute: 1425 + self.rng.u16(..15), records: self.rng.u32(1..13), ..*first };
        let mut late = self.files.make(&plan).text;
        // once round the files, so that no copy is made twice
        let repeats = self.made.is_multiple_of(2) && (self.made as usize) < self.before.len();
        let again =
            if repeats { &text.fresh[..text.fresh.len().min(1 + index(&mut self.rng, 3))] } else { &[] };
        late.truncate(late.len() - 2);
        for range in again {
            late.push(b',');
            late.extend_from_slice(&text.text[range.clone()]);
        }
        late.extend_from_slice(b"]}");
        self.made += 1;
        let at = (plan.place, plan.minute, Kind::CloudTrail);
        let key = source_key(&self.config, &self.files.organization, self.day, at, &mut self.rng);
        Some(GeneratedObject {
            key: key.to_string(),
            body: self.gzip.member(&late),
            kind: Kind::CloudTrail,
            records: plan.records as usize + again.len(),
            duplicates: again.len(),
            conflicts: 0,
            raw_bytes: late.len() as u64,
            broken: None,
            late: true,
        })
    }
}

#[cfg(test)]
#[path = "late_tests.rs"]
mod tests;
