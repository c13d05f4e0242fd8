//! The organisation itself: its accounts and what is in them. The same on every day.

use fastrand::Rng;

use crate::OrganizationConfig;
use crate::draw::{Zipf, base32, hex, index, rng_for, text, uuid};
use crate::names::{PEOPLE_ROLES, PURPOSES, REGIONS, STAGES, USERS, WORKLOAD_ROLES};

/// One member account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Twelve digits.
    pub(crate) id: String,
    /// For example `orders-prod`.
    pub(crate) name: String,
    /// `AROA…`, one for each role: of programs first, then of people.
    pub(crate) role_ids: Vec<String>,
    /// `AIDA…` and `AKIA…`, one for each user.
    pub(crate) user_ids: Vec<(String, String)>,
    pub(crate) key_ids: Vec<String>,
    pub(crate) instances: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) endpoint: String,
    pub(crate) vpc: String,
    /// Addresses its programs call from.
    pub(crate) addresses: Vec<String>,
}

/// All accounts, and how often each is the one that something happens in.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) accounts: Vec<Account>,
    pub(crate) regions: Vec<&'static str>,
    /// Addresses of the offices, one a person's laptop.
    pub(crate) offices: Vec<String>,
    pub(crate) account_draw: Zipf,
    pub(crate) region_draw: Zipf,
    /// For lists of names of any length up to 32.
    pub(crate) name_draws: Vec<Zipf>,
}

impl Organization {
    pub(crate) fn new(config: &OrganizationConfig) -> Self {
        let count = config.accounts.clamp(1, 1000);
        let accounts: Vec<Account> =
            (0..count).map(|at| account(&mut rng_for(config.seed, 1, u64::from(at)), at)).collect();
        let regions: Vec<&str> = REGIONS.into_iter().take(config.regions.max(1) as usize).collect();
        let mut rng = rng_for(config.seed, 2, 0);
        let offices = (0..24)
            .map(|_| match rng.u8(..4) {
                0 => format!("2001:db8:{:x}:{:x}::{:x}", rng.u16(1..), rng.u16(1..), rng.u16(1..)),
                _ => format!("198.51.100.{}", rng.u8(1..255)),
            })
            .collect();
        Organization {
            account_draw: Zipf::new(accounts.len()),
            region_draw: Zipf::new(regions.len()),
            name_draws: (0..=32).map(Zipf::new).collect(),
            accounts,
            regions,
            offices,
        }
    }

    /// An entry of a list, the first ones more often.
    pub(crate) fn skewed(&self, rng: &mut Rng, list: &[&'static str]) -> &'static str {
        list[self.skewed_index(rng, list.len())]
    }

    /// An index of a list of at most 32.
    pub(crate) fn skewed_index(&self, rng: &mut Rng, len: usize) -> usize {
        self.name_draws[len.min(32)].draw(rng)
    }
}

fn account(rng: &mut Rng, at: u32) -> Account {
    let purpose = PURPOSES[at as usize % PURPOSES.len()];
    let round = at as usize / PURPOSES.len();
    let stage = STAGES[round % STAGES.len()];
    let name = match round / STAGES.len() {
        0 => format!("{purpose}-{stage}"),
        more => format!("{purpose}-{stage}-{}", more + 1),
    };
    let id =
        |start: &str, count: usize, rng: &mut Rng| format!("{start}{}", text(|out| base32(rng, count, out)));
    let resource = |kind: &str, rng: &mut Rng| format!("{kind}-0{}", text(|out| hex(rng, 16, out)));
    Account {
        // the account's number is in it, so that no two are the same
        id: format!("99{:06}{at:04}", rng.u32(..1_000_000)),
        name,
        role_ids: (0..WORKLOAD_ROLES.len() + PEOPLE_ROLES.len()).map(|_| id("AROA", 17, rng)).collect(),
        user_ids: USERS.iter().map(|_| (id("AIDA", 17, rng), id("AKIA", 16, rng))).collect(),
        key_ids: (0..6).map(|_| text(|out| uuid(rng, out))).collect(),
        instances: (0..32).map(|_| resource("i", rng)).collect(),
        groups: (0..8).map(|_| resource("sg", rng)).collect(),
        subnets: (0..6).map(|_| resource("subnet", rng)).collect(),
        endpoint: resource("vpce", rng),
        vpc: resource("vpc", rng),
        addresses: (0..10).map(|_| address(rng)).collect(),
    }
}

/// An address of those kept for documentation, or a private one.
fn address(rng: &mut Rng) -> String {
    match index(rng, 4) {
        0 => format!("10.{}.{}.{}", rng.u8(..), rng.u8(..), rng.u8(1..255)),
        1 => format!("192.0.2.{}", rng.u8(1..255)),
        _ => format!("203.0.113.{}", rng.u8(1..255)),
    }
}

#[cfg(test)]
#[path = "organization_tests.rs"]
mod tests;
