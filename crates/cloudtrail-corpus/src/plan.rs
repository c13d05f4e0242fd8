//! Which log files a day brings: where, when, and how many records each. A few bytes a file, so a day is planned whole.

use cloudtrail_model::{Day, Kind, LogFileName, SourceKey};
use fastrand::Rng;

use crate::draw::{Quota, chance, unique, weighted};
use crate::organization::Organization;
use crate::{FileSizes, OrganizationConfig};

/// One log file to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FilePlan {
    pub(crate) place: Place,
    /// Of the day, when it was delivered.
    pub(crate) minute: u16,
    pub(crate) records: u32,
    /// Days its events are older than usual.
    pub(crate) days_old: u8,
    /// With white space between tokens.
    pub(crate) pretty: bool,
}

/// An account and a region, as indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) account: usize,
    pub(crate) region: usize,
}

impl Place {
    pub(crate) fn draw(organization: &Organization, rng: &mut Rng) -> Self {
        Place { account: organization.account_draw.draw(rng), region: organization.region_draw.draw(rng) }
    }

    /// Where and when the digest with a number is: every place in turn, then the same again an hour later.
    pub(crate) fn hourly(organization: &Organization, number: u32) -> (Self, u16) {
        let (accounts, regions) = (organization.accounts.len(), organization.regions.len());
        let number = number as usize;
        let place = Place { account: number % accounts, region: number / accounts % regions };
        let hour = number / (accounts * regions);
        (place, u16::try_from((hour * 60 + hour / 24) % 1440).unwrap_or(0))
    }
}

/// The good CloudTrail log files of a day, in order of time.
pub(crate) fn plan_files(
    config: &OrganizationConfig,
    organization: &Organization,
    rng: &mut Rng,
) -> Vec<FilePlan> {
    let sizes = sizes(config, rng);
    let mut minutes: Vec<u16> = sizes.iter().map(|_| minute(rng)).collect();
    minutes.sort_unstable();
    let mut pretty = Quota { wanted: config.pretty_files };
    let mut left = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
    let mut plans = Vec::with_capacity(sizes.len());
    for (records, minute) in sizes.into_iter().zip(minutes) {
        let is_pretty = pretty.draws(rng, left);
        if is_pretty {
            pretty.took();
        }
        left -= 1;
        plans.push(FilePlan {
            place: Place::draw(organization, rng),
            minute,
            records,
            days_old: match chance(rng, config.stragglers_per_mille) {
                true if chance(rng, 100) => rng.u8(2..10),
                straggles => u8::from(straggles),
            },
            pretty: is_pretty,
        });
    }
    plans
}

/// When a file is delivered: every five minutes, more in working hours.
pub(crate) fn minute(rng: &mut Rng) -> u16 {
    const HOURS: [u32; 24] =
        [5, 5, 6, 5, 5, 6, 8, 10, 14, 16, 16, 15, 14, 15, 16, 15, 14, 12, 9, 8, 7, 7, 6, 6];
    let hour = u16::try_from(weighted(rng, HOURS.into_iter())).unwrap_or(0);
    hour * 60 + rng.u16(..12) * 5
}

/// Records of each file: at least one each, and exactly as many as configured together.
fn sizes(config: &OrganizationConfig, rng: &mut Rng) -> Vec<u32> {
    let files = config.files.min(config.records);
    let extra = u64::from(config.records - files);
    let mut weights: Vec<u64> = (0..files).map(|_| weight(config.sizes, rng)).collect();
    if weights.iter().all(|weight| *weight == 0) {
        // few files, none of which has more by chance: they share what there is
        weights.fill(1);
    }
    let total: u64 = weights.iter().sum::<u64>().max(1);
    let mut sum = 0;
    let mut given = 0;
    let mut sizes = Vec::with_capacity(weights.len());
    for weight in weights {
        sum += weight;
        // rounding the running sum keeps the total exact and rounds each file up as often as it should
        let upto = extra * sum / total;
        sizes.push(1 + u32::try_from(upto - given).unwrap_or(0));
        given = upto;
    }
    sizes
}

/// How many records beyond the first a file has, against others.
fn weight(sizes: FileSizes, rng: &mut Rng) -> u64 {
    let uniform = u64::from(rng.u16(..));
    match sizes {
        // two files in five have nothing more; the others follow a Pareto distribution, cut off at its 300-fold
        FileSizes::LongTail if chance(rng, 410) => 0,
        FileSizes::LongTail => 65_536_000 / (65_536 - uniform * 299 / 300) - 1_000,
        FileSizes::Even => 600 + uniform * 900 / 65_536,
    }
}

/// A key as an organisation's trail has it.
pub(crate) fn source_key(
    config: &OrganizationConfig,
    organization: &Organization,
    day: Day,
    (place, minute, kind): (Place, u16, Kind),
    rng: &mut Rng,
) -> SourceKey {
    let account = organization.accounts[place.account].id.clone();
    let region = organization.regions[place.region].to_owned();
    let name = LogFileName {
        account: account.clone(),
        kind,
        region: region.clone(),
        day,
        minute,
        unique: unique(rng),
    };
    let file = match kind {
        Kind::Digest => {
            let at = format!("{:04}{:02}{:02}", day.year(), day.month_number(), day.day_of_month());
            let (hour, minute) = (minute / 60, minute % 60);
            format!(
                "{account}_{kind}_{region}_organisation-trail_{region}_{at}T{hour:02}{minute:02}07Z.json.gz"
            )
        }
        _ => name.to_string(),
    };
    SourceKey { prefix: None, organization: config.organization.clone(), account, kind, region, day, file }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
