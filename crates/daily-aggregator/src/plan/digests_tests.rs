use crate::testing::world::{World, key, partition, put};
use crate::{Options, Request};

const DIGEST: &str = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/22/\
     111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20261122T100000Z.json.gz";

/// Whether the journal states the hashes of log files.
async fn hashes(world: &World) -> bool {
    world.deliver("a", 0..3).await;
    world.try_run(Request::default()).await.unwrap();
    world.state().await.inputs.get(&key("a")).unwrap().first_member_sha256.is_some()
}

#[tokio::test]
async fn log_files_are_hashed_where_there_are_digest_files() {
    let world = World::new();
    put(&world.source, DIGEST, &b"not read"[..]).await;
    assert!(hashes(&world).await);
    assert_eq!(world.state().await.inputs.len(), 1, "a digest is no log file: {}", partition());
}

#[tokio::test]
async fn log_files_are_not_hashed_where_there_are_none_or_nobody_wants_it() {
    let mut world = World::new();
    assert!(!hashes(&world).await);
    put(&world.source, &DIGEST.replace("/22/", "/21/"), &b"of another day"[..]).await;
    assert!(!hashes(&World { lake: World::new().lake, ..world.clone() }).await);
    put(&world.source, DIGEST, &b"not read"[..]).await;
    world.options = Options { hashes: false, ..world.options };
    assert!(!hashes(&World { lake: World::new().lake, ..world }).await);
}
