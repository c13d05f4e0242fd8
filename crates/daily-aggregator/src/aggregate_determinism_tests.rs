use super::*;
use crate::testing::world::{World, committed, envelope, gzip, key, noise, put};
use bytes::Bytes;
use std::collections::BTreeSet;
use testkit::{Hooked, RandomDelays};
use testkit_stores::TestStore;

/// A day of 80 files, some tiny, some large, some empty or broken, with duplicates in between. The set of its lines.
async fn busy_day(world: &World) -> BTreeSet<String> {
    let mut random = fastrand::Rng::with_seed(5);
    let mut lines = BTreeSet::new();
    for file in 0..80 {
        let count = if file % 20 == 7 { 900 } else { random.u64(0..12) };
        let records: Vec<String> = std::iter::repeat_with(|| random.u64(0..2_000))
            .take(usize::try_from(count).unwrap())
            .map(|id| format!(r#"{{"eventID":"{id}","eventName":"E{}","x":"{}"}}"#, id % 5, noise(id, 150)))
            .collect();
        let name = format!("{file:03}");
        match file % 10 {
            3 => world.deliver_broken(&name).await,
            4 => put(&world.source, &key(&name), envelope(&records)).await,
            _ => put(&world.source, &key(&name), gzip(&envelope(&records))).await,
        }
        if file % 10 != 3 {
            lines.extend(records);
        }
    }
    lines
}

/// Runs into a new lake, with random delays of gets.
async fn parts_of(world: &World, options: Options, seed: u64) -> Vec<(String, Bytes)> {
    let world = World { lake: TestStore::new(), options, ..world.clone() };
    let source = Hooked { store: world.source.clone(), hook: RandomDelays::new(seed, 10) };
    committed(world.run_over(source, world.lake.clone(), Request::default()).await.unwrap().outcome);
    world.parts().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_is_the_same_at_any_concurrency() {
    let world = World::new();
    busy_day(&world).await;
    for memory_bytes in [64 << 10, 32 << 20] {
        let options =
            Options { block_bytes: 8_000, part_raw_bytes: 60_000, memory_bytes, ..Options::default() };
        let expected = parts_of(&world, Options { threads: 1, fetches: 1, ..options }, 0).await;
        assert!(expected.len() > 3, "{} parts", expected.len());
        for (threads, fetches) in [(1, 64), (2, 1), (2, 64), (4, 64)] {
            for seed in 0..3 {
                let parts = parts_of(&world, Options { threads, fetches, ..options }, seed).await;
                assert!(parts == expected, "{threads} threads, {fetches} fetches, {memory_bytes} bytes");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_memory_a_run_ends_and_gives_the_same_lines() {
    let world = World::new();
    let lines: Vec<String> = busy_day(&world).await.into_iter().collect();
    for memory_bytes in [0, 1, 100, 4 << 10, 64 << 10, 1 << 20, 1 << 30] {
        for (threads, fetches) in [(0, 0), (1, 64), (4, 2)] {
            let options =
                Options { threads, fetches, memory_bytes, block_bytes: 8_000, ..Options::default() };
            let parts = parts_of(&world, options, 1).await;
            assert!(crate::testing::world::sorted_lines(&parts) == lines, "{options:?}");
        }
    }
}
