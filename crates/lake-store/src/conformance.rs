//! What every backend must do, as one suite that its tests run: [`suite`].
//!
//! It panics with a message that names the expectation. It needs a store it may write to, and a Tokio runtime with
//! time; it leaves objects behind, below a prefix of its own that differs from run to run, so the store may be shared.
//! A backend that answers with transient errors is given to it behind [`Retry`](crate::Retry).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the suite is a test: it panics where an expectation is not met"
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

/// Calls under way at once while the suite fills a store.
const AT_ONCE: usize = 32;

/// Every check, one after the other, on one store.
pub async fn suite(store: Arc<dyn Store>) {
    let run = format!("conformance-{:016x}", fastrand::u64(..));
    let area = |name: &str| Area { store: store.clone(), top: format!("{run}/{name}/") };
    listing::empty(&area("listing-empty")).await;
    listing::order(&area("listing-order")).await;
    listing::string_prefixes(&area("listing-prefixes")).await;
    listing::many_pages(&area("listing-pages")).await;
    reading::whole(&area("reading-whole")).await;
    reading::ranges(&area("reading-ranges")).await;
    reading::versions(&area("reading-versions")).await;
    reading::missing(&area("reading-missing")).await;
    creating::existing(&area("creating-existing")).await;
    creating::race(&area("creating-race")).await;
    creating::deleting(&area("creating-deleting")).await;
    staging::invisible(&area("staging-invisible")).await;
    staging::replacing(&area("staging-replacing")).await;
    staging::aborted(&area("staging-aborted")).await;
    staging::dropped(&area("staging-dropped")).await;
    staging::abandoned(&area("staging-abandoned")).await;
    staging::side_by_side(&area("staging-side-by-side")).await;
    staging::empty(&area("staging-empty")).await;
    staging::large(&area("staging-large")).await;
    keys::odd(&area("keys-odd")).await;
}

/// The store, and the prefix that one check has to itself.
struct Area {
    store: Arc<dyn Store>,
    top: String,
}

impl Area {
    /// The whole key of a name in this area.
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

    /// The content of an object; `None` where there is none.
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

    /// Every page of a listing below this area, keys and prefixes without the area's own.
    async fn list(&self, prefix: &str, depth: Depth) -> Page {
        self.without_top(list_all(&*self.store, &self.key(prefix), depth).await.unwrap())
    }

    /// The names of objects that a listing gives.
    async fn names(&self, prefix: &str, depth: Depth) -> Vec<String> {
        names(&self.list(prefix, depth).await)
    }

    /// An object as a listing gives it.
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

/// Bytes that do not repeat early, the same every time.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut generator = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    generator.fill(&mut bytes);
    bytes
}
