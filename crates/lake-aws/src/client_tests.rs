use job_queue::{NewMessage, Queue};
use lake_store::{Depth, with_causes};
use testkit::s3::{Fault, Operation, S3Server};

use super::*;
use crate::testing::world::{BUCKET, Queues, connection, queue_connection, queues, server};

fn location() -> S3Location {
    S3Location { bucket: BUCKET.to_owned(), prefix: String::new() }
}

#[tokio::test]
async fn a_bucket_says_its_region_also_to_whom_it_refuses() {
    let server = server();
    let client = Connection { region: "us-west-2".to_owned(), ..connection(&server) }.client();
    let options = BucketOptions { expected_owner: Some("111122223333".to_owned()), ..Default::default() };
    for fault in [None, Some(Fault::Fail(301, "PermanentRedirect")), Some(Fault::Fail(403, "AccessDenied"))] {
        server.fault(move |_, _| fault);
        let region = region_of(&client, &location(), &options).await.unwrap();
        assert_eq!(region.as_deref(), Some(S3Server::REGION), "{fault:?}");
    }
    for call in server.take_calls() {
        assert_eq!(call.operation, Operation::HeadBucket);
        assert_eq!(call.headers["x-amz-expected-bucket-owner"], "111122223333");
    }
}

#[tokio::test]
async fn who_cannot_be_asked_says_no_region() {
    let server = server();
    let client = connection(&server).client();
    let arn = "arn:aws:s3:eu-west-1:111122223333:accesspoint/logs".to_owned();
    let access_point = S3Location { bucket: arn, ..location() };
    assert_eq!(region_of(&client, &access_point, &BucketOptions::default()).await.unwrap(), None);
    assert_eq!(server.take_calls(), []);
    drop(server);
    assert_eq!(region_of(&client, &location(), &BucketOptions::default()).await.unwrap(), None);
}

/// A session with these variables in the environment.
fn session(endpoint: Option<&str>, region: Option<&str>) -> Session {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
            queue_connection(&queues().server).credentials(),
        ));
    config.set_endpoint_url(endpoint.map(str::to_owned));
    config.set_region(region.map(|region| Region::new(region.to_owned())));
    Session::of(config.build())
}

/// The region that the requests of a session to the queue of a URL are signed for.
async fn signed_for(session: &Session, queues: &Queues, url: &str) -> String {
    let queue = session.queue(url).unwrap();
    let answers = queue.send(&[NewMessage::new("body", "group")]).await;
    answers.unwrap_or_else(|error| panic!("{}", with_causes(&error))).remove(0).unwrap();
    queues.server.take_calls().remove(0).region
}

#[tokio::test]
async fn a_queue_is_where_its_url_says() {
    let queues = queues();
    let url = queues.server.url("jobs");
    assert_eq!(signed_for(&session(None, None), &queues, &url).await, FIRST_REGION);
    assert_eq!(signed_for(&session(None, Some("eu-west-1")), &queues, &url).await, "eu-west-1");
    assert_eq!(queues.standard.bodies().len(), 2);
}

#[tokio::test]
async fn an_endpoint_of_ones_own_is_where_every_queue_is() {
    let queues = queues();
    let endpoint = queues.server.endpoint();
    let at_aws = "https://sqs.eu-north-1.amazonaws.com/123456789012/jobs";
    let own = session(Some(&endpoint), Some("eu-west-1"));
    assert_eq!(signed_for(&own, &queues, at_aws).await, "eu-west-1");
    assert_eq!(signed_for(&session(Some(&endpoint), None), &queues, at_aws).await, "eu-north-1");
    let elsewhere = "http://localhost:1/123456789012/jobs";
    assert_eq!(signed_for(&session(Some(&endpoint), None), &queues, elsewhere).await, FIRST_REGION);
}

#[tokio::test]
async fn a_queue_at_aws_is_reached_in_the_region_of_its_url() {
    for (url, region) in [
        ("https://sqs.eu-north-1.amazonaws.com/123456789012/jobs", "eu-north-1"),
        ("https://vpce-0a1b.sqs.eu-south-1.vpce.amazonaws.com/123456789012/jobs", "eu-south-1"),
    ] {
        let queue = session(None, Some("eu-west-1")).queue(url).unwrap();
        assert_eq!(queue.client.config().region(), Some(&Region::from_static(region)), "{url}");
    }
}

#[test]
fn an_invalid_queue_url_is_rejected() {
    let error = session(None, None).queue("arn:aws:sqs:eu-central-1:123456789012:jobs").unwrap_err();
    crate::testing::world::assert_queue_said(
        &error,
        false,
        &["cannot open a queue", "https://sqs.REGION.amazonaws.com"],
    );
}

#[tokio::test]
async fn retries_hide_transient_faults() {
    let server = server();
    let session = session(Some(&server.endpoint()), None);
    let store = session.store(location(), BucketOptions::default()).await.unwrap();
    server.fault(|_, number| (number == 0).then_some(Fault::Fail(503, "SlowDown")));
    let _ = store.list("", Depth::All, None).await;
    assert_eq!(server.take_calls().len(), 2);
}

#[test]
fn nobody_is_asked_for_public_keys_where_s3_is_not_that_of_aws() {
    assert!(session(None, Some("eu-west-1")).public_keys().is_some());
    assert!(session(Some("http://127.0.0.1:9000"), Some("eu-west-1")).public_keys().is_none());
}
