//! Denied requests: one line names the request and says what to do, nothing is committed, and the next run recovers. One log file
//! that is not given out is named, and the others are committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use lake::{Journal, Outcome, Verdict};
use lake_store::with_causes;
use testkit::s3::{Fault, Operation};

use crate::buckets::{Buckets, key, of, partition};

/// Enough files for several parts.
const FILES: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_object_that_is_not_given_out_is_named_and_the_others_are_committed() {
    for (status, code, reason) in [
        (403, "AccessDenied", "access_denied"),
        (403, "InvalidObjectState", "archived"),
        (400, "KMS.DisabledException", "encryption_key"),
    ] {
        let buckets = Buckets::new();
        buckets.deliver(FILES, 1);
        let refused = key(0, "eu-west-1", "2026/11/22", &format!("{:05}", FILES / 2));
        let asked = refused.clone();
        buckets.server.fault(move |call, _| {
            let refused = call.operation == Operation::Get && call.key.ends_with(&asked);
            refused.then_some(Fault::Fail(status, code))
        });
        let totals = buckets.commit().await.totals;
        assert_eq!(buckets.server.faults_happened(), 1, "it was asked for again");
        assert_eq!((totals.files_ok, totals.files_unreadable), (FILES as u64 - 1, 1));
        let state = Journal::new(buckets.lake.clone(), partition()).read().await.unwrap();
        let Verdict::Unreadable(why) = state.inputs.get(&refused).unwrap().verdict else { panic!("{code}") };
        assert!(why.reason == reason && why.detail.contains(code), "{why:?}");
        assert_eq!(buckets.try_run().await.unwrap(), Outcome::UpToDate, "{code}: it is still refused");

        buckets.server.no_faults();
        assert_eq!(buckets.commit().await.totals.files_in, 1);
        buckets.assert_holds(FILES).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_gives_out_no_log_file_stops_the_run_by_name_and_leaves_no_upload() {
    let buckets = Buckets::new();
    buckets.deliver(FILES, 1);
    buckets.server.fault(|call, _| {
        let denied = call.operation == Operation::Get && call.key.contains("AWSLogs/");
        denied.then_some(Fault::Fail(403, "AccessDenied"))
    });
    let first = key(0, "eu-west-1", "2026/11/22", "00000");
    buckets.refused(&["cannot fetch a log file", &first, "AccessDenied", "policy"]).await;
    assert_eq!(buckets.server.uploads_in_progress("lake"), 0);

    buckets.server.no_faults();
    buckets.commit().await;
    buckets.assert_holds(FILES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_expire_between_log_files_stop_the_run_and_no_file_is_called_unreadable() {
    let buckets = Buckets::new();
    buckets.deliver(FILES, 1);
    buckets.server.fault(|call, number| {
        let is_late = call.operation == Operation::Get && number > FILES as u64 / 2;
        is_late.then_some(Fault::Fail(400, "ExpiredToken"))
    });
    buckets.refused(&["cannot fetch a log file", "ExpiredToken", "renew the credentials"]).await;
    let calls = buckets.server.take_calls();
    assert!(of(&calls, Operation::CreateUpload).len() > 1, "parts were in progress");
    assert_eq!(buckets.server.uploads_in_progress("lake"), 0);

    buckets.server.no_faults();
    buckets.commit().await;
    buckets.assert_holds(FILES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_expire_before_any_request_of_a_run_leave_nothing_that_counts() {
    for spared in 0.. {
        let buckets = Buckets::new();
        buckets.deliver(8, 2);
        // every later request fails, too, those of the cleanup included
        buckets.server.fault(move |_, number| (number >= spared).then_some(Fault::Fail(400, "ExpiredToken")));
        let Err(error) = buckets.try_run().await else {
            assert!(spared > 20, "only {spared} requests");
            return;
        };
        let error = format!("after {spared}: {}", with_causes(&error));
        assert!(error.contains("renew the credentials") && !error.contains('\n'), "{error}");
        // orphans, the window named in docs/guide/guarantees.md: the next run sweeps them
        if error.contains(&partition().journal_key(2)) {
            buckets.assert_no_commit(&error);
        } else {
            buckets.assert_nothing_counts(&error);
        }
        buckets.server.no_faults();
        buckets.commit().await;
        buckets.assert_holds(8).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_kms_key_is_reported_in_one_line_and_nothing_is_committed() {
    for (fault, advice) in [
        (Fault::Fail(403, "AccessDenied"), "policy"),
        (Fault::Fail(400, "KMS.DisabledException"), "check the KMS key"),
    ] {
        let Fault::Fail(_, code) = fault else { unreachable!() };
        let buckets = Buckets::new();
        buckets.deliver(FILES, 1);
        let begun = Arc::new(AtomicBool::new(false));
        // the first part may be started, no other
        buckets.server.fault(move |call, _| {
            let denied = call.operation == Operation::CreateUpload && begun.swap(true, SeqCst);
            denied.then_some(fault)
        });
        let words = ["cannot write a part to the lake", "part-000001-0001.ndjson.gz", code, advice];
        buckets.refused(&words).await;
        assert_eq!(buckets.server.uploads_in_progress("lake"), 0, "{code}");

        buckets.server.no_faults();
        buckets.commit().await;
        buckets.assert_holds(FILES).await;
    }
}
