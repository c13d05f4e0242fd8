//! Records that will be delivered again. CloudTrail delivers at least once: now and then the same record lies in two
//! files of a day, of the same account and region.

use fastrand::Rng;

use crate::draw::index;
use crate::organization::Organization;
use crate::plan::Place;

/// For each account and region, some records of the files before. Bounded, whatever the day's size.
#[derive(Debug)]
pub(crate) struct Repeats {
    pools: Vec<Vec<Vec<u8>>>,
    regions: usize,
    capacity: usize,
}

impl Repeats {
    pub(crate) fn new(organization: &Organization) -> Self {
        let regions = organization.regions.len();
        let places = organization.accounts.len() * regions;
        Repeats { pools: vec![Vec::new(); places], regions, capacity: (16_384 / places).clamp(8, 256) }
    }

    /// Keeps a record for later files of the same place.
    pub(crate) fn offer(&mut self, place: Place, record: &[u8], rng: &mut Rng) {
        let capacity = self.capacity;
        let pool = self.pool(place);
        if pool.len() < capacity {
            pool.push(record.to_vec());
        } else {
            let at = index(rng, pool.len());
            pool[at].clear();
            pool[at].extend_from_slice(record);
        }
    }

    /// A record of an earlier file of the same place, once.
    pub(crate) fn take(&mut self, place: Place, rng: &mut Rng) -> Option<Vec<u8>> {
        let pool = self.pool(place);
        (!pool.is_empty()).then(|| pool.swap_remove(index(rng, pool.len())))
    }

    fn pool(&mut self, place: Place) -> &mut Vec<Vec<u8>> {
        &mut self.pools[place.account * self.regions + place.region]
    }
}

#[cfg(test)]
#[path = "repeats_tests.rs"]
mod tests;
