use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use lake_store::{ErrorKind, Store};

use super::*;
use crate::testing::raw_server::RawServer;
use crate::testing::world::assert_said;
use crate::{BucketOptions, Connection, S3Store};

fn connection(server: &RawServer) -> Connection {
    let text = str::to_owned;
    Connection {
        endpoint: server.endpoint(),
        region: text("eu-central-1"),
        access_key: text("AKID"),
        secret_key: text("secret"),
    }
}

fn store(client: Client) -> S3Store {
    S3Store::new(client, "s3://logs".parse().unwrap(), BucketOptions::default())
}

#[tokio::test]
async fn an_error_without_end_is_not_read_to_its_end() {
    // the server sends more than is read, and then nothing: whoever waits for the rest gets a timeout
    let page = [&b"HTTP/1.1 502 Bad Gateway\r\n\r\n"[..], &[b'<'; 2 * ERROR_BYTES]].concat();
    let server = RawServer::start(move |_| page.clone()).await;
    let error = store(connection(&server).client()).get("key", None).await.unwrap_err();
    assert_said(&error, ErrorKind::Transient, &["HTTP status 502"]);
}

#[tokio::test]
async fn a_request_without_response_times_out() {
    let server = RawServer::start(|_| Vec::new()).await;
    let config = connection(&server).client().config().to_builder();
    let short = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(50)).build();
    let store = store(Client::from_conf(config.timeout_config(short).build()));
    let error = store.get("key", None).await.unwrap_err();
    assert_said(&error, ErrorKind::Transient, &["no response within 50ms"]);
}

#[tokio::test]
async fn a_connection_to_a_server_in_trouble_is_not_used_again() {
    let statuses = ["500 Internal Server Error", "404 Not Found", "200 OK"];
    let server = RawServer::start(move |number| {
        format!("HTTP/1.1 {}\r\ncontent-length: 0\r\n\r\n", statuses[number]).into_bytes()
    })
    .await;
    let store = store(connection(&server).client());
    assert_eq!(store.get("key", None).await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(store.get("key", None).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(store.get("key", None).await.unwrap(), "");
    let connections: Vec<usize> = server.requests().into_iter().map(|(connection, _)| connection).collect();
    assert_eq!(connections, [0, 1, 1]);
}
