use testkit::s3::{Fault, Operation, S3Server};

use super::*;
use crate::test_world::{BUCKET, connection, server};

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
