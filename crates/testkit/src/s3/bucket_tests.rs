use super::*;

fn filled(keys: &[&str]) -> Bucket {
    let mut bucket = Bucket::default();
    for key in keys {
        bucket.put(key, Bytes::new(), Metadata::new(), false).unwrap();
    }
    bucket
}

/// Every page of a listing: its keys, then its common prefixes.
fn pages(bucket: &Bucket, prefix: &str, delimiter: Option<&str>, most: usize) -> Vec<String> {
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = bucket.list(prefix, delimiter, &after, most);
        let entries = page.objects.into_iter().map(|(key, _)| key).chain(page.prefixes);
        pages.push(entries.collect::<Vec<_>>().join(" "));
        match page.next {
            Some(next) => after = next,
            None => return pages,
        }
    }
}

#[test]
fn pages_have_a_maximum_of_objects_and_prefixes_together() {
    let bucket = filled(&["a-", "a/1", "a/2", "a0", "b/1", "b/2", "c"]);
    assert_eq!(pages(&bucket, "", Some("/"), 2), ["a- a/", "a0 b/", "c"]);
    assert_eq!(pages(&bucket, "", Some("/"), 3), ["a- a0 a/", "c b/"]);
    assert_eq!(pages(&bucket, "", None, 4), ["a- a/1 a/2 a0", "b/1 b/2 c"]);
    assert_eq!(pages(&bucket, "a/", Some("/"), 1), ["a/1", "a/2"]);
    assert_eq!(pages(&bucket, "d", Some("/"), 1), [""]);
}

#[test]
fn an_object_is_made_new_once_and_its_etag_is_that_of_its_content() {
    let mut bucket = Bucket::default();
    let first = bucket.put("key", "one".into(), Metadata::new(), true).unwrap();
    let again = bucket.put("key", "two".into(), Metadata::new(), true);
    assert_eq!(again, Err(Refusal::PreconditionFailed));
    let second = bucket.put("key", "two".into(), Metadata::new(), false).unwrap();
    assert_ne!(first, second);
    assert_eq!(bucket.put("key", "one".into(), Metadata::new(), false).unwrap(), first);
}

#[test]
fn an_upload_is_completed_of_the_parts_named_or_refused() {
    let mut bucket = Bucket::default();
    let id = bucket.create_upload("key", [("mark".to_owned(), "1".to_owned())].into());
    let large = Bytes::from(vec![1; SMALLEST_PART]);
    let one = (1, bucket.upload_part("key", &id, 1, large).unwrap());
    let replaced = bucket.upload_part("key", &id, 2, "replaced".into()).unwrap();
    let two = (2, bucket.upload_part("key", &id, 2, "two".into()).unwrap());
    let three = (3, bucket.upload_part("key", &id, 3, "three".into()).unwrap());
    let mut complete = |parts: &[(i32, String)]| bucket.complete("key", &id, parts, false);
    assert_eq!(complete(&[]), Err(Refusal::InvalidPart));
    assert_eq!(complete(&[(2, replaced)]), Err(Refusal::InvalidPart));
    assert_eq!(complete(&[two.clone(), one.clone()]), Err(Refusal::InvalidPartOrder));
    assert_eq!(complete(&[one.clone(), two.clone(), three]), Err(Refusal::EntityTooSmall));
    assert!(complete(&[one.clone(), two.clone()]).unwrap().ends_with("-2"));
    assert_eq!(complete(&[one, two]), Err(Refusal::NoSuchUpload));
    let object = bucket.get("key").unwrap();
    assert_eq!((object.body.len(), object.metadata["mark"].as_str()), (SMALLEST_PART + 3, "1"));
    assert_eq!(bucket.abort("key", &id), Err(Refusal::NoSuchUpload));
}

#[test]
fn uploads_are_listed_by_key_and_id_in_pages() {
    let mut bucket = Bucket::default();
    for key in ["b", "a", "a", "ab", "c"] {
        bucket.create_upload(key, Metadata::new());
    }
    let keys = |(page, more): (Vec<(String, String)>, bool)| {
        (page.into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(" "), more)
    };
    assert_eq!(keys(bucket.uploads("a", "", None, 2)), ("a a".to_owned(), true));
    assert_eq!(keys(bucket.uploads("a", "a", None, 2)), ("ab".to_owned(), false));
    assert_eq!(keys(bucket.uploads("", "a", Some("upload-00000002"), 9)), ("a ab b c".to_owned(), false));
}
