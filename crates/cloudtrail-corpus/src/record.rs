//! Writes one record: a template with its markers filled in, in the order of members CloudTrail uses.
//!
//! A marker is a name in angle brackets: `<bucket>`. Within one record each marker of a thing that has a name stands for
//! the same thing wherever it is; `<uuid>`, `<hex8>`, `<num>` and the like are fresh each time.

use cloudtrail_model::Day;
use fastrand::Rng;

use crate::OrganizationConfig;
use crate::awkward::AWKWARD;
use crate::callers::{Caller, Origin};
use crate::clock::Clock;
use crate::draw::{self, chance, index, one_of, rng_for, weighted};
use crate::names;
use crate::organization::{Account, Organization};
use crate::templates::{TEMPLATES, Template};

/// Where and when a record happens, and what is odd about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Index of the account.
    pub(crate) account: usize,
    /// Index of the region.
    pub(crate) region: usize,
    /// Seconds since the delivery day began.
    pub(crate) seconds: i64,
    /// No eventID.
    pub(crate) without_id: bool,
    /// Of 1,000, the records with awkward values.
    pub(crate) awkward_per_mille: u32,
}

/// Appends one record.
pub(crate) fn write_record(
    organization: &Organization,
    clock: &Clock,
    circumstances: &Circumstances,
    rng: &mut Rng,
    out: &mut Vec<u8>,
) {
    let template = &TEMPLATES[weighted(rng, TEMPLATES.iter().map(|template| template.weight))];
    let caller = template.callers[weighted(rng, template.callers.iter().map(|(weight, _)| *weight))].1;
    let awkward = chance(rng, circumstances.awkward_per_mille);
    let mut scene = Scene::new(organization, clock, circumstances, rng);
    scene.record(template, caller, awkward, circumstances.without_id, out);
}

/// Some records of the default organisation, for tests that need records without a day: one text each, without white
/// space between tokens.
pub fn sample_records(seed: u64, count: usize) -> Vec<String> {
    let config = OrganizationConfig { seed, ..OrganizationConfig::default() };
    let organization = Organization::new(&config);
    let clock = Clock::new(example_day());
    let mut rng = rng_for(seed, 3, 0);
    let mut one = |_| {
        let circumstances = Circumstances {
            account: organization.account_draw.draw(&mut rng),
            region: organization.region_draw.draw(&mut rng),
            seconds: i64::from(rng.u32(..86_400)),
            without_id: false,
            awkward_per_mille: 50,
        };
        draw::text(|out| write_record(&organization, &clock, &circumstances, &mut rng, out))
    };
    (0..count).map(&mut one).collect()
}

/// The day of records without a day of their own.
#[expect(clippy::expect_used, reason = "the calendar has this day")]
pub(crate) fn example_day() -> Day {
    Day::new(2026, 11, 22).expect("2026-11-22 exists")
}

