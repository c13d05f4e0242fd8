use super::*;
use crate::cpu::Cpu;
use crate::read::fetch::fetch;
use crate::testing::world::{World, key, record};
use block_deflate::Level;
use lake::Totals;
use lake_store::{Depth, list_all};

/// Packs every log file of a world's source; the blocks that became full after each file, and the rest.
async fn pack(world: &World) -> (Vec<Vec<usize>>, Option<usize>, Packed) {
    let files = list_all(&world.source, "", Depth::All).await.unwrap().objects;
    let mut fetched = fetch(
        Arc::new(world.source.clone()),
        files,
        None,
        &world.options,
        &Cpu::new(2, Level::default(), Arc::default()).unwrap(),
    );
    let mut packer = Packer::new(DedupeIndex::default(), &world.options);
    let mut full = Vec::new();
    while let Some(file) = fetched.next().await {
        packer.add(file.unwrap());
        full.push(std::iter::from_fn(|| packer.next_full()).map(|block| block.raw_bytes()).collect());
    }
    let (last, packed) = packer.finish();
    (full, last.map(|block| block.raw_bytes()), packed)
}

fn line_bytes() -> usize {
    record(1).len() + 1
}

#[tokio::test]
async fn blocks_end_where_their_text_is_full_not_where_files_do() {
    let mut world = World::new();
    world.options.block_bytes = line_bytes() * 2 + 1;
    world.deliver("a", 0..2).await;
    world.deliver("b", 2..10).await;
    let three = line_bytes() * 3;
    let (full, last, _) = pack(&world).await;
    assert_eq!((full, last), (vec![vec![], vec![three, three, three]], Some(line_bytes())));
}

#[tokio::test]
async fn nothing_is_left_where_the_last_block_was_just_full() {
    let mut world = World::new();
    world.options.block_bytes = line_bytes();
    world.deliver("a", 0..2).await;
    let (full, last, _) = pack(&world).await;
    assert_eq!((full, last), (vec![vec![line_bytes(); 2]], None));
}

#[tokio::test]
async fn a_block_ends_before_it_keeps_too_many_files_in_memory() {
    let mut world = World::new();
    world.options.memory_bytes = 64 << 10;
    world.options.block_bytes = 1 << 20;
    // all but one record of each file are dropped, but the file stays in memory for that one
    for file in 0..10 {
        world.deliver(&file.to_string(), (0..30).chain([100 + file])).await;
    }
    let (full, last, _) = pack(&world).await;
    let blocks: Vec<usize> = full.into_iter().flatten().chain(last).collect();
    assert!(blocks.len() > 2, "{blocks:?}");
    assert_eq!(blocks.iter().sum::<usize>(), 40 * line_bytes());
}

#[tokio::test]
async fn every_file_and_record_is_accounted_for() {
    let world = World::new();
    world.deliver("a", [1, 2, 2]).await;
    world.deliver("b", [2, 3]).await;
    world.deliver_broken("c").await;
    let other = record(3).replace("Get", "Put");
    world.deliver_text("d", format!("{{\"Records\":[{other},{{}},{{}}]}}").as_bytes()).await;
    let (.., Packed { inputs, conflicts, index }) = pack(&world).await;
    let totals = Totals::of(&inputs, [], conflicts);

    let counts: Vec<_> = inputs.iter().map(|input| (&*input.key, input.records, input.duplicates)).collect();
    let keys = ["a", "b", "c", "d"].map(key);
    assert_eq!(counts, [(&*keys[0], 3, 1), (&*keys[1], 2, 1), (&*keys[2], 0, 0), (&*keys[3], 3, 0)]);
    let verdict = Verdict::Quarantined {
        reason: "not_json".into(),
        detail: "not JSON: at byte 0 there should be an object".into(),
    };
    assert_eq!(inputs[2].verdict, verdict);
    assert_eq!((inputs[2].bytes, inputs[2].raw_bytes), (11, 0));
    let expected = Totals {
        files_in: 4,
        files_ok: 3,
        files_quarantined: 1,
        records_in: 8,
        duplicates: 2,
        conflicts: 1,
        bytes_in: inputs.iter().map(|input| input.bytes).sum(),
        raw_bytes_in: inputs.iter().map(|input| input.raw_bytes).sum(),
        ..Totals::default()
    };
    assert_eq!(totals, expected);
    assert!(index.memory() > 0);
}
