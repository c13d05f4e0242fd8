use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::sdk_config::TimeSource;
use cloudtrail_model::digest::PublicKeys;

use super::*;
use crate::testing::raw_server::RawServer;

/// A clock that stands still.
#[derive(Debug)]
struct At;

impl TimeSource for At {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_436_500_000)
    }
}

/// Version 1.1 of AWS's JSON protocol, as "ListPublicKeys" has it in the CloudTrail API reference.
const LIST: &str = r#"{"PublicKeyList": [{"Fingerprint": "8eba5db5", "Value": "AQID",
    "ValidityStartTime": 1.436317441E9, "ValidityEndTime": 1.438909441E9}]}"#;

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn config() -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .time_source(At)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKID", "secret", None, None, "given",
        )))
}

fn of(server: &RawServer) -> CloudTrailPublicKeys {
    CloudTrailPublicKeys::new(config().build(), Some(server.endpoint()))
}

fn window() -> Window {
    Window { from: "2015-07-10T00:00:00Z".parse().unwrap(), until: "2015-07-12T00:00:00Z".parse().unwrap() }
}

#[tokio::test]
async fn a_region_is_asked_with_a_signature_for_it() {
    let server = RawServer::start(|_| answer("200 OK", LIST)).await;
    let keys = of(&server).ask("ap-southeast-2", window()).await.unwrap();
    assert_eq!(PublicKeys::parse(&keys).unwrap().with_fingerprint("8eba5db5").count(), 1);
    let (_, request) = server.requests().remove(0);
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("/ap-southeast-2/cloudtrail/aws4_request, SignedHeaders="), "{request}");
    assert!(request.contains(&format!("x-amz-target: {TARGET}\r\n")), "{request}");
    assert!(request.ends_with(r#"{"EndTime":1436659200,"StartTime":1436486400}"#), "{request}");
}

#[tokio::test]
async fn further_pages_are_read() {
    let server = RawServer::start(|number| match number {
        0 => answer("200 OK", &LIST.replacen('{', r#"{"NextToken": "t2", "#, 1)),
        _ => answer("200 OK", &LIST.replace("8eba", "9eba")),
    })
    .await;
    let keys = PublicKeys::parse(&of(&server).ask("eu-west-1", window()).await.unwrap()).unwrap();
    assert_eq!(keys.len(), 2);
    assert!(server.requests()[1].1.contains(r#""NextToken":"t2""#));
}

#[tokio::test]
async fn a_busy_service_is_asked_again_and_a_refusal_is_said() {
    let server = RawServer::start(|number| match number {
        0 => answer("500 Internal Server Error", ""),
        1 => answer("400 Bad Request", r#"{"__type": "ThrottlingException"}"#),
        2 => answer("200 OK", LIST),
        _ => {
            answer("400 Bad Request", "{\"__type\": \"AccessDeniedException\", \"Message\": \"no\u{1b}[2J\"}")
        }
    })
    .await;
    let keys = of(&server);
    assert!(keys.ask("eu-west-1", window()).await.is_ok());
    let error = keys.ask("eu-west-1", window()).await.unwrap_err().to_string();
    assert!(
        error.contains("AccessDeniedException") && error.contains("needs cloudtrail:ListPublicKeys"),
        "{error}"
    );
    assert!(!error.contains('\u{1b}'), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn each_region_has_its_endpoint() {
    let plain = CloudTrailPublicKeys::new(config().build(), None);
    assert_eq!(plain.url("eu-west-1"), "https://cloudtrail.eu-west-1.amazonaws.com/");
    assert_eq!(plain.url("cn-north-1"), "https://cloudtrail.cn-north-1.amazonaws.com.cn/");
    let fips = CloudTrailPublicKeys::new(config().use_fips(true).build(), None);
    assert_eq!(fips.url("us-east-2"), "https://cloudtrail-fips.us-east-2.amazonaws.com/");
    let dual = CloudTrailPublicKeys::new(config().use_dual_stack(true).build(), None);
    assert_eq!(dual.url("eu-west-1"), "https://cloudtrail.eu-west-1.api.aws/");
}
