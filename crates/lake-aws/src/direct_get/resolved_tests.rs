use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::config::{Credentials, Region};
use aws_types::sdk_config::TimeSource;
use lake_store::ErrorKind;

use super::super::DirectGet;
use super::super::tests::{At, NOON, client, wanted};
use super::*;
use crate::BucketOptions;
use crate::failure::read_error;
use crate::testing::recorder::{Recorder, response};
use crate::testing::world::assert_said;

/// The first example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
#[tokio::test]
async fn the_published_example_has_the_published_signature() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let client = client(&recorder, |it| {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        it.credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "published"))
            .region(Region::new("us-east-1"))
            .time_source(At(1_369_353_600))
    });
    let options = BucketOptions::default();
    let resolved = resolve(&client, &wanted("examplebucket", "test.txt", &options)).await.unwrap().unwrap();
    let mut request = HttpRequest::get("https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
    request.headers_mut().insert("range", "bytes=0-9");
    resolved.sign(&mut request, &resolved.identity().await.unwrap()).unwrap();
    let signed = request.headers().get("authorization").unwrap();
    assert!(signed.ends_with("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"), "{signed}");
}

/// Credentials that are about to expire, new ones each time; and none from the fourth on.
#[derive(Debug, Default)]
struct Expiring(AtomicU64);

impl ProvideCredentials for Expiring {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let expiry = At(NOON + 1).now();
        future::ProvideCredentials::ready(match self.0.fetch_add(1, SeqCst) {
            number @ 0..3 => Ok(Credentials::new(format!("AKID{number}"), "s", None, Some(expiry), "test")),
            _ => Err(CredentialsError::provider_error("the role was deleted")),
        })
    }
}

#[tokio::test]
async fn credentials_are_renewed_and_their_loss_is_reported() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let client = client(&recorder, |it| it.credentials_provider(Expiring::default()));
    let (get, options) = (DirectGet::default(), BucketOptions::default());
    let wanted = wanted("logs", "key", &options);
    // the first ones were those of the resolution
    for id in ["AKID1", "AKID2"] {
        get.send(&client, &wanted).await.unwrap();
        let sent = recorder.take().pop().unwrap();
        assert!(sent.scope().starts_with(id), "{}", sent.scope());
    }
    let lost = read_error("key", get.send(&client, &wanted).await.unwrap_err());
    assert_said(&lost, ErrorKind::Denied, &["no credentials", "the role was deleted"]);
    assert_eq!(recorder.take().len(), 0);
}
