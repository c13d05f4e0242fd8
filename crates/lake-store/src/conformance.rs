//! The conformance suite that every backend must pass: [`suite`].
//!
//! A failed check panics with a message that names the expectation. The suite needs a writable store and a Tokio runtime with
//! time. It leaves objects behind, below a random prefix, so the store may be shared. Wrap a backend with transient errors in
//! [`Retry`](crate::Retry).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the suite is a test: it panics if an expectation is not met"
)]

mod creating;
mod keys;
mod listing;
mod reading;
mod staging;

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, StreamExt};

use crate::{Created, Depth, ErrorKind, ObjectMeta, Page, StagedUpload, Store, list_all};

/// Calls in progress at once while the suite fills a store.
const AT_ONCE: usize = 32;

/// Runs every check, one after the other, on one store.
pub async fn suite(store: Arc<dyn Store>) {
    suite_without(store, &[]).await;
}

/// Runs every check except those named: for servers that are known to differ from S3 in them.
pub async fn suite_without(store: Arc<dyn Store>, left_out: &[&str]) {
    let run = format!("conformance-{:016x}", fastrand::u64(..));
    let mut skipped = 0;
    macro_rules! check {
        ($name:literal, $check:path) => {
            if left_out.contains(&$name) {
                skipped += 1;
            } else {
                $check(&Area { store: store.clone(), top: format!("{run}/{}/", $name) }).await;
            }
        };
    }
    check!("listing-empty", listing::empty);
    check!("listing-order", listing::order);
    check!("listing-order-of-folders", listing::order_of_folders);
    check!("listing-prefixes", listing::string_prefixes);
    check!("listing-pages", listing::many_pages);
    check!("reading-whole", reading::whole);
    check!("reading-many", reading::many);
    check!("reading-ranges", reading::ranges);
    check!("reading-versions", reading::versions);
    check!("reading-described", reading::described);
    check!("reading-missing", reading::missing);
    check!("reading-missing-version-of-folder", reading::missing_version_of_folder);
    check!("creating-existing", creating::existing);
    check!("creating-race", creating::race);
    check!("creating-deleting", creating::deleting);
    check!("staging-invisible", staging::invisible);
    check!("staging-existing-key", staging::existing_key);
    check!("staging-aborted", staging::aborted);
    check!("staging-dropped", staging::dropped);
    check!("staging-abandoned", staging::abandoned);
    check!("staging-side-by-side", staging::side_by_side);
    check!("staging-empty", staging::empty);
    check!("staging-large", staging::large);
    check!("keys-odd", keys::odd);
    check!("keys-backslash", keys::backslash);
    assert_eq!(skipped, left_out.len(), "unknown check among those left out: {left_out:?}");
}

/// The store, and the prefix of one check.
struct Area {
    store: Arc<dyn Store>,
    top: String,
}

impl Area {
    /// The key of a name in this area.
    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.top)
    }

    /// Creates an object that must not exist.
    async fn create(&self, name: &str, body: impl Into<Bytes>) {
        let created = self.store.create_new(&self.key(name), body.into()).await.unwrap();
        assert_eq!(created, Created::Yes, "creating {name}, which did not exist");
    }

    /// Creates many objects with a short body.
    async fn create_all(&self, names: &[String]) {
        stream::iter(names).for_each_concurrent(AT_ONCE, |name| self.create(name, name.clone())).await;
    }

    /// The content of an object; `None` if it does not exist.
    async fn content(&self, name: &str) -> Option<Bytes> {
        match self.store.get(&self.key(name), None).await {
            Ok(body) => Some(body),
            Err(error) if error.kind == ErrorKind::NotFound => None,
            Err(error) => panic!("reading {name}: {error:?}"),
        }
    }

    /// Starts an upload and writes the chunks to it.
    async fn stage(&self, name: &str, chunks: &[&[u8]]) -> Box<dyn StagedUpload> {
        let mut upload = self.store.stage(&self.key(name)).await.unwrap();
        for chunk in chunks {
            upload.write(Bytes::copy_from_slice(chunk)).await.unwrap();
        }
        upload
    }

    /// A whole listing below this area, its keys and prefixes relative to the area.
    async fn list(&self, prefix: &str, depth: Depth) -> Page {
        self.without_top(list_all(&*self.store, &self.key(prefix), depth).await.unwrap())
    }

    /// The names of the objects in a listing.
    async fn names(&self, prefix: &str, depth: Depth) -> Vec<String> {
        names(&self.list(prefix, depth).await)
    }

    /// The listing entry of an object.
    async fn meta(&self, name: &str) -> ObjectMeta {
        let mut page = self.list(name, Depth::All).await;
        page.objects.retain(|object| object.key == name);
        page.objects.pop().unwrap_or_else(|| panic!("{name} exists and is not listed"))
    }

    fn without_top(&self, mut page: Page) -> Page {
        let objects = page.objects.iter_mut().map(|object| &mut object.key);
        for name in objects.chain(&mut page.prefixes) {
            let rest = name.strip_prefix(&self.top);
            *name = rest.unwrap_or_else(|| panic!("{name} is not below {}", self.top)).to_owned();
        }
        page
    }
}

fn names(page: &Page) -> Vec<String> {
    page.objects.iter().map(|object| object.key.clone()).collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Pseudorandom bytes of a seed.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut generator = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    generator.fill(&mut bytes);
    bytes
}
