use super::*;
use crate::digest::testing::{ACCOUNT, BUCKET, REGION, in_bucket, log_file, scope};

fn entry(key: &str, digest: u32, is_proven: bool) -> Listed {
    Listed { name: key.into(), sha256: [0; 32], digest, is_proven, is_there: false }
}

#[test]
fn a_log_file_is_found_in_every_digest_that_lists_it_proven_ones_first() {
    let mut files = ListedLogFiles::of(vec![
        entry("b", 2, false),
        entry("c", 3, true),
        entry("b", 1, true),
        entry("a", 0, true),
        entry("b", 0, true),
    ]);
    let origin = Origin::Bucket(BUCKET.to_owned());
    let digests: Vec<u32> = files.find("b", &origin).iter().map(|entry| entry.digest).collect();
    assert_eq!(digests, [0, 1, 2]);
    assert!(files.find("bb", &origin).is_empty());
    let missing: Vec<&str> = files.missing().map(|entry| &*entry.name).collect();
    assert_eq!(missing, ["a", "c"]);
}

#[test]
fn only_log_files_of_the_scope_are_missed() {
    let (key, _) = log_file(60);
    let place_of = |key: &str, bucket: Option<&str>| {
        let listed = ListedLogFile { bucket: bucket.map(Into::into), key: key.into(), sha256: [0; 32] };
        match place(&listed, BUCKET, &in_bucket()) {
            Place::Here(name) => {
                assert_eq!(name, key);
                "here"
            }
            Place::Elsewhere => "elsewhere",
            Place::OtherKind => "other kind",
        }
    };
    assert_eq!(place_of(&key, None), "here");
    assert_eq!(place_of(&key, Some("another-bucket")), "elsewhere");
    assert_eq!(place_of(&key.replace("/11/22/", "/11/23/"), None), "elsewhere");
    assert_eq!(place_of(&key.replace(REGION, "us-east-1"), None), "elsewhere");
    assert_eq!(place_of(&key.replace(ACCOUNT, "999999999999"), None), "elsewhere");
    assert_eq!(place_of("no key of CloudTrail", None), "elsewhere");
    assert_eq!(place_of(&key.replace("/CloudTrail/", "/CloudTrail-Insight/"), None), "other kind");
    let listed = ListedLogFile { bucket: None, key: format!("x/{key}").into(), sha256: [0; 32] };
    assert_eq!(place(&listed, BUCKET, &scope(Origin::Copy)), Place::Here(&key));
}
