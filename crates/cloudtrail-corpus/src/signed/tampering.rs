//! What somebody who can write to the bucket, but is not CloudTrail, can do to a chain of digests and its log files; and what
//! looks similar.

use cloudtrail_model::digest::{ChainId, DigestFile, DigestKey};

use crate::draw::rng_for;
use crate::gzip::Gzip;
use crate::signed::bucket::{SignedBucket, StoredObject};
use crate::signed::digest_chain::{DigestChain, DigestedHour, hex, sha256};
use crate::signed::judge::first_member;
use crate::signed::signer::DigestSigner;
use crate::signed::trail::log_file;

/// One way to tamper with what a trail delivered. Each takes the middle of the day, unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tampering {
    /// A byte of a log file's compressed text is another one.
    LogByteFlipped,
    /// A log file has other records, and is whole gzip.
    LogRewritten,
    /// A log file is removed.
    LogRemoved,
    /// A log file that CloudTrail did not deliver is added, right after one that it did.
    LogAdded,
    /// A second gzip member, with more records, is appended to a log file.
    MemberAppended,
    /// A log file has another key of the same folder.
    LogMoved,
    /// A digest is removed.
    DigestRemoved,
    /// Two digests in a row are removed, and the log files of the earlier one.
    TwoDigestsRemoved,
    /// A digest and its log files are removed, and the next digest is edited, so that it cannot be asked.
    DigestRemovedBeforeEdited,
    /// The last three digests are removed, and a log file of the first of them.
    NewestDigestsRemoved,
    /// A log file has other records, and the digest states their hash.
    DigestEdited,
    /// The same with the newest digest, which no other one follows.
    NewestDigestEdited,
    /// One digit of a digest's signature is another one.
    SignatureEdited,
    /// A digest has no metadata, as after a download and an upload.
    SignatureRemoved,
    /// A digest is an error page.
    DigestReplacedByText,
    /// A second gzip member is appended to a digest.
    DigestMemberAppended,
    /// A log file has other records, and all digests are made again and signed with another key, which they name.
    WrongKey,
    /// The same, but they name the key of CloudTrail.
    WrongKeyNamedRight,
    /// CloudTrail makes no digests for three hours, then a new chain. Log files are delivered meanwhile.
    ChainRestarted,
    /// A digest, with its signature, has the content of the one before.
    DigestReplayed,
    /// A digest, with its signature, has the content of that of another region.
    DigestReplayedFromElsewhere,
}

/// The digest that most of it is done to.
const MIDDLE: usize = 13;