/// One record being written: what its markers stand for.
pub(crate) struct Scene<'a> {
    organization: &'a Organization,
    clock: &'a Clock,
    rng: &'a mut Rng,
    account: &'a Account,
    region: &'static str,
    seconds: i64,
    role: usize,
    sso: usize,
    user: usize,
    /// One draw for each sort of thing, so that a name is the same wherever it stands.
    things: [usize; 8],
    person: usize,
    service: &'static str,
    object: Vec<u8>,
    session: i64,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        organization: &'a Organization,
        clock: &'a Clock,
        circumstances: &Circumstances,
        rng: &'a mut Rng,
    ) -> Self {
        let account = &organization.accounts[circumstances.account];
        let mut things = [0; 8];
        for thing in &mut things {
            *thing = organization.skewed_index(rng, 32);
        }
        Scene {
            account,
            region: organization.regions[circumstances.region],
            seconds: circumstances.seconds,
            role: organization.skewed_index(rng, names::WORKLOAD_ROLES.len()),
            sso: organization.skewed_index(rng, names::PEOPLE_ROLES.len()),
            user: organization.skewed_index(rng, names::USERS.len()),
            things,
            person: organization.skewed_index(rng, names::PEOPLE.len()),
            service: organization.skewed(rng, &names::CALLING_SERVICES),
            object: Vec::new(),
            session: session_start(circumstances.seconds, things[0]),
            organization,
            clock,
            rng,
        }
    }

    fn record(
        &mut self,
        template: &Template,
        caller: Caller,
        awkward: bool,
        without_id: bool,
        out: &mut Vec<u8>,
    ) {
        let failed = template.error.filter(|_| chance(self.rng, template.error_per_mille));
        self.fill(r#"{"eventVersion":""#, out);
        let version = ["1.11", "1.11", "1.09", "1.10", "1.08"][self.organization.skewed_index(self.rng, 5)];
        self.fill(version, out);
        self.fill(r#"","userIdentity":"#, out);
        self.fill(caller.identity(), out);
        self.fill(r#","eventTime":"<time>","eventSource":""#, out);
        self.fill(template.source, out);
        self.fill(r#".amazonaws.com","eventName":""#, out);
        self.fill(template.name, out);
        self.fill(r#"","awsRegion":"<region>","sourceIPAddress":""#, out);
        self.origin(caller.origin(), out);
        self.fill("\"", out);
        if let Some((code, message)) = failed {
            self.fill(r#","errorCode":""#, out);
            self.fill(code, out);
            self.fill(r#"","errorMessage":""#, out);
            self.fill(message, out);
            self.fill("\"", out);
        }
        self.fill(r#","requestParameters":"#, out);
        let request = if awkward { one_of(self.rng, AWKWARD) } else { template.request };
        self.fill(request, out);
        self.fill(r#","responseElements":"#, out);
        self.fill(if failed.is_some() { "null" } else { template.response }, out);
        if !template.additional.is_empty() {
            self.fill(r#","additionalEventData":"#, out);
            self.fill(template.additional, out);
        }
        self.fill(template.details, out);
        if template.event_type == "AwsApiCall" {
            self.fill(r#","requestID":"<uuid>""#, out);
        }
        if !without_id {
            self.fill(r#","eventID":"<uuid>""#, out);
        }
        self.fill(if template.read_only { r#","readOnly":true"# } else { r#","readOnly":false"# }, out);
        if !template.resources.is_empty() {
            self.fill(r#","resources":"#, out);
            self.fill(template.resources, out);
        }
        self.fill(r#","eventType":""#, out);
        self.fill(template.event_type, out);
        self.fill(
            if template.data { r#"","managementEvent":false"# } else { r#"","managementEvent":true"# },
            out,
        );
        self.fill(r#","recipientAccountId":"<account>""#, out);
        if matches!(caller, Caller::Service | Caller::OtherAccount) {
            self.fill(r#","sharedEventID":"<uuid>""#, out);
        }
        if template.data && caller == Caller::Workload {
            self.fill(r#","vpcEndpointId":"<endpoint>","vpcEndpointAccountId":"<account>""#, out);
        }
        self.fill(
            if template.data { r#","eventCategory":"Data""# } else { r#","eventCategory":"Management""# },
            out,
        );
        if caller.origin() != Origin::Service {
            self.fill(r#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#, out);
            self.fill(template.source, out);
            self.fill(r#".<region>.amazonaws.com"}"#, out);
            if caller.origin() == Origin::Office && template.event_type == "AwsApiCall" {
                self.fill(r#","sessionCredentialFromConsole":"true""#, out);
            }
        }
        out.push(b'}');
    }

    /// The values of `sourceIPAddress` and `userAgent`, with what stands between them.
    fn origin(&mut self, origin: Origin, out: &mut Vec<u8>) {
        let (address, agent) = match origin {
            Origin::Service => (self.service, self.service),
            // people and programs call from where they always do, mostly
            Origin::Office => {
                let offices = &self.organization.offices;
                let browser = names::BROWSERS[self.person % names::BROWSERS.len()];
                (offices[(self.person + self.things[0] / 16) % offices.len()].as_str(), browser)
            }
            Origin::Program => {
                let addresses = &self.account.addresses;
                let program = (self.role + self.things[7] / 16) % names::PROGRAMS.len();
                (addresses[self.things[0] % addresses.len()].as_str(), names::PROGRAMS[program])
            }
        };
        out.extend_from_slice(address.as_bytes());
        out.extend_from_slice(br#"","userAgent":""#);
        out.extend_from_slice(agent.as_bytes());
    }

    /// Appends a text with its markers filled in.
    pub(crate) fn fill(&mut self, template: &str, out: &mut Vec<u8>) {
        let mut rest = template;
        while let Some((before, marked)) = rest.split_once('<') {
            out.extend_from_slice(before.as_bytes());
            let Some((marker, after)) = marked.split_once('>') else {
                rest = marked;
                break;
            };
            self.marker(marker, out);
            rest = after;
        }
        out.extend_from_slice(rest.as_bytes());
    }

    fn marker(&mut self, marker: &str, out: &mut Vec<u8>) {
        let account = self.account;
        let thing = |at: usize, list: &[&'static str]| list[self.things[at] % list.len()];
        let text: &str = match marker {
            "account" => &account.id,
            "account-name" => &account.name,
            "region" => self.region,
            "time" => return self.clock.write(self.seconds, out),
            "time-before" => return self.clock.write(self.seconds - 300, out),
            "session-time" => return self.clock.write(self.session, out),
            "uuid" => return draw::uuid(self.rng, out),
            "hex6" => return draw::hex(self.rng, 6, out),
            "hex8" => return draw::hex(self.rng, 8, out),
            "hex16" => return draw::hex(self.rng, 16, out),
            "hex32" => return draw::hex(self.rng, 32, out),
            "hex64" => return draw::hex(self.rng, 64, out),
            "base64-76" => return draw::base64(self.rng, 76, out),
            "base64-96" => return draw::base64(self.rng, 96, out),
            "num" => return draw::number(u64::from(self.rng.u32(..100_000)), out),
            "digit" => return draw::number(u64::from(self.rng.u32(1..10)), out),
            "small" => return draw::number(u64::from(self.rng.u32(1..200)), out),
            "session-key" => return self.session_key(out),
            "fresh-key" => {
                out.extend_from_slice(b"ASIA");
                return draw::base32(self.rng, 16, out);
            }
            "role" => names::WORKLOAD_ROLES[self.role],
            "role-id" => &account.role_ids[self.role],
            "sso-path" => names::PEOPLE_ROLES[self.sso],
            "sso-role" => names::PEOPLE_ROLES[self.sso].rsplit('/').next().unwrap_or_default(),
            "sso-id" => &account.role_ids[names::WORKLOAD_ROLES.len() + self.sso],
            "user" => names::USERS[self.user],
            "user-id" => &account.user_ids[self.user].0,
            "user-key" => &account.user_ids[self.user].1,
            "person" => names::PEOPLE[self.person],
            "service" => self.service,
            "other-account" => {
                let accounts = &self.organization.accounts;
                &accounts[index(self.rng, accounts.len())].id
            }
            "instance" => &account.instances[self.things[0] % account.instances.len()],
            "group" => &account.groups[self.things[1] % account.groups.len()],
            "subnet" => &account.subnets[self.things[2] % account.subnets.len()],
            "key" => &account.key_ids[self.things[3] % account.key_ids.len()],
            "vpc" => &account.vpc,
            "endpoint" => &account.endpoint,
            "address" => &account.addresses[self.things[1] % account.addresses.len()],
            "bucket" => {
                out.extend_from_slice(account.name.as_bytes());
                out.push(b'-');
                thing(4, &names::BUCKETS)
            }
            "object" => return self.object(out),
            "function" => thing(5, &names::FUNCTIONS),
            "table" => thing(6, &names::TABLES),
            "log-group" => thing(7, &names::LOG_GROUPS),
            "secret" => thing(7, &names::SECRETS),
            "parameter" => thing(6, &names::PARAMETERS),
            "cluster" => thing(5, &names::CLUSTERS),
            "instance-type" => thing(4, &names::INSTANCE_TYPES),
            // long enough for every limit that cuts texts
            "long" => return out.extend(b"trailmill ".iter().cycle().take(10_240)),
            // tests hold every template against this
            unknown => return out.extend_from_slice(format!("<{unknown}>").as_bytes()),
        };
        out.extend_from_slice(text.as_bytes());
    }

    /// The access key of a session: the same for all that one principal does in it.
    fn session_key(&self, out: &mut Vec<u8>) {
        let principal = [self.role, self.sso, self.person, self.things[0]];
        let account = self.account.role_ids[0].bytes().fold(0, |sum, byte| draw::mix(sum ^ u64::from(byte)));
        let seed = principal.into_iter().fold(account, |sum, part| draw::mix(sum ^ part as u64));
        out.extend_from_slice(b"ASIA");
        draw::base32(&mut rng_for(seed, 8, self.session.unsigned_abs()), 16, out);
    }

    /// A key in a bucket: made once a record.
    fn object(&mut self, out: &mut Vec<u8>) {
        if self.object.is_empty() {
            let folder = names::FOLDERS[self.things[4] % names::FOLDERS.len()];
            self.object.extend_from_slice(folder.as_bytes());
            self.object.extend_from_slice(b"/part-");
            draw::hex(self.rng, 12, &mut self.object);
            self.object.extend_from_slice(b".snappy.parquet");
        }
        out.extend_from_slice(&self.object);
    }
}

/// When the session began that something is done in: sessions last an hour, and do not all begin at the full hour.
fn session_start(seconds: i64, thing: usize) -> i64 {
    let offset = i64::try_from(thing * 97).unwrap_or(0);
    (seconds - offset).div_euclid(3600) * 3600 + offset
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
