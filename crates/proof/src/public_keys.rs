//! Where the public keys of CloudTrail come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cloudtrail_model::digest::{PublicKeys, Window};
use jiff::SignedDuration;
use lake_store::{Depth, Store};
use tokio::sync::Mutex;

/// A failure to get public keys.
pub type PublicKeysFailure = Box<dyn std::error::Error + Send + Sync>;

/// A source of public keys.
#[async_trait]
pub trait PublicKeySource: fmt::Debug + Send + Sync {
    /// The public keys of a region for digest files with these fingerprints, whose hours are in a window. Keys that do not exist are
    /// left out; others may be added.
    ///
    /// # Errors
    /// Fails if keys cannot be read or asked for.
    async fn keys(
        &self,
        region: &str,
        fingerprints: &BTreeSet<String>,
        window: Window,
    ) -> Result<PublicKeys, PublicKeysFailure>;
}

/// Asks AWS for public keys: ListPublicKeys.
#[async_trait]
pub trait AskForPublicKeys: fmt::Debug + Send + Sync {
    /// The JSON of the keys of a region that were valid within a window, as `aws cloudtrail list-public-keys` prints it.
    ///
    /// # Errors
    /// Fails if AWS does not answer, or refuses.
    async fn ask(&self, region: &str, window: Window) -> Result<Vec<u8>, PublicKeysFailure>;
}

/// Where public keys come from.
#[derive(Debug, Clone)]
pub enum PublicKeysFrom {
    /// From the user. AWS is not asked.
    Given(PublicKeys),
    /// From AWS.
    Aws(Arc<dyn AskForPublicKeys>),
}

impl PublicKeysFrom {
    /// The keys for one run. Those of AWS are kept in a lake, and not asked for again.
    pub fn kept_in(self, lake: Arc<dyn Store>) -> Arc<dyn PublicKeySource> {
        self.source(Some(lake))
    }

    /// The keys for one run, from AWS itself: what is kept in a lake is as trustworthy as those who can write there.
    pub fn asked_again(self) -> Arc<dyn PublicKeySource> {
        self.source(None)
    }

    fn source(self, lake: Option<Arc<dyn Store>>) -> Arc<dyn PublicKeySource> {
        match self {
            PublicKeysFrom::Given(keys) => Arc::new(GivenPublicKeys(keys)),
            PublicKeysFrom::Aws(aws) => Arc::new(AwsPublicKeys { lake, aws, known: Mutex::default() }),
        }
    }
}

/// Keys that the user has given. AWS is not asked.
#[derive(Debug, Clone)]
struct GivenPublicKeys(PublicKeys);

#[async_trait]
impl PublicKeySource for GivenPublicKeys {
    async fn keys(&self, _: &str, _: &BTreeSet<String>, _: Window) -> Result<PublicKeys, PublicKeysFailure> {
        Ok(self.0.clone())
    }
}

/// Keys of AWS, kept in the lake, if there is one, once they are known: `_journal/public_keys/REGION/FINGERPRINT.json`, each as
/// `aws cloudtrail list-public-keys` prints it. So a region is asked about once for each new key.
#[derive(Debug)]
struct AwsPublicKeys {
    lake: Option<Arc<dyn Store>>,
    aws: Arc<dyn AskForPublicKeys>,
    known: Mutex<BTreeMap<String, OfRegion>>,
}

/// What is known of a region.
#[derive(Debug, Default)]
struct OfRegion {
    keys: PublicKeys,
    /// Windows that AWS was asked about, or the failure.
    asked: Vec<(Window, Option<String>)>,
    is_read: bool,
}

/// The longest object that is read as a public key, in bytes. One of 4,096 bits has 900.
const MAX_BYTES: u64 = 16 << 10;
/// The maximum of public keys of a region that are read. CloudTrail rotates them every few weeks.
const MAX_KEYS: usize = 1_000;
/// How much more than the window AWS is asked about: a digest may be signed with the key of the day before or after.
const AROUND: SignedDuration = SignedDuration::from_hours(24);

impl AwsPublicKeys {
    /// The keys of a region that the lake has. What cannot be read is asked for again.
    async fn read(&self, region: &str) -> PublicKeys {
        let mut keys = PublicKeys::default();
        let Some(lake) = &self.lake else { return keys };
        let listed = lake.list(&lake::public_keys_prefix(region), Depth::Level, None).await;
        let objects = listed.map(|page| page.objects).unwrap_or_default();
        for object in objects.iter().filter(|object| object.bytes <= MAX_BYTES).take(MAX_KEYS) {
            let body = lake.get(&object.key, None).await.unwrap_or_default();
            keys.extend(PublicKeys::parse_list(&body).unwrap_or_default());
        }
        keys
    }

    /// Asks AWS, and keeps what is new.
    async fn ask(&self, region: &str, window: Window) -> Result<PublicKeys, PublicKeysFailure> {
        let keys = PublicKeys::parse_list(&self.aws.ask(region, window).await?)?;
        if let Some(lake) = &self.lake {
            for (fingerprint, json) in keys.as_json() {
                let key = format!("{}{fingerprint}.json", lake::public_keys_prefix(region));
                // without permission to keep it, it is asked for again
                let _kept = lake.create_new(&key, json.into()).await;
            }
        }
        Ok(keys)
    }
}

#[async_trait]
impl PublicKeySource for AwsPublicKeys {
    async fn keys(
        &self,
        region: &str,
        fingerprints: &BTreeSet<String>,
        window: Window,
    ) -> Result<PublicKeys, PublicKeysFailure> {
        // one at a time: the regions of many accounts have the same keys
        let mut known = self.known.lock().await;
        let of = known.entry(region.to_owned()).or_default();
        if !of.is_read {
            of.keys.extend(self.read(region).await);
            of.is_read = true;
        }
        let has_all = |keys: &PublicKeys| {
            fingerprints.iter().all(|fingerprint| keys.with_fingerprint(fingerprint).next().is_some())
        };
        if has_all(&of.keys) {
            return Ok(of.keys.clone());
        }
        let around = |instant: jiff::Timestamp, by| instant.saturating_add(by).unwrap_or(instant);
        let window = Window { from: around(window.from, -AROUND), until: around(window.until, AROUND) };
        let before = of.asked.iter().find(|(of, _)| of.from <= window.from && window.until <= of.until);
        match before {
            Some((_, Some(failure))) => return Err(failure.clone().into()),
            Some((_, None)) => {}
            None => match self.ask(region, window).await {
                Ok(keys) => {
                    of.keys.extend(keys);
                    of.asked.push((window, None));
                }
                Err(error) => {
                    of.asked.push((window, Some(lake_store::with_causes(&*error))));
                    return Err(error);
                }
            },
        }
        Ok(of.keys.clone())
    }
}

#[cfg(test)]
#[path = "public_keys_tests.rs"]
mod tests;
