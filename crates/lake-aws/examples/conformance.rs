//! The storage port's conformance suite and a day of the daily stage, over an S3 that shares no code with Trailmill.
//! Called by `scripts/check servers`.
//!
//! `conformance [--signatures] [--faults] [--without=CHECK]… ENDPOINT REGION ACCESS_KEY SECRET_KEY BUCKET PREFIX`
//!
//! `conformance --queues [--without=CHECK]… ENDPOINT REGION ACCESS_KEY SECRET_KEY` runs the suite of the queue port instead,
//! over an SQS.
//!
//! With `--signatures` a wrong secret must be refused. `--without` leaves a check of the suite out, by its name. With
//! `--faults` the endpoint is one that fails on purpose: what a retry cannot hide is left out, and small pages, which
//! take long. Nothing is read from the environment. Each check prints a line; the first that fails ends it with status 1.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a check fails by a panic, as a test does")]

#[path = "../tests/stages_over_s3/made_day.rs"]
mod made_day;
#[path = "conformance/queues.rs"]
mod queues;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;
use lake_aws::{BucketOptions, Connection, S3Store};
use lake_store::{Created, Depth, ErrorKind, Limit, Retry, Store, conformance, list_all, with_causes};

const USAGE: &str = "conformance [--signatures] [--faults] [--without=CHECK]… \
    ENDPOINT REGION ACCESS_KEY SECRET_KEY BUCKET PREFIX
conformance --queues [--without=CHECK]… ENDPOINT REGION ACCESS_KEY SECRET_KEY";
/// The maximum of calls in progress at once.
const CALLS: usize = 16;
/// Keys a page of the listings that must have many pages.
const SMALL_PAGE: i32 = 100;

/// The server, and the bucket and prefix on it.
#[derive(Debug, Clone)]
struct Place {
    connection: Connection,
    bucket: String,
    /// Of the store that has one.
    prefix: String,
    /// Names of checks to leave out.
    left_out: Vec<String>,
}

impl Place {
    /// A prefix of the bucket, without retries.
    fn bare(&self, prefix: &str) -> S3Store {
        let location = format!("s3://{}/{prefix}", self.bucket).parse().unwrap();
        S3Store::new(self.connection.client(), location, BucketOptions::default())
    }

