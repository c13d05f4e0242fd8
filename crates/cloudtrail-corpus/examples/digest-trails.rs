//! Trails with signed digests, whole and tampered with, and what they prove: for `scripts/check digests`.
//!
//! - `digest-trails make DIR` writes a folder for each case: `trail.json`, with where and when it is, the public keys, and the
//!   metadata of each object, and below `objects/` the objects themselves;
//! - `digest-trails judge CASE` prints what its digests prove, as JSON.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for a terminal, that writes no lake"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use cloudtrail_corpus::{DigestSigner, SignedBucket, SignedTrail, StoredObject, Tampering, judge};
use cloudtrail_model::digest::{ChainId, Origin, PublicKeys, Scope};
use cloudtrail_model::{Day, Kind};
use serde::{Deserialize, Serialize};

const BUCKET: &str = "audit-logs";
const VALIDITY: (&str, &str) = ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
const DAY: &str = "2026-11-22";
/// When the digests are looked at.
const AS_OF: &str = "2026-11-29T00:00:00Z";

/// What is in `trail.json`.
#[derive(Serialize, Deserialize)]
struct Case {
    bucket: String,
    prefix: Option<String>,
    organization: Option<String>,
    trail: String,
    home_region: String,
    /// The account that owns the trail.
    owner: String,
    /// The account and the region that are checked.
    account: String,
    region: String,
    day: String,
    as_of: String,
    public_keys: serde_json::Value,
    objects: Vec<Entry>,
}

/// An object; its bytes are a file of its number.
#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    metadata: BTreeMap<String, String>,
    delivered: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder] => make(folder.as_ref()),
        ["judge", case] => print_report(case.as_ref()),
        _ => Err("usage: digest-trails make DIR, or digest-trails judge CASE".into()),
    }
}

fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let day: Day = DAY.parse()?;
    let signer = DigestSigner::cloudtrail();
    let regions = ["eu-west-1", "us-east-1"].map(str::to_owned).to_vec();
    let small = SignedTrail { regions, ..SignedTrail::small(day) };
    let mut bucket = SignedBucket::new(BUCKET);
    small.deliver(&signer, &mut bucket);
    let chain = small.chain("990000000001", "eu-west-1");
    write(&folder.join("whole"), &chain, &bucket)?;
    for tampering in Tampering::ALL {
        let mut tampered = bucket.clone();
        tampering.apply(&mut tampered, &chain, &small.chain("990000000001", "us-east-1"));
        write(&folder.join(tampering.as_str()), &chain, &tampered)?;
    }
    let second = SignedTrail { name: "data_events".to_owned(), seed: 2, ..small };
    second.deliver(&signer, &mut bucket);
    write(&folder.join("two_trails"), &second.chain("990000000001", "eu-west-1"), &bucket)?;

    let organization = SignedTrail { log_files: 1, ..SignedTrail::organization(day) };
    let mut bucket = SignedBucket::new(BUCKET);
    organization.deliver(&signer, &mut bucket);
    write(&folder.join("organization"), &organization.chain("990000000002", "ap-southeast-2"), &bucket)
}

fn write(folder: &Path, chain: &ChainId, bucket: &SignedBucket) -> Result<(), Box<dyn Error>> {
    let keys = DigestSigner::cloudtrail().public_keys_json(VALIDITY.0.parse()?, VALIDITY.1.parse()?);
    fs::create_dir_all(folder.join("objects"))?;
    let mut objects = Vec::new();
    for (number, (key, object)) in bucket.objects.iter().enumerate() {
        fs::write(folder.join("objects").join(number.to_string()), &object.body)?;
        let (metadata, delivered) = (object.metadata.clone(), object.delivered.to_string());
        objects.push(Entry { key: key.clone(), metadata, delivered });
    }
    let case = Case {
        bucket: bucket.name.clone(),
        prefix: chain.prefix.clone(),
        organization: chain.organization.clone(),
        trail: chain.trail.clone(),
        home_region: chain.home_region.clone(),
        owner: "990000000001".to_owned(),
        account: chain.account.clone(),
        region: chain.region.clone(),
        day: DAY.to_owned(),
        as_of: AS_OF.to_owned(),
        public_keys: serde_json::from_str(&keys)?,
        objects,
    };
    Ok(fs::write(folder.join("trail.json"), serde_json::to_vec_pretty(&case)?)?)
}

fn print_report(folder: &Path) -> Result<(), Box<dyn Error>> {
    let case: Case = serde_json::from_slice(&fs::read(folder.join("trail.json"))?)?;
    let mut bucket = SignedBucket::new(&case.bucket);
    for (number, entry) in case.objects.into_iter().enumerate() {
        let body = fs::read(folder.join("objects").join(number.to_string()))?;
        let object = StoredObject { body, metadata: entry.metadata, delivered: entry.delivered.parse()? };
        bucket.objects.insert(entry.key, object);
    }
    let keys = PublicKeys::parse(&serde_json::to_vec(&case.public_keys)?)?;
    let origin = Origin::Bucket(case.bucket);
    let (day, as_of) = (case.day.parse()?, case.as_of.parse()?);
    let scope = Scope::day(&case.account, &case.region, origin, Kind::CloudTrail, day, as_of);
    println!("{}", serde_json::to_string_pretty(&judge(&bucket, &scope, &keys))?);
    Ok(())
}
