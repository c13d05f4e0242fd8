use super::*;

/// Like the example of "CloudTrail digest file structure", AWS CloudTrail user guide.
const TEXT: &str = r#"{
  "awsAccountId": "111122223333",
  "digestStartTime": "2026-11-22T14:01:31Z",
  "digestEndTime": "2026-11-22T15:01:31Z",
  "digestS3Bucket": "amzn-s3-demo-bucket",
  "digestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2026/11/22/d2.json.gz",
  "digestPublicKeyFingerprint": "31e8b5433410dfb61a9dc45cc65b22ff",
  "digestSignatureAlgorithm": "SHA256withRSA",
  "newestEventTime": "2026-11-22T14:52:27Z",
  "oldestEventTime": "2026-11-22T14:42:27Z",
  "previousDigestS3Bucket": "amzn-s3-demo-bucket",
  "previousDigestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2026/11/22/d1.json.gz",
  "previousDigestHashValue": "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d",
  "previousDigestHashAlgorithm": "SHA-256",
  "previousDigestSignature": "50887CCffad4",
  "logFiles": [
    {
      "s3Bucket": "amzn-s3-demo-bucket",
      "s3Object": "AWSLogs/111122223333/CloudTrail/us-east-2/2026/11/22/l1.json.gz",
      "hashValue": "9bb6196fc6b84d6f075a56548feca262bd99ba3c2de41b618e5b6e22c1fc71f6",
      "hashAlgorithm": "SHA-256",
      "newestEventTime": "2026-11-22T14:52:27Z",
      "oldestEventTime": "2026-11-22T14:42:27Z"
    },
    {
      "s3Bucket": "an-earlier-bucket",
      "s3Object": "AWSLogs/111122223333/CloudTrail/us-east-2/2026/11/22/l2.json.gz",
      "hashValue": "9BB6196fc6b84d6f075a56548feca262bd99ba3c2de41b618e5b6e22c1fc71f7",
      "hashAlgorithm": "SHA-256"
    }
  ]
}"#;

fn starting() -> String {
    let previous = TEXT.find("\"previousDigestS3Bucket\"").unwrap();
    let rest = TEXT.find("\"logFiles\"").unwrap();
    let nulls = ["S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature"]
        .map(|field| format!("\"previousDigest{field}\": null,"))
        .concat();
    format!("{}{nulls}{}", &TEXT[..previous], &TEXT[rest..])
}

fn error_of(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "{from}");
    DigestFile::parse(TEXT.replace(from, to).as_bytes()).unwrap_err().to_string()
}

#[test]
fn every_field_is_read() {
    let digest = DigestFile::parse(TEXT.as_bytes()).unwrap();
    assert_eq!(digest.start.to_string(), "2026-11-22T14:01:31Z");
    assert_eq!(digest.end.to_string(), "2026-11-22T15:01:31Z");
    assert_eq!(digest.bucket, "amzn-s3-demo-bucket");
    assert!(digest.key.ends_with("/d2.json.gz"));
    let previous = digest.previous.as_ref().unwrap();
    assert!(previous.key.ends_with("/d1.json.gz"));
    assert_eq!(previous.sha256[..2], [0x97, 0xfb]);
    assert_eq!(previous.signature, [0x50, 0x88, 0x7c, 0xcf, 0xfa, 0xd4]);
    let [first, second] = &digest.log_files[..] else { panic!("{:?}", digest.log_files) };
    assert_eq!((first.bucket.as_deref(), second.bucket.as_deref()), (None, Some("an-earlier-bucket")));
    assert!(first.key.ends_with("/l1.json.gz"));
    assert_eq!((first.sha256[31], second.sha256[31]), (0xf6, 0xf7));
}

#[test]
fn what_is_signed_has_the_texts_as_they_are_written() {
    let digest = DigestFile::parse(TEXT.as_bytes()).unwrap();
    let expected = format!(
        "2026-11-22T15:01:31Z\namzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2026/11/22/d2.json.gz\n\
         {}\n50887CCffad4",
        hex(&Sha256::digest(TEXT.as_bytes()))
    );
    assert_eq!(digest.string_to_sign(), expected);
}

#[test]
fn the_first_of_a_chain_has_no_digest_before_it() {
    let digest = DigestFile::parse(starting().as_bytes()).unwrap();
    assert_eq!(digest.previous, None);
    assert!(digest.string_to_sign().ends_with("\nnull"));
}

#[test]
fn fields_that_are_missing_wrong_or_too_long_are_named() {
    for (from, to, field) in [
        ("\"2026-11-22T14:01:31Z\"", "\"soon\"", "digestStartTime"),
        ("\"2026-11-22T15:01:31Z\"", "\"\"", "digestEndTime"),
        ("SHA256withRSA", "SHA1withRSA", "digestSignatureAlgorithm"),
        ("97fb791c", "97fb791", "previousDigestHashValue"),
        ("50887CC", "x0887CC", "previousDigestSignature"),
        ("\"previousDigestHashAlgorithm\": \"SHA-256\"", "\"x\": 1", "previousDigestHashAlgorithm"),
        ("\"previousDigestS3Object\"", "\"x\"", "previousDigestS3Object"),
        ("31e8b543", &"e".repeat(1020), "digestPublicKeyFingerprint"),
        ("50887CC", &"5".repeat(2048), "previousDigestSignature"),
        ("us-east-2/2026/11/22/l1", &"l".repeat(1024), "logFiles"),
        ("an-earlier-bucket", &"b".repeat(1025), "logFiles"),
    ] {
        let error = error_of(from, to);
        assert!(error.contains(field), "{field}: {error}");
    }
}

#[test]
fn other_json_is_refused_by_place_and_never_quoted() {
    for (from, to) in [
        ("\"logFiles\"", "\"files\""),
        ("\"digestS3Object\"", "\"x\""),
        ("\"hashAlgorithm\": \"SHA-256\",", "\"hashAlgorithm\": \"MD5\","),
        ("\"9bb6196f", "\"\u{1b}[2Jb6196f"),
        // which of two would be meant is not certain
        ("\"awsAccountId\"", "\"logFiles\": [], \"awsAccountId\""),
    ] {
        let error = error_of(from, to);
        assert!(error.starts_with("it is not the JSON of a digest file (line "), "{error}");
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in ["", "null", "[]", "{}", "{\"Records\":[]}", &TEXT[..500], &deep] {
        assert!(matches!(DigestFile::parse(text.as_bytes()), Err(DigestError::Json { .. })), "{text:.20}");
    }
    assert!(DigestFile::parse(b"\xff\xfe").is_err());
}

#[test]
fn a_text_above_the_limit_is_not_parsed() {
    let text = format!("{TEXT}{}", " ".repeat(DigestFile::MAX_TEXT - TEXT.len()));
    assert!(DigestFile::parse(text.as_bytes()).is_ok());
    assert_eq!(DigestFile::parse(format!("{text} ").as_bytes()).unwrap_err(), DigestError::TooLarge);
}
