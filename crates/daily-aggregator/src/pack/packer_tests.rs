use super::*;
use crate::cpu::Cpu;
use crate::read::fetch::fetch;
use crate::testing::world::{World, day, envelope, gunzip_one_member, key, put, record};
use block_deflate::Level;
use lake::Totals;

/// Packs every log file of a world's source; the blocks that became full after each file, and the rest.
async fn pack(world: &World) -> (Vec<Vec<usize>>, Option<usize>, Packed<'static>) {
    let files = world.files().await.into_iter();
    let mut fetched = fetch(
        Arc::new(world.source.clone()),
        day(),
        files,
        None,
        &world.options,
        &Cpu::new(2, Level::default(), Arc::default()).unwrap(),
    );
    let before = Before::Replaced { loss: None, inputs: Box::leak(Box::default()) };
    let mut packer = Packer::new(day(), before, &world.options);
    let mut full = Vec::new();
    while let Some(file) = fetched.next().await {
        packer.add(file.unwrap()).await.unwrap();
        full.push(std::iter::from_fn(|| packer.next_full()).map(|block| block.raw_bytes()).collect());
    }
    let (mut last, packed) = packer.finish();
    let end = last.pop_front().map(|block| block.raw_bytes());
    assert!(last.is_empty());
    (full, end, packed)
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
    let (.., Packed { inputs, quarantined, conflicts, index_bytes, .. }) = pack(&world).await;
    let expected = LeftOutFile {
        key: key("c"),
        reason: "not_json".into(),
        detail: "not JSON: at byte 0 there should be an object".into(),
    };
    assert_eq!(quarantined, [expected]);
    let totals = inputs.totals();
    let expected = Totals {
        files_in: 4,
        files_ok: 3,
        files_quarantined: 1,
        records_in: 8,
        duplicates: 2,
        bytes_in: totals.bytes_in,
        raw_bytes_in: totals.raw_bytes_in,
        ..Totals::default()
    };
    assert_eq!((totals, conflicts), (expected, 1));
    assert!(totals.bytes_in > 11 && totals.raw_bytes_in > totals.bytes_in);
    assert!(index_bytes > 0);
}

/// The key of a log file of another account.
fn key_of(account: u64, name: &str) -> String {
    key(name).replace("111122223333", &format!("{account:012}"))
}

#[tokio::test]
async fn copies_are_looked_for_below_one_account_and_its_records_are_forgotten_after_it() {
    let world = World::new();
    for account in 1..=20 {
        for (name, numbers) in [("a", 0..50), ("b", 25..75)] {
            let records: Vec<String> = numbers.map(record).collect();
            let text = envelope(&records);
            put(&world.source, &key_of(account, name), text).await;
        }
    }
    let (.., many) = pack(&world).await;
    assert_eq!((many.inputs.totals().records_in, many.inputs.totals().duplicates), (2000, 500));
    let one = World::new();
    one.deliver("a", 0..75).await;
    let (.., one) = pack(&one).await;
    assert_eq!(many.index_bytes, one.index_bytes, "of all accounts, where that of the largest is enough");
}

#[tokio::test]
async fn off_day_records_have_blocks_of_their_own() {
    let mut world = World::new();
    world.options.block_bytes = 1 << 20;
    let late = |number: u64, day: u64| record(number).replace("2026-11-22T", &format!("2026-11-{day:02}T"));
    // of two days before, out of order; of the day after tomorrow, which no event has, so it is undated
    let records = [record(1), late(2, 21), late(3, 20), late(4, 21), late(5, 24), record(6)];
    world.deliver_text("a", &envelope(&records)).await;
    let committed = world.commit().await;
    let described: Vec<_> = committed.parts.iter().map(|part| (part.records, part.off_day)).collect();
    assert_eq!(described, [(3, false), (3, true)]);
    let days = |part: &lake::Part| {
        let days = part.event_days.days.iter().map(|(day, records)| (day.to_string(), *records));
        (days.collect::<Vec<_>>(), part.event_days.undated)
    };
    assert_eq!(days(&committed.parts[0]), (vec![("2026-11-22".to_owned(), 3)], 1));
    assert_eq!(
        days(&committed.parts[1]),
        (vec![("2026-11-20".to_owned(), 1), ("2026-11-21".to_owned(), 2)], 0)
    );
    let text = gunzip_one_member(&world.parts().await[1].1);
    let text = String::from_utf8(text).unwrap();
    let days: Vec<&str> = text.lines().filter_map(|line| line.get(71..81)).collect();
    assert!(days.is_sorted() && text.lines().count() == 3, "{days:?}");
    let mut lines = records.to_vec();
    lines.sort_unstable();
    world.assert_settled(&lines, "").await;
}