impl Tampering {
    /// All of them.
    pub const ALL: [Tampering; 21] = [
        Tampering::LogByteFlipped,
        Tampering::LogRewritten,
        Tampering::LogRemoved,
        Tampering::LogAdded,
        Tampering::MemberAppended,
        Tampering::LogMoved,
        Tampering::DigestRemoved,
        Tampering::TwoDigestsRemoved,
        Tampering::DigestRemovedBeforeEdited,
        Tampering::NewestDigestsRemoved,
        Tampering::DigestEdited,
        Tampering::NewestDigestEdited,
        Tampering::SignatureEdited,
        Tampering::SignatureRemoved,
        Tampering::DigestReplacedByText,
        Tampering::DigestMemberAppended,
        Tampering::WrongKey,
        Tampering::WrongKeyNamedRight,
        Tampering::ChainRestarted,
        Tampering::DigestReplayed,
        Tampering::DigestReplayedFromElsewhere,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Tampering::LogByteFlipped => "log_byte_flipped",
            Tampering::LogRewritten => "log_rewritten",
            Tampering::LogRemoved => "log_removed",
            Tampering::LogAdded => "log_added",
            Tampering::MemberAppended => "member_appended",
            Tampering::LogMoved => "log_moved",
            Tampering::DigestRemoved => "digest_removed",
            Tampering::TwoDigestsRemoved => "two_digests_removed",
            Tampering::DigestRemovedBeforeEdited => "digest_removed_before_edited",
            Tampering::NewestDigestsRemoved => "newest_digests_removed",
            Tampering::DigestEdited => "digest_edited",
            Tampering::NewestDigestEdited => "newest_digest_edited",
            Tampering::SignatureEdited => "signature_edited",
            Tampering::SignatureRemoved => "signature_removed",
            Tampering::DigestReplacedByText => "digest_replaced_by_text",
            Tampering::DigestMemberAppended => "digest_member_appended",
            Tampering::WrongKey => "wrong_key",
            Tampering::WrongKeyNamedRight => "wrong_key_named_right",
            Tampering::ChainRestarted => "chain_restarted",
            Tampering::DigestReplayed => "digest_replayed",
            Tampering::DigestReplayedFromElsewhere => "digest_replayed_from_elsewhere",
        }
    }

    /// Does it to a chain of digests that a [`SignedTrail`](crate::SignedTrail) delivered. `elsewhere` is the chain of another
    /// region.
    pub fn apply(self, bucket: &mut SignedBucket, chain: &ChainId, elsewhere: &ChainId) {
        let digests = bucket.digests_of(chain);
        let at = |number: usize| digests[number].clone();
        let middle = at(MIDDLE);
        let victim = listed(bucket, &middle).first().cloned().unwrap_or_default();
        let newest = digests.len() - 1;
        let edit = |bucket: &mut SignedBucket, key: &str, change: fn(&mut StoredObject)| {
            bucket.objects.entry(key.to_owned()).and_modify(change);
        };
        match self {
            Tampering::LogByteFlipped => edit(bucket, &victim, |object| {
                let byte = object.body.len() / 2;
                object.body[byte] ^= 0x10;
            }),
            Tampering::LogRewritten => edit(bucket, &victim, rewrite),
            Tampering::LogRemoved => drop(bucket.objects.remove(&victim)),
            Tampering::LogAdded => {
                let delivered = bucket.objects[&victim].delivered;
                let (key, _, object) = log_file(chain, delivered, &mut rng_for(9, 9, 9));
                bucket.objects.insert(key, object);
            }
            Tampering::MemberAppended => edit(bucket, &victim, append),
            Tampering::LogMoved => {
                if let Some(object) = bucket.objects.remove(&victim) {
                    bucket.objects.insert(victim.replace("Z_", "Z_0"), object);
                }
            }
            Tampering::DigestRemoved => drop(bucket.objects.remove(&middle)),
            Tampering::TwoDigestsRemoved => {
                remove_with_log_files(bucket, &at(MIDDLE - 1));
                bucket.objects.remove(&middle);
            }
            Tampering::DigestRemovedBeforeEdited => {
                remove_with_log_files(bucket, &at(MIDDLE - 1));
                edit_digest(bucket, &middle);
            }
            Tampering::NewestDigestsRemoved => {
                let last = listed(bucket, &at(newest - 2)).pop().unwrap_or_default();
                bucket.objects.remove(&last);
                (newest - 2..=newest).for_each(|number| drop(bucket.objects.remove(&at(number))));
            }
            Tampering::DigestEdited => edit_digest(bucket, &middle),
            Tampering::NewestDigestEdited => edit_digest(bucket, &at(newest)),
            Tampering::SignatureEdited => edit(bucket, &middle, |object| {
                object.metadata.entry("signature".to_owned()).and_modify(|signature| {
                    let digit = if signature.starts_with('0') { "1" } else { "0" };
                    signature.replace_range(..1, digit);
                });
            }),
            Tampering::SignatureRemoved => edit(bucket, &middle, |object| object.metadata.clear()),
            Tampering::DigestReplacedByText => {
                edit(bucket, &middle, |object| object.body = b"<html>502 Bad Gateway</html>".to_vec());
            }
            Tampering::DigestMemberAppended => edit(bucket, &middle, append),
            Tampering::WrongKey => {
                edit(bucket, &victim, rewrite);
                sign_again(bucket, &digests, &DigestSigner::forger(), None);
            }
            Tampering::WrongKeyNamedRight => {
                edit(bucket, &victim, rewrite);
                let named = DigestSigner::cloudtrail().fingerprint();
                sign_again(bucket, &digests, &DigestSigner::forger(), Some(named));
            }
            Tampering::ChainRestarted => {
                for key in &digests[MIDDLE..MIDDLE + 3] {
                    bucket.objects.remove(key);
                }
                sign_again(bucket, &digests[MIDDLE + 3..], &DigestSigner::cloudtrail(), None);
            }
            Tampering::DigestReplayed => copy(bucket, &at(MIDDLE - 1), &middle),
            Tampering::DigestReplayedFromElsewhere => {
                let other = bucket.digests_of(elsewhere);
                copy(bucket, &other[MIDDLE], &middle);
            }
        }
    }
}

