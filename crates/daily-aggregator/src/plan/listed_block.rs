//! Some log files of one page of a listing. What all their keys begin with is in memory once.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use cloudtrail_model::LogFileId;
use lake_store::ObjectMeta;

/// The maximum of log files in a block: as many as on a page of S3.
const FILES: usize = 1_000;

/// Consecutive log files of one account, below one folder.
#[derive(Debug)]
pub(crate) struct Block {
    /// What every key begins with: the folder at least.
    pub(crate) stem: Box<str>,
    /// Number of bytes of the stem that precede every identity.
    pub(crate) above: usize,
    /// The account of every log file.
    pub(crate) account: Box<str>,
    /// What follows the stem in each key, one after the other.
    rests: Box<str>,
    entries: Box<[Entry]>,
}

/// One log file.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where the rest of its key ends in the rests of the block.
    end: u32,
    /// The size in bytes.
    pub(crate) bytes: u64,
    pub(crate) etag: ETag,
}

/// An etag. That of most objects in S3 is an MD5 in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ETag {
    /// 32 lower-case hexadecimal digits.
    Digest {
        digest: [u8; 16],
        quoted: bool,
    },
    Text(Box<str>),
}

impl Block {
    /// The blocks of some log files. Objects of one folder should come one after the other.
    pub(crate) fn of<'a>(
        files: impl IntoIterator<Item = (LogFileId<'a>, &'a ObjectMeta)>,
    ) -> Vec<Arc<Block>> {
        let mut blocks = Vec::new();
        let mut together: Vec<(LogFileId<'a>, &'a ObjectMeta)> = Vec::new();
        for (id, object) in files {
            let is_other = |(first, _): &(LogFileId<'_>, _)| {
                (first.above, first.account, folder(first.identity))
                    != (id.above, id.account, folder(id.identity))
            };
            if together.len() == FILES || together.first().is_some_and(is_other) {
                blocks.extend(Block::whole(&together));
                together.clear();
            }
            together.push((id, object));
        }
        blocks.extend(Block::whole(&together));
        blocks
    }

    /// One block of log files of one folder and account.
    fn whole(files: &[(LogFileId<'_>, &ObjectMeta)]) -> Option<Arc<Block>> {
        let (id, first) = files.first()?;
        let stem = files.iter().fold(first.key.as_str(), |stem, (_, file)| common(stem, &file.key));
        let mut rests =
            String::with_capacity(files.iter().map(|(_, file)| file.key.len() - stem.len()).sum());
        let mut entries = Vec::with_capacity(files.len());
        for (_, object) in files {
            rests.push_str(&object.key[stem.len()..]);
            // keys have at most some thousands of bytes
            let end = u32::try_from(rests.len()).unwrap_or(u32::MAX);
            entries.push(Entry { end, bytes: object.bytes, etag: ETag::of(&object.etag) });
        }
        Some(Arc::new(Block {
            stem: stem.into(),
            above: id.above.len(),
            account: id.account.into(),
            rests: rests.into(),
            entries: entries.into(),
        }))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// An entry, and the rest of its key.
    pub(crate) fn get(&self, index: usize) -> Option<(&Entry, &str)> {
        let start = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let entry = self.entries.get(index)?;
        let rest = self.rests.get(start.map_or(0, |entry| entry.end as usize)..entry.end as usize)?;
        Some((entry, rest))
    }

    /// Compares the first log files, by account and identity.
    pub(crate) fn cmp_first(&self, other: &Self) -> Ordering {
        fn first(block: &Block) -> [&str; 2] {
            let rest = block.get(0).map_or("", |(_, rest)| rest);
            [block.stem.get(block.above..).unwrap_or_default(), rest]
        }
        self.account.cmp(&other.account).then_with(|| cmp_joined(first(self), first(other)))
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> u64 {
        let texts = self.stem.len() + self.account.len() + self.rests.len();
        let own = size_of::<Self>() + texts + size_of_val(&*self.entries);
        let etags = self.entries.iter().map(|entry| match &entry.etag {
            ETag::Digest { .. } => 0,
            ETag::Text(text) => text.len(),
        });
        (own + etags.sum::<usize>()) as u64
    }
}

impl ETag {
    pub(crate) fn of(etag: &str) -> Self {
        let inner = etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"'));
        match lake::unhex(inner.unwrap_or(etag)) {
            Some(digest) => ETag::Digest { digest, quoted: inner.is_some() },
            None => ETag::Text(etag.into()),
        }
    }

    /// Whether this is an etag.
    pub(crate) fn is(&self, etag: &str) -> bool {
        match self {
            ETag::Text(text) => **text == *etag,
            ETag::Digest { .. } => *self == ETag::of(etag),
        }
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ETag::Text(text) => f.write_str(text),
            ETag::Digest { digest, quoted } => {
                let quote = if *quoted { "\"" } else { "" };
                write!(f, "{quote}{:032x}{quote}", u128::from_be_bytes(*digest))
            }
        }
    }
}

/// The folder of a key, without its name.
fn folder(key: &str) -> &str {
    key.rfind('/').map_or("", |slash| &key[..slash])
}

/// What two texts begin with.
fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    // not within a character
    &a[..a.floor_char_boundary(same)]
}

/// Compares two texts, each in two parts, as if the parts were joined.
pub(crate) fn cmp_joined([a, a_rest]: [&str; 2], [b, b_rest]: [&str; 2]) -> Ordering {
    let (a, a_rest, b, b_rest) = (a.as_bytes(), a_rest.as_bytes(), b.as_bytes(), b_rest.as_bytes());
    let same = a.len().min(b.len());
    let by_first = a[..same].cmp(&b[..same]);
    // of the longer first part there is something left, to be compared with the other's second part
    by_first.then_with(|| {
        if a.len() <= b.len() {
            cmp_left(&b[same..], b_rest, a_rest).reverse()
        } else {
            cmp_left(&a[same..], a_rest, b_rest)
        }
    })
}

/// Compares `left` + `rest` with `other`.
fn cmp_left(left: &[u8], rest: &[u8], other: &[u8]) -> Ordering {
    let same = left.len().min(other.len());
    left[..same].cmp(&other[..same]).then_with(|| match same < left.len() {
        true => Ordering::Greater,
        false => rest.cmp(&other[same..]),
    })
}

#[cfg(test)]
#[path = "listed_block_tests.rs"]
mod tests;
