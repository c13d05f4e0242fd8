use lake_store::{Depth, Store, list_all};
use testkit::s3::{Fault, Operation};

use super::*;
use crate::testing::world::{BUCKET, assert_said, retried, server, top};

/// A sealed upload of a body, behind retries.
async fn sealed(store: &dyn Store, key: &str, body: Bytes) -> Box<dyn StagedUpload> {
    let mut upload = store.stage(key).await.unwrap();
    upload.write(body).await.unwrap();
    upload.seal().await.unwrap();
    upload
}

#[tokio::test]
async fn a_publication_whose_reply_was_lost_is_found_to_be_made() {
    let server = server();
    let store = retried(top(&server));
    for (key, fault) in [("cut", Fault::ReplyLost), ("failed", Fault::DoneThenFail(500, "InternalError"))] {
        let mut upload = sealed(&*store, key, "content".into()).await;
        server.fault(move |_, number| (number == 0).then_some(fault));
        upload.publish().await.unwrap();
        assert_eq!(server.faults_happened(), 1);
        server.no_faults();
        assert_eq!(store.get(key, None).await.unwrap(), "content");
    }
}

#[tokio::test]
async fn an_error_inside_a_good_answer_publishes_nothing_and_is_tried_again() {
    let server = server();
    let mut upload = sealed(&top(&server), "key", "content".into()).await;
    server.fault(|_, number| (number == 0).then_some(Fault::Fail(200, "InternalError")));
    let error = upload.publish().await.unwrap_err();
    assert_said(&error, ErrorKind::Transient, &["InternalError"]);
    assert_eq!(list_all(&top(&server), "", Depth::All).await.unwrap().objects, []);
    upload.publish().await.unwrap();
    assert_eq!(top(&server).get("key", None).await.unwrap(), "content");
}

#[tokio::test]
async fn an_abandoned_upload_is_not_taken_for_published_because_another_object_has_its_key() {
    let server = server();
    let store = top(&server);
    let mut mine = sealed(&store, "key", "mine".into()).await;
    let mut theirs = sealed(&store, "key", "theirs".into()).await;
    theirs.publish().await.unwrap();
    assert_eq!(store.abandon_staged("").await.unwrap(), 1);
    assert_eq!(mine.publish().await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(store.get("key", None).await.unwrap(), "theirs");
}

#[tokio::test]
async fn an_upload_never_replaces_an_object() {
    let server = server();
    let store = top(&server);
    let mut mine = sealed(&store, "key", "mine".into()).await;
    store.create_new("key", "theirs".into()).await.unwrap();
    assert_eq!(mine.publish().await.unwrap_err().kind, ErrorKind::Changed);
    assert_eq!(store.get("key", None).await.unwrap(), "theirs");
}

#[tokio::test]
async fn a_part_whose_reply_was_lost_is_in_the_object_once() {
    let server = server();
    let store = retried(top(&server));
    let body: Vec<u8> = (0..20_u8).flat_map(|number| vec![number; 1 << 20]).collect();
    server.fault(|call, number| {
        (call.operation == Operation::UploadPart && number % 2 == 1).then_some(Fault::ReplyLost)
    });
    let mut upload = store.stage("key").await.unwrap();
    for chunk in body.chunks(3_000_000) {
        upload.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    assert!(server.faults_happened() > 0);
    server.no_faults();
    assert!(store.get("key", None).await.unwrap() == body);
}

#[tokio::test]
async fn a_failed_part_is_reported_by_the_next_call_and_sent_again() {
    let server = server();
    let body: Vec<u8> = (0..17_u8).flat_map(|number| vec![number; 1 << 20]).collect();
    let (first, rest) = body.split_at(PART_BYTES);
    let (second, third) = rest.split_at(PART_BYTES);
    let [first, second, third] = [first, second, third].map(Bytes::copy_from_slice);
    for failing in [0, 1, 2] {
        let store = top(&server);
        let mut upload = store.stage("key").await.unwrap();
        server.fault(move |_, number| (number == failing).then_some(Fault::Fail(503, "SlowDown")));
        let mut failed = 0;
        for chunk in [&first, &second, &third] {
            while let Err(error) = upload.write(chunk.clone()).await {
                assert_eq!(error.kind, ErrorKind::Throttled);
                failed += 1;
            }
        }
        while upload.seal().await.is_err() {
            failed += 1;
        }
        assert_eq!(failed, 1, "part {failing}");
        server.no_faults();
        upload.seal().await.unwrap();
        upload.publish().await.unwrap();
        assert!(store.get("key", None).await.unwrap() == body, "part {failing}");
        store.delete("key").await.unwrap();
    }
}

#[tokio::test]
async fn an_upload_aborted_while_a_part_is_sent_leaves_nothing() {
    let server = server();
    server.fault(|call, _| {
        let part = call.operation == Operation::UploadPart;
        part.then_some(Fault::Slow(std::time::Duration::from_millis(50)))
    });
    let mut upload = top(&server).stage("key").await.unwrap();
    upload.write(vec![7; PART_BYTES].into()).await.unwrap();
    upload.abort().await.unwrap();
    let operations: Vec<Operation> = server.take_calls().iter().map(|call| call.operation).collect();
    assert_eq!(operations, [Operation::CreateUpload, Operation::UploadPart, Operation::AbortUpload]);
    assert_eq!(server.uploads_in_progress(BUCKET), 0);
}

#[tokio::test]
async fn every_upload_of_many_pages_is_abandoned_and_no_other() {
    let server = server();
    let store = top(&server).with_page_size(2);
    for number in 0..7 {
        store.stage(&format!("in/{number}")).await.unwrap();
        store.stage("in/same").await.unwrap();
    }
    store.stage("into").await.unwrap();
    server.take_calls();
    assert_eq!(store.abandon_staged("in/").await.unwrap(), 14);
    let pages = server.take_calls().iter().filter(|call| call.operation == Operation::ListUploads).count();
    assert_eq!(pages, 7);
    assert_eq!(server.uploads_in_progress(BUCKET), 1);
}