    /// Creates the bucket, which must not exist: objects of an earlier run would break checks.
    async fn make_bucket(&self) -> String {
        let region = self.connection.region.as_str();
        // S3 rejects the name of its first region here, and requires that of any other
        let place = (region != "us-east-1").then(|| {
            let constraint = BucketLocationConstraint::from(region);
            CreateBucketConfiguration::builder().location_constraint(constraint).build()
        });
        let client = self.connection.client();
        let asked = || {
            client.create_bucket().bucket(&self.bucket).set_create_bucket_configuration(place.clone()).send()
        };
        // a bucket is no object of the port, so that Retry is not there for it
        let mut refused = String::new();
        for _ in 0..8 {
            match asked().await {
                Ok(_) => return format!("made {}", self.bucket),
                Err(error) => refused = format!("{}", DisplayErrorContext(error)),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("cannot make {}, which must be a new bucket: {refused}", self.bucket);
    }

    /// The suite at the root of the bucket.
    async fn suite(&self) -> String {
        self.conforms(self.bare("")).await
    }

    /// The suite below a prefix, with small pages.
    async fn suite_below_prefix(&self) -> String {
        self.conforms(self.bare(&self.prefix).with_page_size(SMALL_PAGE)).await
    }

    async fn conforms(&self, store: S3Store) -> String {
        let left_out: Vec<&str> = self.left_out.iter().map(String::as_str).collect();
        conformance::suite_without(layered(store), &left_out).await;
        match left_out.as_slice() {
            [] => "conforms".to_owned(),
            names => format!("conforms without {}", names.join(", ")),
        }
    }

    /// A wrong secret is rejected at once, with one line of advice.
    async fn wrong_secret(&self) -> String {
        let connection = Connection { secret_key: "wrong".to_owned(), ..self.connection.clone() };
        let store = layered(Place { connection, ..self.clone() }.bare(""));
        let body = Bytes::from("forged");
        let errors = [
            store.get("key", None).await.unwrap_err(),
            store.list("", Depth::All, None).await.unwrap_err(),
            store.create_new("key", body).await.unwrap_err(),
            store.stage("key").await.unwrap_err(),
        ];
        for error in &errors {
            let line = with_causes(error);
            assert_eq!(error.kind, ErrorKind::Denied, "{line}");
            assert!(!line.contains('\n') && line.len() < 300, "{line}");
            for words in ["SignatureDoesNotMatch", "check the credentials"] {
                assert!(line.contains(words), "{line}");
            }
        }
        with_causes(&errors[0])
    }

    /// An object that a plain PUT replaces, as a delivery does, is no longer the one that was listed.
    async fn replaced(&self) -> String {
        let store = layered(self.bare("replaced"));
        assert_eq!(store.create_new("log", "one".into()).await.unwrap(), Created::Yes);
        let listed =
            || async { list_all(&*store, "log", Depth::All).await.unwrap().objects.pop().unwrap().etag };
        let (client, first) = (self.connection.client(), listed().await);
        let put = client.put_object().bucket(&self.bucket).key("replaced/log").body(b"two".to_vec().into());
        put.send().await.unwrap();
        let error = store.get("log", Some(&first)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Changed, "{}", with_causes(&error));
        assert_eq!(store.get("log", Some(&listed().await)).await.unwrap(), "two");
        assert_eq!(store.create_new("log", "three".into()).await.unwrap(), Created::Exists);
        with_causes(&error)
    }

    /// Uploads are abandoned over more than one page of them, and none but those.
    async fn uploads_in_pages(&self) -> String {
        let store = layered(self.bare("uploads").with_page_size(2));
        for key in ["a", "b", "b", "b", "c d", "é"] {
            store.stage(&format!("in/{key}")).await.unwrap();
        }
        store.stage("into").await.unwrap();
        for (prefix, expected) in [("in/", 6), ("in/", 0), ("", 1)] {
            assert_eq!(store.abandon_staged(prefix).await.unwrap(), expected, "uploads to {prefix:?}");
        }
        "6 uploads in pages of 2".to_owned()
    }

    /// The daily stage, from one prefix to another.
    async fn day(&self) -> String {
        let source = layered(self.bare("logs/trail").with_page_size(50));
        let lake = layered(self.bare("the/lake").with_page_size(50));
        made_day::fill(&source).await;
        let records = made_day::compare(&source, &lake).await;
        made_day::again(&source, &lake).await;
        format!("{records} records, as in memory")
    }
}

/// A store with the layers of the command, and shorter pauses.
fn layered(store: S3Store) -> Arc<dyn Store> {
    let retried = Retry::new(Limit::new(store, CALLS));
    Arc::new(retried.pauses(Duration::from_millis(5), Duration::from_millis(50)))
}

/// Awaits a check and prints its result; false if it failed, after its panic printed the reason.
async fn check(name: &str, check: impl Future<Output = String> + Send + 'static) -> bool {
    let started = Instant::now();
    let said = tokio::spawn(check).await;
    match &said {
        Ok(said) => println!("  {name}: {said} ({:.1} s)", started.elapsed().as_secs_f64()),
        Err(_) => eprintln!("  {name}: FAILED"),
    }
    said.is_ok()
}

/// A check of a location.
macro_rules! check {
    ($place:expr, $name:ident) => {
        check(stringify!($name), {
            let place = $place.clone();
            async move { place.$name().await }
        })
        .await
    };
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::FAILURE
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    // the message and its place; a backtrace of a check says nothing more
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let (flags, given): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let flag = |name: &str| flags.iter().any(|flag| flag == name);
    let (signatures, faults) = (flag("--signatures"), flag("--faults"));
    let left_out: Vec<String> =
        flags.iter().filter_map(|flag| flag.strip_prefix("--without=")).map(str::to_owned).collect();
    let (connection, bucket, prefix) = match <[String; 6]>::try_from(given) {
        Ok([endpoint, region, access_key, secret_key, bucket, prefix]) if !flag("--queues") => {
            (Connection { endpoint, region, access_key, secret_key }, bucket, prefix)
        }
        Ok(_) => return usage(),
        Err(given) => {
            let (true, Ok([endpoint, region, access_key, secret_key])) =
                (flag("--queues"), <[String; 4]>::try_from(given))
            else {
                return usage();
            };
            let connection = Connection { endpoint, region, access_key, secret_key };
            let good = check("queues", queues::suite(connection, left_out)).await;
            return if good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let place = Place { connection, bucket, prefix, left_out };

    let good = check!(place, make_bucket)
        && (!signatures || check!(place, wrong_secret))
        && if faults {
            check!(place, suite)
        } else {
            // concurrently, since some servers take long for a race
            let (top, below) = (place.clone(), place.clone());
            let both = tokio::join!(
                check("suite", async move { top.suite().await }),
                check("suite_below_prefix", async move { below.suite_below_prefix().await }),
            );
            both == (true, true) && check!(place, uploads_in_pages) && check!(place, replaced)
        }
        && check!(place, day);
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
