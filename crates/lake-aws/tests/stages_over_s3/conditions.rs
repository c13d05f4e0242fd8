//! Stores that ignore `If-None-Match`: for puts they are refused, for completions they do no harm.

use lake_store::with_causes;
use testkit::s3::Operation;

use crate::buckets::Buckets;

const FILES: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_ignores_conditions_of_puts_is_refused_before_anything_is_claimed() {
    let buckets = Buckets::new();
    buckets.deliver(FILES, 1);
    buckets.server.ignore_conditions("lake", Operation::Put);
    let refused = "the store ignores If-None-Match";
    let error = with_causes(&buckets.try_run().await.unwrap_err());
    assert!(error.contains(refused), "{error}");
    // each process opens the lake before its first run
    let error = with_causes(&lake::open_lake(&*buckets.lake, None).await.unwrap_err());
    assert!(error.contains(refused), "{error}");
    let keys: Vec<String> = buckets.server.objects("lake").into_keys().collect();
    assert_eq!(keys, [format!("a/b/{}", lake::LAKE_FILE)]);
}

/// Part names carry the number of their claim, so no two attempts publish to one key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_runs_do_no_harm_on_a_store_that_ignores_conditions_of_completions() {
    let buckets = Buckets::new();
    buckets.server.ignore_conditions("lake", Operation::CompleteUpload);
    for more in 1..=3 {
        buckets.deliver(FILES * more, 2);
        let runs = (0..4).map(|_| buckets.try_run());
        let ended = futures::future::join_all(runs).await;
        assert!(ended.iter().any(Result::is_ok), "{ended:?}");
        while !matches!(buckets.try_run().await.unwrap(), lake::Outcome::UpToDate) {}
        buckets.assert_holds(FILES * more).await;
    }
}
