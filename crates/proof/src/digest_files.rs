//! Lists and reads the digest files of a region.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use cloudtrail_model::Day;
use cloudtrail_model::digest::{DigestContent, DigestFile, DigestKey, Window};
use flate2::bufread::GzDecoder;
use futures::{FutureExt, StreamExt, TryStreamExt};
use lake_store::{Depth, Described, ErrorKind, ObjectMeta, Store, StoreError};

/// The largest object that is read as a digest file, in bytes. 140,000 log files, as many as [`DigestFile::MAX_TEXT`] has room for,
/// take about 8 MB: names and hashes do not compress.
const MAX_BYTES: u64 = 64 << 20;
/// The maximum of digest files of one region and a day: hourly ones of 100 trails, which is far above the five that AWS allows.
const MAX_A_DAY: usize = 2_400;
/// Digest files of one region that are read at once.
const READS_AT_ONCE: usize = 32;

/// Where digest files lie.
#[derive(Debug, Clone)]
pub struct DigestSource {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The bucket that the store is; `None` for a folder, where metadata and the time of delivery are lost.
    pub bucket: Option<Bucket>,
    /// The prefixes in the store that CloudTrail delivers digest files to: `…/ACCOUNT/CloudTrail-Digest/REGION/`.
    pub folders: Arc<[String]>,
}

/// A bucket, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What precedes the keys of the store in the bucket: empty, or ends with a slash.
    pub prefix: String,
}

/// One object among digest files, as it was read.
#[derive(Debug)]
pub(crate) struct DigestObject {
    /// The whole key in the bucket.
    pub(crate) key: String,
    /// Its bytes; `None` if it is too large for a digest file.
    pub(crate) body: Option<Bytes>,
    /// The signature in its metadata.
    pub(crate) signature: Option<String>,
}

/// The content of a digest file.
#[derive(Debug)]
pub(crate) struct DigestText {
    text: Vec<u8>,
    trailing_member: bool,
}

/// Why the digest files of a region are not checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DigestFilesError {
    #[error("cannot read the digest files")]
    Store(#[from] StoreError),
    #[error(
        "{folder} has more than {MAX_A_DAY} objects, far more than CloudTrail delivers; find out who put them there"
    )]
    TooMany { folder: String },
}

impl DigestSource {
    /// The whole key in the bucket of an object of the store.
    pub(crate) fn whole_key(&self, key: &str) -> String {
        let prefix = self.bucket.as_ref().map_or("", |bucket| &bucket.prefix);
        format!("{prefix}{key}")
    }