/// The content of a digest that is whole.
fn digest(bucket: &SignedBucket, key: &str) -> Option<(String, DigestFile)> {
    let text = first_member(&bucket.objects.get(key)?.body, DigestFile::MAX_TEXT)?.text;
    let file = DigestFile::parse(&text).ok()?;
    Some((String::from_utf8(text).ok()?, file))
}

/// The keys of the log files that a digest lists.
fn listed(bucket: &SignedBucket, key: &str) -> Vec<String> {
    let file = digest(bucket, key).map(|(_, file)| file);
    file.into_iter().flat_map(|file| file.log_files).map(|listed| listed.key.into()).collect()
}

/// Removes a digest and what it lists.
fn remove_with_log_files(bucket: &mut SignedBucket, key: &str) {
    for log_file in listed(bucket, key) {
        bucket.objects.remove(&log_file);
    }
    bucket.objects.remove(key);
}

const NO_RECORDS: &[u8] = br#"{"Records":[]}"#;

/// Leaves no record in a log file.
fn rewrite(object: &mut StoredObject) {
    object.body = Gzip::new().member(NO_RECORDS);
}

/// Appends a whole gzip member.
fn append(object: &mut StoredObject) {
    object.body.extend(Gzip::new().member(NO_RECORDS));
}

/// Rewrites the first log file of a digest, and states its hash there.
fn edit_digest(bucket: &mut SignedBucket, key: &str) {
    let Some((text, file)) = digest(bucket, key) else { return };
    let Some(victim) = file.log_files.first() else { return };
    let text = text.replace(&hex(&victim.sha256), &hex(&sha256(NO_RECORDS)));
    bucket.objects.entry(victim.key.clone().into()).and_modify(rewrite);
    bucket
        .objects
        .entry(key.to_owned())
        .and_modify(|object| object.body = Gzip::new().member(text.as_bytes()));
}

/// Makes digests again as a new chain, with the hashes of the log files as they are.
fn sign_again(bucket: &mut SignedBucket, keys: &[String], signer: &DigestSigner, named: Option<String>) {
    let Some(id) = keys.first().and_then(|key| DigestKey::parse(key)).map(|key| key.chain()) else { return };
    let mut chain = DigestChain::new(id, &bucket.name, signer);
    if let Some(fingerprint) = named {
        chain = chain.claiming(fingerprint);
    }
    for key in keys {
        let Some((_, DigestFile { start, end, log_files, .. })) = digest(bucket, key) else { continue };
        let log_files = log_files.into_iter().map(|listed| {
            let object = bucket.objects.get(&*listed.key);
            let member = object.and_then(|object| first_member(&object.body, usize::MAX - 1));
            (listed.key.into(), member.map_or(listed.sha256, |member| sha256(&member.text)))
        });
        let hour = DigestedHour { start, end, log_files: log_files.collect(), generated: None };
        let made = chain.digest(&hour);
        bucket.objects.insert(made.key, made.object);
    }
}

/// Copies an object with its metadata over another one.
fn copy(bucket: &mut SignedBucket, from: &str, to: &str) {
    if let Some(object) = bucket.objects.get(from).cloned() {
        bucket.objects.insert(to.to_owned(), object);
    }
}

#[cfg(test)]
#[path = "tampering_tests.rs"]
mod tests;
