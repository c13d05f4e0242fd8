//! The storage port's conformance suite and a day of the daily stage, over an S3 that shares no code with Trailmill.
//! Called by `scripts/check-servers`.
//!
//! `conformance [--signatures] [--faults] ENDPOINT REGION ACCESS_KEY SECRET_KEY BUCKET`
//!
//! With `--signatures` a wrong secret must be refused. With `--faults` the endpoint is one that fails on purpose: what a
//! retry cannot hide is left out. Nothing is read from the environment. Each check prints a line; the first that fails
//! ends it with status 1.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a check fails by a panic, as a test does")]

#[path = "../tests/made_day/mod.rs"]
mod made_day;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_s3::error::ProvideErrorMetadata;
use bytes::Bytes;
use lake_aws::{BucketOptions, Connection, S3Store};
use lake_store::{Created, Depth, ErrorKind, Limit, Retry, Store, conformance, list_all, with_causes};

const USAGE: &str =
    "conformance [--signatures] [--faults] [--without=CHECK]… ENDPOINT REGION ACCESS_KEY SECRET_KEY BUCKET";
/// Calls under way at once.
const CALLS: usize = 16;
/// Keys a page of the listings that must have many pages.
const SMALL_PAGE: i32 = 100;

/// The server, and where on it.
#[derive(Debug, Clone)]
struct Place {
    connection: Connection,
    bucket: String,
}

impl Place {
    /// A prefix of the bucket, without retries.
    fn bare(&self, prefix: &str) -> S3Store {
        let location = format!("s3://{}/{prefix}", self.bucket).parse().unwrap();
        S3Store::new(self.connection.client(), location, BucketOptions::default())
    }

    /// Makes the bucket where there is none.
    async fn make_bucket(&self) -> String {
        let asked = || self.connection.client().create_bucket().bucket(&self.bucket).send();
        // a bucket is no object of the port, so that Retry is not there for it
        for _ in 0..8 {
            match asked().await {
                Ok(_) => return format!("made {}", self.bucket),
                Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => {
                    return format!("{} is there", self.bucket);
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        panic!("cannot make {}: {:?}", self.bucket, asked().await);
    }

    /// Another secret is refused at once, in one line that says what to do.
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
            assert!(!line.contains('\n') && line.contains("check the credentials"), "{line}");
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

/// As the command has it, with shorter pauses.
fn layered(store: S3Store) -> Arc<dyn Store> {
    let retried = Retry::new(Limit::new(store, CALLS));
    Arc::new(retried.pauses(Duration::from_millis(5), Duration::from_millis(50)))
}

/// Awaits a check and prints what it says; false where it failed, for which its panic has given the reason.
async fn check(name: &str, check: impl Future<Output = String> + Send + 'static) -> bool {
    let started = Instant::now();
    let said = tokio::spawn(check).await;
    match &said {
        Ok(said) => println!("  {name}: {said} ({:.1} s)", started.elapsed().as_secs_f64()),
        Err(_) => eprintln!("  {name}: FAILED"),
    }
    said.is_ok()
}

/// A check that a place makes of itself.
macro_rules! check {
    ($place:expr, $name:ident) => {
        check(stringify!($name), {
            let place = $place.clone();
            async move { place.$name().await }
        })
        .await
    };
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    // the message and its place; a backtrace of a check says nothing more
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let (flags, given): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let Ok([endpoint, region, access_key, secret_key, bucket]) = <[String; 5]>::try_from(given) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let flag = |name: &str| flags.iter().any(|flag| flag == name);
    let (signatures, faults) = (flag("--signatures"), flag("--faults"));
    let left_out: Vec<&'static str> = flags
        .iter()
        .filter_map(|flag| flag.strip_prefix("--without="))
        .map(|name| &*name.to_owned().leak())
        .collect();
    let place = Place { connection: Connection { endpoint, region, access_key, secret_key }, bucket };

    let suite = |store: S3Store| {
        let left_out = left_out.clone();
        async move {
            conformance::suite_without(layered(store), &left_out).await;
            "conforms".to_owned()
        }
    };
    let good = check!(place, make_bucket)
        && (!signatures || check!(place, wrong_secret))
        && check("the bucket", suite(place.bare(""))).await
        && check("a prefix in small pages", suite(place.bare("a prefix/+%é").with_page_size(SMALL_PAGE))).await
        // a page of uploads that fails after some were abandoned is counted too low, and the port says so
        && (faults || (check!(place, uploads_in_pages) && check!(place, replaced)))
        && check!(place, day);
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