    /// The key in the store of a whole key in the bucket.
    pub(crate) fn key_in_store<'a>(&self, whole_key: &'a str) -> &'a str {
        let prefix = self.bucket.as_ref().map_or("", |bucket| &bucket.prefix);
        whole_key.strip_prefix(prefix).unwrap_or(whole_key)
    }

    /// Reads the digest files of some windows of time below some of the folders. Objects of other names are passed over.
    pub(crate) async fn read(
        &self,
        folders: &[String],
        windows: &[Window],
    ) -> Result<Vec<DigestObject>, DigestFilesError> {
        let days = days_of(windows);
        let mut objects = Vec::new();
        for folder in folders {
            let listed = futures::stream::iter(days.clone())
                .map(|day| self.list(folder, day, windows).boxed())
                .buffered(READS_AT_ONCE.min(self.store.calls_at_once()).max(1));
            objects.extend(listed.try_collect::<Vec<_>>().await?.into_iter().flatten());
        }
        let together = if self.bucket.is_none() { self.store.gets_per_call().max(1) } else { 1 };
        let read = futures::stream::iter(objects)
            .chunks(together)
            .map(|objects| self.read_some(objects).boxed())
            .buffered(READS_AT_ONCE.min(self.store.calls_at_once()).max(1));
        Ok(read.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    /// Reads some digest files. Those that were deleted since they were listed are left out.
    async fn read_some(&self, objects: Vec<ObjectMeta>) -> Result<Vec<DigestObject>, DigestFilesError> {
        let (large, objects): (Vec<_>, Vec<_>) =
            objects.into_iter().partition(|object| object.bytes > MAX_BYTES);
        let digest = |key: &str, body, signature| DigestObject { key: self.whole_key(key), body, signature };
        let mut read: Vec<DigestObject> =
            large.into_iter().map(|object| digest(&object.key, None, None)).collect();
        if self.bucket.is_none() {
            // no metadata to be had, and many files at once are faster
            for (object, body) in self.store.get_many(objects).await {
                match body {
                    Ok(body) => read.push(digest(&object.key, Some(body), None)),
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
            return Ok(read);
        }
        for object in objects {
            match self.store.get_described(&object.key).await {
                Ok(Described { body, mut metadata, .. }) => {
                    read.push(digest(&object.key, Some(body), metadata.remove("signature")));
                }
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(read)
    }

    /// The digest files of a day within the windows.
    async fn list(
        &self,
        folder: &str,
        day: Day,
        windows: &[Window],
    ) -> Result<Vec<ObjectMeta>, DigestFilesError> {
        let folder = format!("{folder}{}/", day.as_path());
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.store.list(&folder, Depth::Level, token.as_deref()).await?;
            let digests = page.objects.into_iter().filter(|object| {
                let end = DigestKey::parse(&object.key).map(|key| key.end);
                end.is_some_and(|end| windows.iter().any(|window| window.from <= end && end < window.until))
            });
            found.extend(digests);
            if found.len() > MAX_A_DAY {
                return Err(DigestFilesError::TooMany { folder });
            }
            token = page.next;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Whether digest files of a region are missing on a day: it has some of earlier days, and either some of later ones or some
    /// of the day before.
    pub(crate) async fn is_gap(&self, folder: &str, day: Day) -> Result<bool, StoreError> {
        let Some((first, last)) = self.days(folder).await? else { return Ok(false) };
        Ok(first < day && (last > day || Some(last) == day.previous()))
    }

    /// The first and the last day with a folder of digest files.
    async fn days(&self, folder: &str) -> Result<Option<(Day, Day)>, StoreError> {
        let (first, last) = futures::try_join!(self.outermost(folder, false), self.outermost(folder, true))?;
        Ok(first.zip(last))
    }

    /// The first or the last day with a folder.
    async fn outermost(&self, region: &str, is_last: bool) -> Result<Option<Day>, StoreError> {
        let mut folder = region.to_owned();
        for _level in ["year", "month", "day"] {
            let page = lake_store::list_all(&*self.store, &folder, Depth::Level).await?;
            let is_number = |prefix: &String| {
                let name = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
            };
            let mut below = page.prefixes.into_iter().filter(is_number);
            let next = if is_last { below.next_back() } else { below.next() };
            let Some(next) = next else { return Ok(None) };
            folder = next;
        }
        let date = folder.strip_prefix(region).unwrap_or_default().trim_end_matches('/').replace('/', "-");
        Ok(date.parse().ok())
    }
}

/// The delivery days whose folders have the digest files of some windows.
fn days_of(windows: &[Window]) -> BTreeSet<Day> {
    let mut days = BTreeSet::new();
    for window in windows {
        let mut day = Some(Day::at(window.from));
        while let Some(at) = day.filter(|day| day.midnight() < window.until) {
            days.insert(at);
            day = at.next();
        }
    }
    days
}

impl DigestObject {
    /// The decompressed first member: `None` if the object is not whole gzip, or too large.
    #[expect(clippy::disallowed_methods, reason = "a digest file is proven by its first member alone")]
    pub(crate) fn text(&self) -> Option<DigestText> {
        let body = self.body.as_deref()?;
        let mut decoder = GzDecoder::new(body);
        let mut text = Vec::new();
        // one byte more than a digest file may have shows that it has more
        let limit = DigestFile::MAX_TEXT as u64 + 1;
        decoder.by_ref().take(limit).read_to_end(&mut text).ok()?;
        let trailing_member = text.len() <= DigestFile::MAX_TEXT && !decoder.into_inner().is_empty();
        Some(DigestText { text, trailing_member })
    }
}

impl DigestText {
    pub(crate) fn content(&self) -> DigestContent<'_> {
        DigestContent::Text { text: &self.text, trailing_member: self.trailing_member }
    }

    /// The bucket that the digest file says it was delivered to.
    pub(crate) fn bucket(&self) -> Option<String> {
        Some(DigestFile::parse(&self.text).ok()?.bucket)
    }
}

#[cfg(test)]
#[path = "digest_files_tests.rs"]
mod tests;
