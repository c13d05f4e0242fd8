use super::*;
use cloudtrail_model::LogFileId;

const TAIL: &str = "CloudTrail/us-east-1/2026/11/22";

fn object(key: &str) -> ObjectMeta {
    ObjectMeta { key: key.into(), bytes: key.len() as u64, etag: format!("etag of {key}") }
}

fn listed(objects: &[ObjectMeta]) -> ListedFiles {
    let id = |object| LogFileId::in_layout(object).unwrap();
    ListedFiles::of(Block::of(objects.iter().map(|object| (id(&object.key), object))))
}

fn of_keys(keys: &[&str]) -> ListedFiles {
    listed(&keys.iter().map(|key| object(key)).collect::<Vec<_>>())
}

/// Account, what precedes the identity, identity.
fn ids(files: &ListedFiles) -> Vec<(String, String, String)> {
    files.iter().map(|file| (file.account().into(), file.above().into(), file.identity())).collect()
}

#[test]
fn files_are_sorted_by_account_then_identity() {
    let keys = [
        &format!("AWSLogs/222200000000/{TAIL}/b.gz"),
        &format!("AWSLogs/222200000000/{TAIL}/a.gz"),
        // an organisation's folder is after every account's folder
        &format!("z/AWSLogs/o-abc/111100000000/{TAIL}/c.gz"),
        &format!("AWSLogs/111100000000/{TAIL}/d.gz"),
        &format!("z/AWSLogs/111100000000/{TAIL}/a.gz"),
        &format!("AWSLogs/o-abc/333300000000/{TAIL}/a.gz"),
    ];
    let files = of_keys(&keys.map(String::as_str));
    let expected = [
        ("111100000000", "z/", "", "a.gz"),
        ("111100000000", "", "", "d.gz"),
        ("111100000000", "z/", "o-abc/", "c.gz"),
        ("222200000000", "", "", "a.gz"),
        ("222200000000", "", "", "b.gz"),
        ("333300000000", "", "o-abc/", "a.gz"),
    ]
    .map(|(account, above, org, name)| {
        (account.to_owned(), above.to_owned(), format!("AWSLogs/{org}{account}/{TAIL}/{name}"))
    });
    assert_eq!(ids(&files), expected);
    assert_eq!((files.len(), files.is_empty()), (6, false));
    assert!(ListedFiles::default().is_empty() && of_keys(&[]).is_empty());
}

#[test]
fn the_object_is_given_back_as_it_was_listed() {
    let key = format!("a b/ü/AWSLogs/111100000000/{TAIL}/é.gz");
    let files = of_keys(&[&key]);
    let file = files.get(0).unwrap();
    let read = file.to_read();
    assert_eq!(read.object, object(&key));
    assert_eq!((file.key(), file.bytes()), (key.clone(), key.len() as u64));
    assert!(file.has_etag(&object(&key).etag) && !file.has_etag("other"));
    assert_eq!((read.above(), read.identity()), ("a b/ü/", &*file.identity()));
    assert_eq!(read.account(), "111100000000");
    assert!(files.get(1).is_none());
}

#[test]
fn the_first_log_file_of_an_identity_keeps_it() {
    let tail = format!("AWSLogs/222200000000/{TAIL}/x.gz");
    let (b, a, z) = (format!("b/{tail}"), format!("a/{tail}"), format!("AWSLogs/222200000000/{TAIL}/z.gz"));
    let files = of_keys(&[&b, &z, &a]);
    let account = || "222200000000".to_owned();
    assert_eq!(
        ids(&files),
        [
            // still in order
            (account(), "a/".into(), tail.clone()),
            (account(), String::new(), z.clone()),
            (account(), String::new(), b.clone()),
        ]
    );
    assert_eq!(files.get(2).unwrap().to_read().object, object(&b));
    assert_eq!(files.get(2).unwrap().to_read().account(), "222200000000");
    for (at, identity) in [tail, z, b].iter().enumerate() {
        assert_eq!(files.position(identity), Some(at));
    }
    assert_eq!(files.position(&a), None);
}

