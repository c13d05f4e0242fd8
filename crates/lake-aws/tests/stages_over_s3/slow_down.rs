//! A bucket that throttles.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::StreamExt;
use lake_aws::BucketOptions;
use lake_store::{Limit, Retry, Store};
use testkit::s3::{Fault, S3Server};
use testkit_stores::bucket;

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

/// A prefix of S3 serves 5,500 reads a second. This bucket serves a tenth, since eight clients in a test cannot ask for more.
const READS_A_SECOND: f64 = 550.0;

/// As many reads as a prefix serves in a second at the beginning, then as time goes by.
struct Prefix {
    left: f64,
    at: Instant,
}

impl Prefix {
    fn serves(&mut self) -> bool {
        let now = Instant::now();
        let more = (now - self.at).as_secs_f64() * READS_A_SECOND;
        (self.left, self.at) = ((self.left + more).min(READS_A_SECOND / 10.0), now);
        let serves = self.left >= 1.0;
        self.left -= f64::from(u8::from(serves));
        serves
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: docs/internals/performance.md"]
async fn eight_clients_that_share_a_prefix_read_everything() {
    const CLIENTS: usize = 8;
    const OBJECTS: usize = 500;
    let server = S3Server::start(&["logs"]).unwrap();
    for number in 0..OBJECTS {
        server.put("logs", &format!("{number:04}"), "x");
    }
    server.set_latency(Duration::from_millis(15));
    let prefix = Mutex::new(Prefix { left: READS_A_SECOND / 10.0, at: Instant::now() });
    server.fault(move |_, _| (!prefix.lock().unwrap().serves()).then_some(Fault::Fail(503, "SlowDown")));
    let started = Instant::now();
    let clients = (0..CLIENTS).map(|_| {
        let store = bucket(&server, "s3://logs".parse().unwrap(), BucketOptions::default());
        let store = Retry::new(Limit::new(store, 256));
        tokio::spawn(async move {
            let reads = (0..OBJECTS).map(|number| {
                let store = store.clone();
                async move { store.get(&format!("{number:04}"), None).await.unwrap() }
            });
            futures::stream::iter(reads).buffer_unordered(256).count().await
        })
    });
    let read: usize = futures::future::join_all(clients).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(read, CLIENTS * OBJECTS);
    let refused = server.faults_happened();
    eprintln!("{read} reads, {refused} refused, in {:.1} s", started.elapsed().as_secs_f64());
}
