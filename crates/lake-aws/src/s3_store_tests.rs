use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use lake_store::{ErrorKind, Unreadable, conformance, list_all};
use testkit::s3::{Call, Fault, Operation, S3Server};

use super::*;
use crate::Connection;
use crate::testing::world::{BUCKET, Failing, assert_said, bare, connection, retried, server, top};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_conforms() {
    let server = server();
    conformance::suite(retried(top(&server))).await;
    assert_eq!(server.uploads_in_progress(BUCKET), 0);
}

#[tokio::test]
async fn a_prefix_of_a_bucket_with_pages_of_two_keys_conforms() {
    let server = server();
    conformance::suite(retried(bare(&server, "s3://lake/a prefix/+%é/").with_page_size(2))).await;
}

/// Faults of a request that retries hide. The port documents the lost responses that they do not hide: a put-if-absent finds
/// its own object, an upload is left behind, an abandoned upload is not counted.
fn harmless(call: &Call, number: u64) -> Fault {
    let anyhow = [
        Fault::Fail(503, "SlowDown"),
        Fault::Fail(500, "InternalError"),
        Fault::Reset,
        Fault::Slow(Duration::from_millis(20)),
    ];
    let read = [Fault::ReplyLost, Fault::ShortBody, Fault::DoneThenFail(500, "InternalError")];
    let pick = |from: &[Fault]| from[usize::try_from(number).unwrap() / 7 % from.len()];
    match call.operation {
        Operation::Put | Operation::CreateUpload | Operation::AbortUpload => pick(&anyhow),
        _ => pick(&[&anyhow[..], &read].concat()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_fails_again_and_again_conforms() {
    let rounds = [3, 10].map(|every| async move {
        let server = server();
        server.fault(move |call, number| {
            // a second try of `abandon_staged` counts only the uploads that are left
            let spared = call.operation == Operation::AbortUpload;
            (number % every == every - 1 && !spared).then(|| harmless(call, number))
        });
        conformance::suite(retried(top(&server))).await;
        assert!(server.faults_happened() > 500, "{every}: {}", server.faults_happened());
    });
    futures::future::join_all(rounds).await;
}

#[tokio::test]
async fn a_conflict_of_two_creations_is_tried_again() {
    let server = server();
    server.fault(|_, number| (number < 2).then_some(Fault::Fail(409, "ConditionalRequestConflict")));
    let store = retried(top(&server));
    assert_eq!(store.create_new("key", "mine".into()).await.unwrap(), Created::Yes);
    assert_eq!(server.faults_happened(), 2);

    server.fault(|_, number| (number == 0).then_some(Fault::Fail(409, "ConditionalRequestConflict")));
    assert_eq!(store.create_new("key", "theirs".into()).await.unwrap(), Created::Exists);
    assert_eq!(store.get("key", None).await.unwrap(), "mine");
}

#[tokio::test]
async fn a_creation_whose_reply_was_lost_finds_its_own_object() {
    let server = server();
    for (key, fault) in [("cut", Fault::ReplyLost), ("failed", Fault::DoneThenFail(500, "InternalError"))] {
        server.fault(move |_, number| (number == 0).then_some(fault));
        let store = retried(top(&server));
        assert_eq!(store.create_new(key, "mine".into()).await.unwrap(), Created::Exists);
        assert_eq!(store.get(key, None).await.unwrap(), "mine");
    }
}

#[tokio::test]
async fn an_object_replaced_after_it_was_listed_has_changed() {
    let server = server();
    let store = top(&server);
    server.put(BUCKET, "key", "one");
    let listed = list_all(&store, "", Depth::All).await.unwrap().objects.pop().unwrap();
    assert_eq!(store.get("key", Some(&listed.etag)).await.unwrap(), "one");
    server.put(BUCKET, "key", "two");
    let error = store.get("key", Some(&listed.etag)).await.unwrap_err();
    assert_said(&error, ErrorKind::Changed, &["cannot read key: it was replaced after it was listed"]);
}

#[tokio::test]
async fn a_body_that_ends_early_is_never_taken_for_the_whole() {
    let server = server();
    server.put(BUCKET, "key", vec![7; 100_000]);
    server.fault(|_, number| (number == 0).then_some(Fault::ShortBody));
    assert_eq!(top(&server).get("key", None).await.unwrap_err().kind, ErrorKind::Transient);
    server.fault(|_, number| (number == 0).then_some(Fault::ShortBody));
    assert_eq!(retried(top(&server)).get("key", None).await.unwrap().len(), 100_000);
}

#[tokio::test]
async fn permanent_errors_are_reported_at_once_in_one_line() {
    let server = server();
    use ErrorKind::{Denied, Permanent};
    let cases = [
        (Fault::Fail(403, "AccessDenied"), Denied, Some(Unreadable::AccessDenied), "policy"),
        (Fault::Fail(400, "ExpiredToken"), Denied, None, "renew the credentials"),
        (Fault::Fail(403, "InvalidAccessKeyId"), Denied, None, "check the credentials"),
        (Fault::Fail(403, "InvalidObjectState"), Permanent, Some(Unreadable::Archived), "restore it first"),
        (Fault::Fail(301, "PermanentRedirect"), Permanent, None, "AWS_REGION"),
        (Fault::Fail(400, "KMS.DisabledException"), Denied, Some(Unreadable::EncryptionKey), "KMS key"),
    ];
    for (fault, kind, unreadable, advice) in cases {
        let store = retried(top(&server));
        let Fault::Fail(_, code) = fault else { unreachable!() };
        server.fault(move |_, _| Some(fault));
        let words = ["key", code, "The fault of this test", advice];
        let of_a_read = unreadable.map_or(kind, ErrorKind::Unreadable);
        assert_said(&store.get("key", None).await.unwrap_err(), of_a_read, &words);
        assert_said(&store.create_new("key", "".into()).await.unwrap_err(), kind, &words);
        assert_said(&store.list("key", Depth::All, None).await.unwrap_err(), kind, &words);
        assert_said(&store.stage("key").await.unwrap_err(), kind, &words);
        assert_eq!(server.faults_happened(), 4, "{code} was tried again");
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_no_missing_object() {
    let server = server();
    let store = retried(bare(&server, "s3://no-lake"));
    let words = ["NoSuchBucket", "check the name of the bucket"];
    assert_said(&store.get("key", None).await.unwrap_err(), ErrorKind::Permanent, &words);
    assert_said(&store.list("", Depth::All, None).await.unwrap_err(), ErrorKind::Permanent, &words);
    assert_said(&store.delete("key").await.unwrap_err(), ErrorKind::Permanent, &words);
    assert_said(&store.create_new("key", "".into()).await.unwrap_err(), ErrorKind::Permanent, &words);
}

#[tokio::test]
async fn a_wrong_secret_is_denied() {
    let server = server();
    let client = Connection { secret_key: "wrong".into(), ..connection(&server) }.client();
    let store = S3Store::new(client, "s3://lake".parse().unwrap(), BucketOptions::default());
    let error = store.get("key", None).await.unwrap_err();
    assert_said(&error, ErrorKind::Denied, &["SignatureDoesNotMatch", "check the credentials"]);
}

#[tokio::test]
async fn a_stopped_server_is_retried_and_then_reported() {
    let gone: S3Server = server();
    let store = retried(top(&gone));
    drop(gone);
    let error = store.get("key", None).await.unwrap_err();
    assert_said(&error, ErrorKind::Transient, &["gave up after 8 tries", "no response"]);
}

#[tokio::test]
async fn markers_of_empty_folders_are_no_objects() {
    let server = server();
    for key in ["in/", "in/folder/", "in/object"] {
        server.put(BUCKET, key, "");
    }
    let store = bare(&server, "s3://lake/in");
    let listed = list_all(&store, "", Depth::All).await.unwrap();
    let keys: Vec<_> = listed.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["object"]);
}

#[tokio::test]
async fn keys_that_xml_cannot_hold_are_listed_and_their_uploads_abandoned() {
    let server = server();
    let store = top(&server).with_page_size(1);
    let keys = ["a\r", "a\r\n/b", "a\u{1}"];
    for key in keys {
        store.create_new(key, "".into()).await.unwrap();
    }
    // the response that starts an upload has its key in XML, too, and cannot encode it
    let unreadable = store.stage("a\u{1}").await.unwrap_err();
    assert_said(&unreadable, ErrorKind::Transient, &["the response cannot be read"]);
    store.stage("a\r\n/b").await.unwrap();
    let listed = list_all(&store, "", Depth::All).await.unwrap();
    let mut names: Vec<_> = listed.objects.iter().map(|object| object.key.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a\u{1}", "a\r", "a\r\n/b"]);
    assert_eq!(list_all(&store, "", Depth::Level).await.unwrap().prefixes, ["a\r\n/"]);
    assert_eq!(store.abandon_staged("a").await.unwrap(), 2);
    assert_eq!(server.uploads_in_progress(BUCKET), 0);
}

#[tokio::test]
async fn missing_credentials_are_reported_without_a_request() {
    let server = server();
    let store = |provider| {
        let config = connection(&server).client().config().to_builder();
        let client = Client::from_conf(config.credentials_provider(Failing(provider)).build());
        S3Store::new(client, "s3://lake".parse().unwrap(), BucketOptions::default())
    };
    let none = store(|| CredentialsError::not_loaded("nothing in the chain"));
    let words = ["no credentials: set AWS_PROFILE", "nothing in the chain"];
    assert_said(&none.get("key", None).await.unwrap_err(), ErrorKind::Denied, &words);
    let slow = store(|| CredentialsError::provider_timed_out(Duration::from_secs(5)));
    assert_eq!(slow.get("key", None).await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(server.take_calls(), []);
}

#[tokio::test]
async fn an_object_is_read_with_its_metadata_and_the_time_of_its_writing() {
    let server = server();
    let client = connection(&server).client();
    let put = client.put_object().bucket(BUCKET).key("a b/ü").body(Vec::from("text").into());
    put.metadata("signature", "0a1b").metadata("signature-algorithm", "SHA256withRSA").send().await.unwrap();
    let object = top(&server).get_described("a b/ü").await.unwrap();
    assert_eq!(object.body, "text");
    assert_eq!(object.metadata["signature"], "0a1b");
    assert_eq!(object.metadata.len(), 2, "{:?}", object.metadata);
    assert_eq!(object.written, Some(std::time::SystemTime::UNIX_EPOCH), "the time of the server");
    let error = top(&server).get_described("missing").await.unwrap_err();
    assert_said(&error, ErrorKind::NotFound, &["missing"]);
}
