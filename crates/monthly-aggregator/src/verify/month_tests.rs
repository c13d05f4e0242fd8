use super::*;
use crate::testing::world::{World, october};
use cloudtrail_model::Table;

async fn problems(world: &World) -> Vec<String> {
    let partition = Partition::month(Table::CloudTrail, october());
    let found = verify(Arc::new(world.lake.clone()), partition).await.unwrap().problems;
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_sound_month_has_no_problems_and_is_counted() {
    let world = World::of_a_whole_october().await;
    world.commit(october()).await;
    let partition = Partition::month(Table::CloudTrail, october());
    let found = verify(Arc::new(world.lake.clone()), partition).await.unwrap();
    assert_eq!((found.parts, found.records, found.problems), (1, 310, vec![]));
}

#[tokio::test]
async fn missing_changed_and_orphaned_parts_are_named_with_what_to_do() {
    let world = World::of_a_whole_october().await;
    let key = world.commit(october()).await.parts[0].key.clone();
    let body = world.lake.get(&key, None).await.unwrap();

    world.lake.delete(&key).await.unwrap();
    let found = problems(&world).await;
    assert!(found[0].starts_with(&key) && found[0].contains("missing, with 310 records"), "{found:?}");
    assert!(found[0].contains("trailmill monthly --rebuild --month 2026-10"), "{found:?}");

    let mut flipped = body.to_vec();
    flipped[100] ^= 1;
    world.lake.create_new(&key, flipped.into()).await.unwrap();
    assert!(problems(&world).await[0].contains("sha256"));

    world.lake.delete(&key).await.unwrap();
    world.lake.create_new(&key, body.slice(..body.len() - 1)).await.unwrap();
    assert!(problems(&world).await[0].contains("bytes, the journal says"));

    world.lake.delete(&key).await.unwrap();
    world.lake.create_new(&key, body.clone()).await.unwrap();
    let orphan = "cloudtrail_monthly/year=2026/month=10/part-000001-0009.parquet";
    world.lake.create_new(orphan, body.clone()).await.unwrap();
    let found = problems(&world).await;
    assert!(found.len() == 1 && found[0].starts_with(orphan), "{found:?}");
    assert!(found[0].contains("`trailmill monthly --month 2026-10` deletes it"), "{found:?}");

    world.lake.delete(orphan).await.unwrap();
    let newer = "cloudtrail_monthly/year=2026/month=10/part-000003-0000.parquet";
    world.lake.create_new(newer, body).await.unwrap();
    let found = problems(&world).await;
    assert!(found.len() == 1 && found[0].starts_with(newer), "{found:?}");
    assert!(found[0].contains("entries from 000003 on are missing"), "{found:?}");
}
