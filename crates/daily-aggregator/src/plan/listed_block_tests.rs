use super::*;
use proptest::prelude::*;

fn object(key: &str, etag: &str) -> ObjectMeta {
    ObjectMeta { key: key.into(), bytes: 7, etag: etag.into() }
}

fn blocks(objects: &[ObjectMeta]) -> Vec<Arc<Block>> {
    Block::of(objects.iter().map(|object| (LogFileId::of(&object.key, "case/").unwrap(), object)))
}

/// The stem and the rests of each block.
fn split(objects: &[ObjectMeta]) -> Vec<(String, Vec<String>)> {
    let rests = |block: &Block| (0..block.len()).map(|at| block.get(at).unwrap().1.to_owned()).collect();
    blocks(objects).iter().map(|block| (block.stem.to_string(), rests(block))).collect()
}

#[test]
fn what_the_keys_of_a_folder_begin_with_is_kept_once() {
    let folder = "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22";
    let keys = ["x1ä.gz", "x1ö.gz", "x1ö.gz.gz"].map(|name| object(&format!("{folder}/{name}"), "v"));
    // not within a character
    let stem = format!("{folder}/x1");
    assert_eq!(split(&keys), [(stem, vec!["ä.gz".to_owned(), "ö.gz".to_owned(), "ö.gz.gz".to_owned()])]);
    assert_eq!((blocks(&keys)[0].above, &*blocks(&keys)[0].account), ("logs/".len(), "111122223333"));
    assert!(blocks(&keys)[0].get(3).is_none());
    // the whole key of a single log file
    assert_eq!(split(&keys[..1]), [(keys[0].key.clone(), vec![String::new()])]);
    assert!(blocks(&[]).is_empty());
}

#[test]
fn a_block_has_one_folder_and_one_account() {
    let keys = [
        "case/111122223333_CloudTrail_us-east-1_20260930T2300Z_x.json.gz",
        "case/111122223333_CloudTrail_us-east-1_20260930T2301Z_x.json.gz",
        "case/111122224444_CloudTrail_us-east-1_20260930T2301Z_x.json.gz",
        "AWSLogs/111122224444/CloudTrail/us-east-1/2026/11/22/a.gz",
        "AWSLogs/111122224444/CloudTrail/us-east-2/2026/11/22/a.gz",
        "b/AWSLogs/111122224444/CloudTrail/us-east-2/2026/11/22/a.gz",
    ];
    let blocks = blocks(&keys.map(|key| object(key, "v")));
    assert_eq!(blocks.iter().map(|block| block.len()).collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
    let many = vec![object(keys[0], "v"); 2 * FILES + 1];
    assert_eq!(split(&many).iter().map(|(_, rests)| rests.len()).collect::<Vec<_>>(), [FILES, FILES, 1]);
}

#[test]
fn only_a_digest_in_lower_case_is_packed() {
    let digest = "d41d8cd98f00b204e9800998ecf8427e";
    for (etag, packed) in [
        (digest.to_owned(), true),
        (format!("\"{digest}\""), true),
        (digest.to_uppercase(), false),
        (format!("\"{digest}"), false),
        (format!("\"\"{digest}\"\""), false),
        (format!("{digest}-2"), false),
        (format!("+{}", &digest[1..]), false),
        (digest[1..].to_owned(), false),
        ("\"".to_owned(), false),
        (String::new(), false),
    ] {
        let kept = ETag::of(&etag);
        assert_eq!(matches!(kept, ETag::Digest { .. }), packed, "{etag}");
        assert_eq!(kept.to_string(), etag);
        assert!(kept.is(&etag) && !kept.is("other"));
    }
    assert!(!ETag::of(digest).is(&format!("\"{digest}\"")));
}

proptest! {
    #[test]
    fn any_etag_is_given_back(etag in "\"?([0-9a-f]{32}|[0-9a-fA-F]{31,33}|\\PC{0,40})\"?") {
        let kept = ETag::of(&etag);
        prop_assert!(kept.is(&etag));
        prop_assert_eq!(kept.to_string(), etag);
    }

    #[test]
    fn joined_texts_compare_as_one(
        a in "[abä]{0,4}", a_rest in "[abä]{0,4}", b in "[abä]{0,4}", b_rest in "[abä]{0,4}"
    ) {
        let whole = (a.clone() + &a_rest).cmp(&(b.clone() + &b_rest));
        prop_assert_eq!(cmp_joined([&a, &a_rest], [&b, &b_rest]), whole);
    }
}
