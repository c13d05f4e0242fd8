//! The fixture of the tests: what a trail delivered, as a store and as a journal.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_corpus::{DigestSigner, SignedBucket, SignedTrail, content};
use cloudtrail_model::digest::{PublicKeys, Window};
use cloudtrail_model::{Day, Kind, SourceKey, Table, account_of};
use jiff::Timestamp;
use lake_store::{MemoryStore, Store};

use crate::{
    AskForPublicKeys, Bucket, DayProof, DayToProve, DigestSource, LogFile, Prover, PublicKeySource,
    PublicKeysFailure, PublicKeysFrom,
};

pub(crate) const ACCOUNT: &str = "990000000001";
pub(crate) const BUCKET: &str = "audit-logs";

pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What a trail delivered in two regions.
pub(crate) fn delivered() -> (SignedTrail, SignedBucket) {
    let regions = ["eu-west-1", "us-east-1"].map(str::to_owned).to_vec();
    let trail = SignedTrail { regions, ..SignedTrail::small(day()) };
    let mut bucket = SignedBucket::new(BUCKET);
    trail.deliver(&DigestSigner::cloudtrail(), &mut bucket);
    (trail, bucket)
}

/// The JSON of the public key, valid in November 2026.
pub(crate) fn keys_json() -> String {
    DigestSigner::cloudtrail().public_keys_json(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"))
}

pub(crate) fn given() -> Arc<dyn PublicKeySource> {
    PublicKeysFrom::Given(PublicKeys::parse(keys_json().as_bytes()).unwrap()).asked_again()
}

/// A store of the objects, with metadata and the time of delivery.
pub(crate) async fn store_of(bucket: &SignedBucket) -> MemoryStore {
    let store = MemoryStore::new();
    for (key, object) in &bucket.objects {
        store.create_new(key, object.body.clone().into()).await.unwrap();
        store.describe(key, object.metadata.clone(), Some(object.delivered.into()));
    }
    store
}

/// The log files of a day, as the journal of the daily stage has them.
pub(crate) fn log_files(bucket: &SignedBucket, day: Day) -> Vec<LogFile> {
    let mut files: Vec<LogFile> = bucket
        .objects
        .iter()
        .filter(|(key, _)| {
            SourceKey::parse(key).is_ok_and(|key| key.kind == Kind::CloudTrail && key.day == day)
        })
        .map(|(key, object)| LogFile { key: key.clone(), content: content(&object.body) })
        .collect();
    files.sort_by_key(|file| (account_of(&file.key).to_owned(), file.key.clone()));
    files
}

/// The folders `…/CloudTrail-Digest/REGION/`.
pub(crate) fn folders(bucket: &SignedBucket) -> Arc<[String]> {
    let folder = |key: &String| {
        let parsed = SourceKey::parse(key).ok().filter(|key| key.kind == Kind::Digest)?;
        Some(
            key[..key.find(&format!("{}/{}", parsed.region, parsed.day.as_path()))?].to_owned()
                + &parsed.region
                + "/",
        )
    };
    bucket.objects.keys().filter_map(folder).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Proves the day in the store: in CloudTrail's bucket, or as a copy in a folder.
pub(crate) async fn prove(bucket: &SignedBucket, is_copy: bool, as_of: &str) -> DayProof {
    let mut objects = bucket.clone();
    if is_copy {
        objects.objects.values_mut().for_each(|object| object.metadata.clear());
    }
    let store = store_of(&objects).await;
    prove_in(Arc::new(store), bucket, is_copy, as_of).await
}

pub(crate) async fn prove_in(
    store: Arc<dyn Store>,
    bucket: &SignedBucket,
    is_copy: bool,
    as_of: &str,
) -> DayProof {
    let name = Bucket { name: BUCKET.to_owned(), prefix: String::new() };
    let source = DigestSource { store, bucket: (!is_copy).then_some(name), folders: folders(bucket) };
    let prover = Prover { source, keys: given(), max_found: 100 };
    let wanted = DayToProve {
        table: Table::CloudTrail,
        day: day(),
        as_of: at(as_of),
        first_day: None,
        all_regions: true,
    };
    prover.day(wanted, log_files(bucket, day()).into_iter()).await
}

/// An AWS that has one public key, counts how often it is asked, and can refuse.
#[derive(Debug, Default)]
pub(crate) struct Aws {
    pub(crate) asked: std::sync::Mutex<Vec<(String, Window)>>,
    pub(crate) refuses: bool,
}

#[async_trait]
impl AskForPublicKeys for Aws {
    async fn ask(&self, region: &str, window: Window) -> Result<Vec<u8>, PublicKeysFailure> {
        self.asked.lock().unwrap().push((region.to_owned(), window));
        if self.refuses { Err("access denied".into()) } else { Ok(keys_json().into_bytes()) }
    }
}
