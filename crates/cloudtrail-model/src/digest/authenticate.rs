//! Whether CloudTrail wrote a digest: by its own signature, and by what the next digest says of it.

use crate::digest::digest_file::DigestFile;
use crate::digest::finding::FindingKind;
use crate::digest::held::{Held, Order, Proof};
use crate::digest::public_keys::PublicKeys;
use crate::digest::scope::Origin;
use crate::digest::signature::VerifySignature;

/// Decides for every digest of a chain, sorted by time, whether it is proven. Gives what is wrong, with the index of the
/// digest.
pub(crate) fn authenticate(
    digests: &mut [Held],
    order: &Order,
    origin: &Origin,
    keys: &PublicKeys,
    verifier: &dyn VerifySignature,
) -> Vec<(usize, FindingKind)> {
    let mut found = Vec::new();
    // from the newest, since a digest states signature and hash of the one before
    for at in (0..digests.len()).rev() {
        let followers: Vec<&Held> = order.followers[at].iter().map(|next| &digests[*next]).collect();
        let (proof, finding) = judge(&digests[at], &followers, origin, keys, verifier);
        digests[at].proof = proof;
        found.extend(finding.map(|kind| (at, kind)));
        if digests[at].appended {
            found.push((at, FindingKind::DigestAppended));
        }
    }
    found
}

fn judge(
    digest: &Held,
    followers: &[&Held],
    origin: &Origin,
    keys: &PublicKeys,
    verifier: &dyn VerifySignature,
) -> (Option<Proof>, Option<FindingKind>) {
    let Ok(file) = &digest.content else { return (None, Some(FindingKind::DigestMalformed)) };
    if !digest.in_place {
        return (None, Some(FindingKind::DigestMoved));
    }
    let signed = Signed::of(file, digest.key.backfill, keys);
    let is_valid = |signature: &[u8]| signed.is_valid(signature, verifier);
    // only a digest that is proven itself can prove anything by a hash
    let proven = followers.iter().find(|next| next.proof.is_some()).and_then(|next| next.previous());
    let hash_fits = proven.map(|stated| stated.sha256 == file.sha256);
    let is_copy = *origin == Origin::Copy;
    // the digest after it says the same of content and signature: then no signature need be verified, which costs more than all else
    if let (Some(stated), Some(true)) = (proven, hash_fits)
        && digest.signature.as_ref().is_none_or(|own| *own == stated.signature)
    {
        let is_missing = digest.signature.is_none() && !is_copy;
        return (Some(Proof::StatedHash), is_missing.then_some(FindingKind::SignatureMissing));
    }
    let stated = proven.or_else(|| {
        let mut stated = followers.iter().filter_map(|next| next.previous());
        stated.clone().find(|stated| is_valid(&stated.signature)).or_else(|| stated.next())
    });

    if digest.signature.as_deref().is_some_and(is_valid) {
        let is_another = hash_fits == Some(false);
        return (Some(Proof::OwnSignature), is_another.then_some(FindingKind::DigestReplaced));
    }
    let proof = match stated {
        Some(stated) if is_valid(&stated.signature) => Some(Proof::StatedSignature),
        _ if hash_fits == Some(true) => Some(Proof::StatedHash),
        _ => None,
    };
    let finding = match (&digest.signature, proof) {
        // proven without its key: what its metadata has can still be compared
        (Some(own), Some(_)) => {
            let is_as_stated = stated.is_some_and(|stated| stated.signature == *own);
            (!is_as_stated).then_some(FindingKind::SignatureAltered)
        }
        (None, Some(_)) => (!is_copy).then_some(FindingKind::SignatureMissing),
        (_, None) if hash_fits == Some(false) => Some(FindingKind::DigestAltered),
        (_, None) if signed.keys.is_empty() => Some(FindingKind::KeyUnknown),
        (Some(_), None) => Some(FindingKind::SignatureInvalid),
        (None, None) if !is_copy => Some(FindingKind::SignatureMissing),
        (None, None) if stated.is_some() => Some(FindingKind::SignatureInvalid),
        (None, None) => Some(FindingKind::UnsignedHere),
    };
    (proof, finding)
}

/// What a signature of a digest must be of, and the keys that may verify it.
struct Signed<'a> {
    text: String,
    keys: Vec<&'a [u8]>,
}

impl<'a> Signed<'a> {
    fn of(file: &DigestFile, backfill: bool, keys: &'a PublicKeys) -> Self {
        let mut found: Vec<&[u8]> = if backfill {
            // it is signed when it is made, which may be long after its hour
            keys.with_fingerprint(&file.fingerprint).map(|key| &key.der[..]).collect()
        } else {
            keys.valid_at(&file.fingerprint, file.end).map(|key| &key.der[..]).collect()
        };
        found.dedup();
        Signed { text: file.string_to_sign(), keys: found }
    }

    fn is_valid(&self, signature: &[u8], verifier: &dyn VerifySignature) -> bool {
        self.keys.iter().any(|key| verifier.is_valid(key, self.text.as_bytes(), signature))
    }
}

#[cfg(test)]
#[path = "authenticate_tests.rs"]
mod tests;
