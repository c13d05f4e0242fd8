use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{Builder, Credentials, Region};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_types::sdk_config::TimeSource;

use super::*;
use crate::BucketOptions;
use crate::client::{https, ours};
use crate::testing::raw_server::RawServer;
use crate::testing::recorder::{Recorder, Sent, response};

/// 2026-11-28 at noon.
pub(super) const NOON: u64 = 1_795_867_200;

/// A clock that stands still.
#[derive(Debug)]
pub(super) struct At(pub(super) u64);

impl TimeSource for At {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

pub(super) fn client(recorder: &Recorder, change: impl FnOnce(Builder) -> Builder) -> Client {
    let config = Client::from_conf(ours(
        Builder::new()
            .behavior_version_latest()
            .http_client(recorder.http_client())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test"))
            .time_source(At(NOON)),
    ));
    Client::from_conf(change(config.config().to_builder()).build())
}

pub(super) fn wanted<'a>(bucket: &'a str, key: &'a str, options: &'a BucketOptions) -> Wanted<'a> {
    Wanted { bucket, key, if_match: None, range: None, options }
}

/// What the SDK sends that a direct request has not: its signature covers these, too.
const LEFT_OUT: [&str; 4] = ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent", "authorization"];

/// The request as sent directly. Asserts that the SDK sends the same.
async fn same_as_the_sdk(recorder: &Recorder, client: &Client, wanted: &Wanted<'_>) -> Sent {
    by_sdk(client, wanted).await.unwrap();
    DirectGet::default().send(client, wanted).await.unwrap();
    let [sdk, direct] = <[Sent; 2]>::try_from(recorder.take()).unwrap();
    assert_eq!(direct.url, sdk.url);
    assert_eq!(direct.scope(), sdk.scope());
    let kept = |sent: &Sent| -> BTreeMap<String, String> {
        let mut headers = sent.headers.clone();
        headers.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
        headers
    };
    assert_eq!(kept(&direct), kept(&sdk));
    assert!(!direct.headers.contains_key("amz-sdk-request"), "{} was sent by the SDK", direct.url);
    assert!(sdk.headers.contains_key("amz-sdk-request"));
    direct
}

#[tokio::test]
async fn url_and_signing_scope_are_those_of_the_sdk() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let access_point = "arn:aws:s3:eu-west-1:111122223333:accesspoint/logs";
    let outpost = "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-01234567890123456/accesspoint/logs";
    let lambda = "arn:aws:s3-object-lambda:us-west-2:111122223333:accesspoint/logs";
    type Change = fn(Builder) -> Builder;
    let cases: [(Change, &str, &str, &str); 14] = [
        (|it| it, "logs", "https://logs.s3.eu-central-1.amazonaws.com/", "eu-central-1/s3"),
        (|it| it, "my.logs", "https://s3.eu-central-1.amazonaws.com/my.logs/", "eu-central-1/s3"),
        (
            |it| it.force_path_style(true),
            "logs",
            "https://s3.eu-central-1.amazonaws.com/logs/",
            "eu-central-1/s3",
        ),
        (
            |it| it.use_fips(true).region(Region::new("us-east-2")),
            "logs",
            "https://logs.s3-fips.us-east-2.amazonaws.com/",
            "us-east-2/s3",
        ),
        (
            |it| it.use_dual_stack(true),
            "logs",
            "https://logs.s3.dualstack.eu-central-1.amazonaws.com/",
            "eu-central-1/s3",
        ),
        (
            |it| it.use_fips(true).use_dual_stack(true).region(Region::new("us-gov-west-1")),
            "logs",
            "https://logs.s3-fips.dualstack.us-gov-west-1.amazonaws.com/",
            "us-gov-west-1/s3",
        ),
        (
            |it| it.region(Region::new("cn-north-1")),
            "logs",
            "https://logs.s3.cn-north-1.amazonaws.com.cn/",
            "cn-north-1/s3",
        ),
        (|it| it.accelerate(true), "logs", "https://logs.s3-accelerate.amazonaws.com/", "eu-central-1/s3"),
        (
            |it| it.endpoint_url("http://127.0.0.1:9000").force_path_style(true),
            "logs",
            "http://127.0.0.1:9000/logs/",
            "eu-central-1/s3",
        ),
        (
            |it| it.endpoint_url("https://store.example:8443/s3/").force_path_style(true),
            "logs",
            "https://store.example:8443/s3/logs/",
            "eu-central-1/s3",
        ),
        (
            |it| it.endpoint_url("https://store.example"),
            "logs",
            "https://logs.store.example/",
            "eu-central-1/s3",
        ),
        (
            |it| it,
            access_point,
            "https://logs-111122223333.s3-accesspoint.eu-west-1.amazonaws.com/",
            "eu-west-1/s3",
        ),
        (
            |it| it,
            outpost,
            "https://logs-111122223333.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com/",
            "us-west-2/s3-outposts",
        ),
        (
            |it| it,
            lambda,
            "https://logs-111122223333.s3-object-lambda.us-west-2.amazonaws.com/",
            "us-west-2/s3-object-lambda",
        ),
    ];
    for (change, bucket, url, scope) in cases {
        let options = BucketOptions::default();
        let client = client(&recorder, change);
        let sent = same_as_the_sdk(&recorder, &client, &wanted(bucket, "a/key", &options)).await;
        assert_eq!(sent.url, format!("{url}a/key?x-id=GetObject"));
        assert_eq!(sent.scope(), format!("AKID/20261128/{scope}/aws4_request"));
    }
}

