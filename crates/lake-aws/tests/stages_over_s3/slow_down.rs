//! A bucket that throttles.

use testkit::s3::Fault;

use crate::buckets::{Buckets, tally};

const FILES: usize = 1_500;
/// The number of requests after which the bucket no longer throttles.
const FOR_A_WHILE: u64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_over_a_bucket_that_throttles_is_right_and_costs_one_request_more_for_each_it_refused() {
    let [quiet, throttled] = [Buckets::new(), Buckets::new()];
    for buckets in [&quiet, &throttled] {
        buckets.deliver(FILES, 30);
    }
    let expected = quiet.commit().await;
    let calls = quiet.server.take_calls();

    // three requests in ten
    let busy = |number: u64| number < FOR_A_WHILE && number * 7 % 10 < 3;
    throttled.server.fault(move |_, number| busy(number).then_some(Fault::Fail(503, "SlowDown")));
    let committed = throttled.commit().await;
    let refused = usize::try_from(throttled.server.faults_happened()).unwrap();
    let more_calls = throttled.server.take_calls();
    eprintln!("quiet: {} requests, {:?}", calls.len(), tally(&calls));
    eprintln!("throttled: {} requests, {refused} refused, {:?}", more_calls.len(), tally(&more_calls));

    assert_eq!(committed, expected);
    throttled.assert_holds(FILES).await;
    assert!(refused >= 500, "{refused} of {} requests were refused", more_calls.len());
    assert_eq!(more_calls.len(), calls.len() + refused, "each refusal costs one request");
    assert!(more_calls.len() * 10 <= calls.len() * 16, "more than 1.6 times the requests");
}
