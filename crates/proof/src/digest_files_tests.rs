use cloudtrail_corpus::{DigestSigner, SignedBucket, SignedTrail};
use cloudtrail_model::digest::LogVerdict;
use lake_store::{MemoryStore, Unreadable};
use testkit::{Call, Hook, Hooked};

use super::*;
use crate::testing::*;

/// Refuses reads of the digest files of one region.
#[derive(Debug)]
struct Archived(&'static str);

#[async_trait::async_trait]
impl Hook for Archived {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call == Call::Get && key.contains(self.0) {
            return Err(StoreError::new(ErrorKind::Unreadable(Unreadable::Archived), "read", key));
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_region_whose_digest_files_cannot_be_read_is_not_proven_and_the_others_are() {
    let (_, bucket) = delivered();
    let store =
        Hooked { store: store_of(&bucket).await, hook: Arc::new(Archived("CloudTrail-Digest/us-east-1")) };
    let proof = prove_in(Arc::new(store), &bucket, false, "2026-11-29T00:00:00Z").await;
    let [first, second] = &proof.regions[..] else { panic!("{proof:?}") };
    assert!(first.is_proven() && first.region == "eu-west-1");
    assert_eq!(second.log_files.keys().collect::<Vec<_>>(), [&LogVerdict::NotCovered]);
    assert!(second.found[0].message.contains("archived"), "{second:?}");
    assert_eq!((second.broken, second.unproven > 0), (0, true));
}

#[tokio::test]
async fn far_more_objects_than_cloudtrail_delivers_are_not_read() {
    let (_, bucket) = delivered();
    let (store, folder) = (MemoryStore::new(), folders(&bucket)[0].clone());
    for number in 0..=MAX_A_DAY {
        let key = format!(
            "{folder}2026/11/22/{ACCOUNT}_CloudTrail-Digest_eu-west-1_trail{number}_us-east-1_20261122T100000Z.json.gz"
        );
        store.create_new(&key, "".into()).await.unwrap();
    }
    let source = DigestSource { store: Arc::new(store), bucket: None, folders: Arc::new([]) };
    let error = source.read(&[folder], &[Window::of_day(day())]).await.unwrap_err();
    assert!(error.to_string().contains("more than 2400 objects"), "{error}");
}

#[test]
fn the_bytes_after_the_first_member_are_seen_and_damage_is_no_text() {
    let object =
        |body: Vec<u8>| DigestObject { key: String::new(), body: Some(body.into()), signature: None };
    let member = |text: &[u8]| cloudtrail_corpus::gzip_of_repeated(text, b"", 0, b"");
    let text = object(member(b"{}")).text().unwrap();
    assert_eq!((&text.text[..], text.trailing_member), (&b"{}"[..], false));
    let two = [member(b"{}"), member(b"{}")].concat();
    assert!(object(two).text().unwrap().trailing_member);
    let mut cut = member(b"{}");
    cut.truncate(cut.len() - 3);
    assert!(object(cut).text().is_none());
    assert!(object(b"<html>".to_vec()).text().is_none());
    // more text than a digest file may have is not held
    let times = u32::try_from(DigestFile::MAX_TEXT >> 16).unwrap() + 10;
    let bomb = cloudtrail_corpus::gzip_of_repeated(b"", &[b' '; 1 << 16], times, b"");
    assert_eq!(object(bomb).text().unwrap().text.len(), DigestFile::MAX_TEXT + 1);
}

#[tokio::test]
async fn a_bucket_below_a_prefix_and_a_replica_are_proven() {
    let trail = SignedTrail { prefix: Some("logs".to_owned()), ..SignedTrail::small(day()) };
    for name in [BUCKET, "another-bucket"] {
        let mut bucket = SignedBucket::new(name);
        trail.deliver(&DigestSigner::cloudtrail(), &mut bucket);
        // the store is what lies below `logs/`
        let mut below = SignedBucket::new(name);
        for (key, object) in &bucket.objects {
            below.objects.insert(key.strip_prefix("logs/").unwrap().to_owned(), object.clone());
        }
        let source = DigestSource {
            store: Arc::new(store_of(&below).await),
            bucket: Some(Bucket { name: BUCKET.to_owned(), prefix: "logs/".to_owned() }),
            folders: folders(&below),
        };
        let prover = crate::Prover { source, keys: given(), max_found: 5 };
        let (table, as_of) = (cloudtrail_model::Table::CloudTrail, at("2026-11-29T00:00:00Z"));
        let wanted = crate::DayToProve { table, day: day(), as_of, first_day: None, all_regions: true };
        let sums = prover.day(wanted, log_files(&below, day()).into_iter()).await.summary();
        assert_eq!(sums.state(), lake::ProofState::Proven, "{name}: {sums:?}");
        assert!(sums.log_files_proven() > 40);
    }
}
