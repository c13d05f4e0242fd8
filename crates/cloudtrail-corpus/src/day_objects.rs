//! The objects of one day, one at a time.

use cloudtrail_model::{Day, Kind};
use fastrand::Rng;

use crate::draw::rng_for;
use crate::gzip::Gzip;
use crate::log_file::{LogFileText, LogFiles};
use crate::odd::odd;
use crate::organization::Organization;
use crate::other_kinds::other_text;
use crate::plan::{FilePlan, Place, minute, plan_files, source_key};
use crate::pretty::pretty;
use crate::{BrokenKind, GeneratedObject, OddKind, OrganizationConfig, broken};

/// Everything that is delivered into a day's folders by the time of its first run.
pub fn day_objects(config: &OrganizationConfig, day: Day) -> DayObjects {
    DayObjects::new(config, day)
}

/// Iterator over a day's objects: CloudTrail's log files in order of time, then all others. Holds one object and some
/// records for repetition, and a few bytes for each file to come.
#[derive(Debug)]
pub struct DayObjects {
    config: OrganizationConfig,
    day: Day,
    files: LogFiles,
    gzip: Gzip,
    /// For keys and for what is not a log file.
    rng: Rng,
    plans: std::vec::IntoIter<FilePlan>,
    others: std::vec::IntoIter<Other>,
}

/// An object that is not an ordinary log file.
#[derive(Debug, Clone, Copy)]
enum Other {
    /// Of another kind, with its number among those.
    Kind(Kind, u32),
    Odd(OddKind),
    Broken(BrokenKind),
}

/// The number of a day, for telling its random numbers from those of other days.
fn day_number(day: Day) -> u64 {
    let number =
        i32::from(day.year()) * 10_000 + i32::from(day.month_number()) * 100 + i32::from(day.day_of_month());
    u64::from(number.unsigned_abs())
}

impl DayObjects {
    fn new(config: &OrganizationConfig, day: Day) -> Self {
        let number = day_number(day);
        let organization = Organization::new(config);
        let mut rng = rng_for(config.seed, 4, number);
        let plans = plan_files(config, &organization, &mut rng);
        let files = LogFiles::new(config, organization, day, rng_for(config.seed, 5, number));
        let others = others(config, day);
        DayObjects {
            config: config.clone(),
            day,
            files,
            gzip: Gzip::new(),
            rng,
            plans: plans.into_iter(),
            others: others.into_iter(),
        }
    }

    /// The texts of the first log files, for those that repeat them.
    pub(crate) fn first_texts(&mut self, count: u32) -> Vec<(FilePlan, LogFileText)> {
        let plans: Vec<FilePlan> = self.plans.by_ref().take(count as usize).collect();
        plans.into_iter().map(|plan| (plan, self.files.make(&plan))).collect()
    }

    /// Turns this into the maker of the day's late files: same organisation, other random numbers.
    pub(crate) fn into_late(self) -> (LogFiles, Rng) {
        let number = day_number(self.day);
        let none =
            OrganizationConfig { records: u32::MAX, duplicates_per_mille: 0, conflicts: 0, ..self.config };
        let none = OrganizationConfig { records_without_id: 0, ..none };
        let rng = rng_for(none.seed, 6, number);
        let files = LogFiles::new(&none, self.files.organization, self.day, rng_for(none.seed, 7, number));
        (files, rng)
    }

    fn log_file(&mut self, plan: &FilePlan) -> GeneratedObject {
        let file = self.files.make(plan);
        let text = if plan.pretty { pretty(&file.text) } else { file.text };
        let mut object = self.object(plan.place, plan.minute, Kind::CloudTrail);
        object.body = self.gzip.member(&text);
        object.raw_bytes = text.len() as u64;
        object.records = plan.records as usize;
        object.duplicates = file.duplicates;
        object.conflicts = file.conflicts;
        object
    }

    fn other(&mut self, other: Other) -> GeneratedObject {
        let organization = &self.files.organization;
        let (place, minute) = match other {
            // one an hour for each account and region: their names would be the same otherwise
            Other::Kind(Kind::Digest, number) => Place::hourly(organization, number),
            _ => (Place::draw(organization, &mut self.rng), minute(&mut self.rng)),
        };
        match other {
            Other::Kind(kind, _) => {
                let at = (self.day, place, minute);
                let (text, records) = other_text(kind, &self.files.organization, at, &mut self.rng);
                let object = self.object(place, minute, kind);
                GeneratedObject {
                    body: self.gzip.member(&text),
                    records,
                    raw_bytes: text.len() as u64,
                    ..object
                }
            }
            Other::Odd(kind) => {
                let seed = self.rng.u64(..);
                let object = self.object(place, minute, Kind::CloudTrail);
                let raw_bytes = kind.text(seed).len() as u64;
                GeneratedObject { body: odd(kind, seed), records: kind.records(), raw_bytes, ..object }
            }
            Other::Broken(kind) => {
                let body = broken(kind, self.rng.u64(..));
                GeneratedObject { body, broken: Some(kind), ..self.object(place, minute, Kind::CloudTrail) }
            }
        }
    }

    /// An object with a key and nothing in it yet.
    fn object(&mut self, place: Place, minute: u16, kind: Kind) -> GeneratedObject {
        let at = (place, minute, kind);
        let key = source_key(&self.config, &self.files.organization, self.day, at, &mut self.rng).to_string();
        GeneratedObject {
            key,
            body: Vec::new(),
            kind,
            records: 0,
            duplicates: 0,
            conflicts: 0,
            raw_bytes: 0,
            broken: None,
            late: false,
        }
    }
}

impl Iterator for DayObjects {
    type Item = GeneratedObject;

    fn next(&mut self) -> Option<GeneratedObject> {
        match self.plans.next() {
            Some(plan) => Some(self.log_file(&plan)),
            None => self.others.next().map(|other| self.other(other)),
        }
    }
}

/// Objects next to the ordinary log files. Odd and broken kinds take turns from day to day.
fn others(config: &OrganizationConfig, day: Day) -> Vec<Other> {
    let kinds = [
        (Kind::Insight, config.insight_files),
        (Kind::NetworkActivity, config.network_activity_files),
        (Kind::Aggregated, config.aggregated_files),
        (Kind::Digest, config.digest_files),
    ];
    let mut all = Vec::new();
    for (kind, count) in kinds {
        all.extend((0..count).map(|number| Other::Kind(kind, number)));
    }
    let turn = usize::from(day.day_of_month().unsigned_abs());
    let odd = OddKind::ALL.into_iter().cycle().skip(turn % OddKind::ALL.len());
    all.extend(odd.take(config.odd_files as usize).map(Other::Odd));
    let broken = BrokenKind::ALL.into_iter().cycle().skip(turn % BrokenKind::ALL.len());
    all.extend(broken.take(config.broken_files as usize).map(Other::Broken));
    all
}

#[cfg(test)]
#[path = "day_objects_tests.rs"]
mod tests;