#[test]
fn two_log_files_never_have_the_same_identity() {
    let tail = format!("AWSLogs/222200000000/{TAIL}/x.gz");
    let aboves = ["", "0/", "A/", "AWSLogs/", "AWSLogs/AWSLogs/", "AWSLogs/o-a/", "a/", "a/0/", "a/b/", "z/"];
    let mut keys = aboves.map(|above| format!("{above}{tail}"));
    for _ in 0..aboves.len() {
        keys.rotate_left(1);
        let files = of_keys(&keys.each_ref().map(String::as_str));
        let mut identities: Vec<String> = files.iter().map(|file| file.identity()).collect();
        assert_eq!(files.get(files.position(&tail).unwrap()).unwrap().key(), tail);
        identities.dedup();
        assert_eq!(identities.len(), aboves.len(), "{identities:?}");
        assert!(identities.is_sorted());
    }
}

#[test]
fn an_object_listed_twice_counts_once() {
    let key = format!("AWSLogs/222200000000/{TAIL}/x.gz");
    assert_eq!(of_keys(&[&key, &key, &key]).len(), 1);
}

#[test]
fn every_identity_has_a_position_and_no_other() {
    let keys: Vec<String> = (0..3_000)
        .map(|n| format!("p{}/AWSLogs/{:012}/{TAIL}/{}.gz", n % 4, n % 7, n * 7_919 % 1_000))
        .collect();
    let files = of_keys(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    let identities: Vec<String> = files.iter().map(|file| file.identity()).collect();
    assert_eq!(identities.len(), 3_000);
    assert!(identities.is_sorted_by(|a, b| (account_of(a), a) < (account_of(b), b)));
    for (at, identity) in identities.iter().enumerate() {
        assert_eq!(files.position(identity), Some(at), "{identity}");
        assert_eq!(files.position(&format!("{identity}x")), None);
    }
    assert_eq!((files.position(""), files.position("~")), (None, None));
}

/// Names as CloudTrail writes them.
fn realistic(files: usize, files_per_folder: usize) -> Vec<ObjectMeta> {
    let mut random = fastrand::Rng::with_seed(1);
    let keys = (0..files).map(|n| {
        let (folder, minute) = (n / files_per_folder, n % files_per_folder * 1_440 / files_per_folder);
        let account = 111_100_000_000 + folder as u64 / 17;
        let region = ["us-east-1", "ap-southeast-2", "eu-central-1"][folder % 17 % 3].to_owned();
        let region = format!("{region}{}", folder % 17);
        let unique: String = std::iter::repeat_with(|| random.alphanumeric()).take(16).collect();
        let (hour, minute) = (minute / 60, minute % 60);
        format!(
            "AWSLogs/o-a1b2c3d4e5/{account}/CloudTrail/{region}/2026/11/22/\
             {account}_CloudTrail_{region}_20261122T{hour:02}{minute:02}Z_{unique}.json.gz"
        )
    });
    let mut objects: Vec<_> = keys
        .map(|key| ObjectMeta { key, bytes: 5_000, etag: format!("\"{:032x}\"", fastrand::u128(..)) })
        .collect();
    objects.sort_unstable();
    objects
}

#[test]
fn a_log_file_costs_at_most_140_bytes() {
    for (files_per_folder, most) in [(5_000, 85), (60, 90), (10, 120)] {
        let objects = realistic(100_000, files_per_folder);
        let files = listed(&objects);
        let each = files.memory() / 100_000;
        println!("{files_per_folder} files a folder: {each} bytes a file");
        assert!(each <= most, "{files_per_folder} files a folder: {each} bytes a file");
        assert!(files.iter().map(|file| file.to_read().object).eq(objects));
    }
    // etags that are no digests, as on a disk
    let mut objects = realistic(100_000, 60);
    objects.iter_mut().for_each(|object| object.etag = "1764288000.123456789-5000".into());
    let each = listed(&objects).memory() / 100_000;
    assert!(each <= 120, "{each} bytes a file");
}
