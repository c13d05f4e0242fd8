//! Options of a bucket are sent with every request that accepts them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use daily_aggregator::Request;
use lake::Outcome;
use lake_aws::BucketOptions;
use testkit::s3::{Call, Fault, Operation};

use crate::buckets::{Buckets, partition, run_month, tally, try_run};

const PAYER: &str = "x-amz-request-payer";
const OWNER: &str = "x-amz-expected-bucket-owner";
const ENCRYPTION: &str = "x-amz-server-side-encryption";
const KMS_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// Runs that make every kind of request: a day, its rebuild, a month, an aborted upload, a publication whose response is
/// lost.
async fn every_kind_of_request(options: &BucketOptions) -> Vec<Call> {
    let buckets = Buckets::with(options, 1_000);
    buckets.deliver(20, 2);
    let lost = AtomicBool::new(false);
    buckets.server.fault(move |call, _| {
        let completes = call.operation == Operation::CompleteUpload;
        (completes && !lost.swap(true, SeqCst)).then_some(Fault::ReplyLost)
    });
    buckets.commit().await;
    assert_eq!(buckets.server.faults_happened(), 1);
    buckets.server.no_faults();
    drop(buckets.lake.stage(&format!("{}part-000001-0099.ndjson.gz", partition().prefix())).await.unwrap());
    let rebuild = Request { rebuild: true, ..Request::default() };
    try_run(&buckets.source, &buckets.lake, rebuild).await.unwrap();
    assert!(matches!(run_month(&buckets.lake).await, Outcome::Committed(_)));

    let calls = buckets.server.take_calls();
    let kinds: BTreeSet<String> = tally(&calls).into_keys().collect();
    let expected = [
        "AbortUpload",
        "CompleteUpload",
        "CreateUpload",
        "Delete",
        "Get",
        "Head",
        "List",
        "ListUploads",
        "Put",
        "UploadPart",
    ];
    assert!(kinds.iter().eq(&expected), "{kinds:?}");
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payer_owner_and_kms_key_go_with_every_request_that_takes_them() {
    let key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";
    let options = BucketOptions {
        requester_pays: true,
        expected_owner: Some("111122223333".to_owned()),
        kms_key: Some(key.to_owned()),
    };
    for call in every_kind_of_request(&options).await {
        let header = |name: &str| call.headers.get(name).map(String::as_str);
        assert_eq!((header(PAYER), header(OWNER)), (Some("requester"), Some("111122223333")), "{call:?}");
        let makes = matches!(call.operation, Operation::Put | Operation::CreateUpload);
        let expected = if makes { (Some("aws:kms"), Some(key)) } else { (None, None) };
        assert_eq!((header(ENCRYPTION), header(KMS_KEY)), expected, "{call:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_object_is_created_only_if_it_is_absent_and_with_a_checksum() {
    for call in every_kind_of_request(&BucketOptions::default()).await {
        let header = |name: &str| call.headers.get(name).map(String::as_str);
        let creates = matches!(call.operation, Operation::Put | Operation::CompleteUpload);
        assert_eq!(header("if-none-match"), creates.then_some("*"), "{call:?}");
        let sends = matches!(call.operation, Operation::Put | Operation::UploadPart);
        assert_eq!(header("x-amz-checksum-crc32").is_some(), sends, "{call:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_options_no_request_says_anything_of_them() {
    for call in every_kind_of_request(&BucketOptions::default()).await {
        for name in [PAYER, OWNER, ENCRYPTION, KMS_KEY] {
            assert!(!call.headers.contains_key(name), "{call:?}");
        }
    }
}