#[tokio::test]
async fn keys_are_encoded_as_the_sdk_does() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let client = client(&recorder, |it| it);
    let ascii: String = (0..=127).map(char::from).collect();
    let odd =
        ["a b", "a+b", "é/ß/日本", "a//b", "/a", "a/", "../a/./b", "a%2Fb", "?x-id=a#b", "~", ascii.as_str()];
    for key in odd {
        same_as_the_sdk(&recorder, &client, &wanted("logs", key, &BucketOptions::default())).await;
    }
}

#[tokio::test]
async fn headers_are_those_of_the_sdk() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let client = client(&recorder, |it| it);
    let options = BucketOptions {
        requester_pays: true,
        expected_owner: Some("111122223333".to_owned()),
        kms_key: Some("of writes alone".to_owned()),
    };
    let wanted = Wanted {
        if_match: Some("\"etag\"".to_owned()),
        range: Some("bytes=5-9".to_owned()),
        ..wanted("logs", "key", &options)
    };
    let sent = same_as_the_sdk(&recorder, &client, &wanted).await;
    for (name, value) in [
        ("if-match", "\"etag\""),
        ("range", "bytes=5-9"),
        ("x-amz-request-payer", "requester"),
        ("x-amz-expected-bucket-owner", "111122223333"),
        ("x-amz-security-token", "token"),
        ("x-amz-date", "20261128T120000Z"),
    ] {
        assert_eq!(sent.headers[name], value);
    }
}

#[tokio::test]
async fn a_bucket_is_resolved_once() {
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    let client = client(&recorder, |it| it);
    let (get, options) = (DirectGet::default(), BucketOptions::default());
    let gets = (0..20).map(|_| async { get.send(&client, &wanted("logs", "key", &options)).await.unwrap() });
    futures::future::join_all(gets).await;
    assert_eq!(recorder.take().len(), 20);
    assert!(get.resolved.get().unwrap().is_some());
}

#[tokio::test]
async fn a_directory_bucket_is_left_to_the_sdk() {
    let session = |request: &_| {
        let credentials = "<AccessKeyId>SESSION</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
            <SessionToken>of the session</SessionToken><Expiration>2026-11-28T13:00:00Z</Expiration>";
        let body =
            format!("<CreateSessionResult><Credentials>{credentials}</Credentials></CreateSessionResult>");
        let asked: &aws_sdk_s3::config::http::HttpRequest = request;
        response(200, &[], if asked.uri().contains("session") { &body } else { "" })
    };
    let recorder = Recorder::answering(session);
    let client = client(&recorder, |it| it.region(Region::new("us-east-1")));
    let (get, options) = (DirectGet::default(), BucketOptions::default());
    get.send(&client, &wanted("logs--use1-az4--x-s3", "key", &options)).await.unwrap();
    let sent = recorder.take().pop().unwrap();
    assert_eq!(sent.headers["x-amz-s3session-token"], "of the session");
    assert!(sent.scope().starts_with("SESSION/20261128/us-east-1/s3express/"), "{}", sent.scope());
}

#[tokio::test]
async fn an_empty_key_is_never_the_bucket() {
    let recorder = Recorder::answering(|_| response(200, &[], "a listing"));
    let client = client(&recorder, |it| it);
    for key in ["", " "] {
        let get = DirectGet::default();
        let options = BucketOptions::default();
        get.send(&client, &wanted("logs", "key", &options)).await.unwrap();
        recorder.take();
        get.send(&client, &wanted("logs", key, &options)).await.unwrap_err();
        assert_eq!(recorder.take().len(), 0, "{key:?}");
    }
}

#[tokio::test]
async fn the_proxy_of_the_client_is_used() {
    let ok = |_| b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody".to_vec();
    let (proxy, behind) = (RawServer::start(ok).await, RawServer::start(ok).await);
    let recorder = Recorder::answering(|_| response(200, &[], ""));
    // a host that no resolver knows, and one that is excluded from the proxy
    for (endpoint, by_proxy) in [("http://store.invalid".to_owned(), true), (behind.endpoint(), false)] {
        let rules = ProxyConfig::all(proxy.endpoint()).unwrap().no_proxy("127.0.0.1");
        let client = client(&recorder, |it| {
            it.http_client(https(rules)).endpoint_url(&endpoint).force_path_style(true)
        });
        let (get, options) = (DirectGet::default(), BucketOptions::default());
        let object = get.send(&client, &wanted("logs", "key", &options)).await.unwrap();
        assert_eq!(object.body.collect().await.unwrap().into_bytes(), "body");
        let line = |server: &RawServer| server.requests().pop().map(|(_, head)| head);
        let asked = line(if by_proxy { &proxy } else { &behind }).unwrap();
        let url = if by_proxy { &endpoint } else { "" };
        assert!(asked.starts_with(&format!("GET {url}/logs/key?x-id=GetObject HTTP/1.1\r\n")), "{asked}");
    }
    assert_eq!((proxy.requests().len(), behind.requests().len()), (1, 1));
}
