use super::*;
use crate::testing::world::{World, day, gzip, partition, put, record};
use lake::{Attempt, Changes, CommitOutcome, Input, InputsWriter, Lane, PartSink, WrittenRecords};
use lake_store::{Depth, list_all};
use testkit::STAMP;

/// A partition of several parts, 40 records.
async fn sound() -> World {
    let mut world = World::new();
    world.options.part_raw_bytes = 2_000;
    world.deliver("a", 0..40).await;
    assert!(world.commit().await.parts.len() > 2);
    world
}

/// The only problem, which must name a key.
async fn problem(world: &World, key: &str) -> String {
    let problems = world.verify().await.problems;
    let [problem] = &problems[..] else { panic!("not one problem: {problems:?}") };
    let problem = problem.to_string();
    assert!(problem.starts_with(key), "{problem}");
    problem
}

/// Changes the object of the first part.
async fn damage(world: &World, change: fn(Vec<u8>) -> Vec<u8>) -> String {
    let (key, body) = world.parts().await.swap_remove(0);
    put(&world.lake, &key, change(body.to_vec())).await;
    key
}

/// Commits a part with an entry that matches it.
async fn forge(world: &World, text: &str) -> String {
    let lake = Arc::new(world.lake.clone());
    let attempt = Attempt::begin(lake, world.journal(), &world.state().await, STAMP).await.unwrap().unwrap();
    let mut event_days = EventDays::default();
    let lines = || text.lines().map(str::as_bytes);
    // a line that is no record counts as an undated one
    let instant = |line| Record::from_line(line).ok().and_then(|record| event_instant(&record));
    lines().for_each(|line| event_days.add(day(), instant(line)));
    let (records, raw_bytes) = (lines().count() as u64, text.len() as u64);
    let written = WrittenRecords { records, raw_bytes, event_days, ..WrittenRecords::default() };
    let mut parts = PartSink::new(&attempt);
    parts.write(Lane::Main, gzip(text.as_bytes()).into(), written).await.unwrap();
    parts.end_part(Lane::Main).await.unwrap();
    let parts = parts.into_sealed();
    let key = parts[0].part.key.clone();
    let input = Input { key: format!("forged {key}"), bytes: 1, records, ..Input::default() };
    let changes = Changes { inputs: InputsWriter::write_all(&[input]), parts, ..Changes::default() };
    assert_eq!(attempt.finish(changes).await.unwrap(), CommitOutcome::Committed);
    key
}

#[tokio::test]
async fn a_sound_partition_has_no_problems_and_is_counted() {
    let world = sound().await;
    let found = world.verify().await;
    let parts = world.parts().await;
    assert_eq!(found.problems, vec![]);
    assert_eq!((found.parts, found.records), (parts.len() as u64, 40));
    assert_eq!(found.bytes, parts.iter().map(|(_, body)| body.len() as u64).sum::<u64>());
}

#[tokio::test]
async fn a_partition_that_was_never_made_has_no_problems() {
    let found = World::new().verify().await;
    assert_eq!((found.parts, found.problems), (0, vec![]));
}

#[tokio::test]
async fn a_missing_part_is_named_with_its_records_and_the_command_that_mends_it() {
    let world = sound().await;
    let (key, _) = world.parts().await.swap_remove(1);
    world.lake.delete(&key).await.unwrap();
    let records = world.state().await.parts[&key].records;
    let problem = problem(&world, &key).await;
    let said = format!(": missing, with {records} records; `trailmill daily --rebuild --day 2026-11-22` ");
    assert!(problem.contains(&said) && problem.ends_with(" [parts-before-commit]"), "{problem}");
}

#[tokio::test]
async fn every_flipped_byte_is_detected() {
    let world = sound().await;
    let (key, body) = world.parts().await.swap_remove(0);
    for at in 0..body.len() {
        let mut flipped = body.to_vec();
        flipped[at] ^= 0x10;
        put(&world.lake, &key, flipped).await;
        problem(&world, &key).await;
    }
}

#[tokio::test]
async fn a_cut_and_a_grown_part_are_named() {
    let world = sound().await;
    let cut = damage(&world, |body| body[..body.len() - 1].to_vec()).await;
    let said = problem(&world, &cut).await;
    assert!(said.contains("gzip") && said.ends_with(" [parts-as-committed]"), "{said}");
    let world = sound().await;
    let grown = damage(&world, |body| [&body[..], b"x"].concat()).await;
    problem(&world, &grown).await;
}

#[tokio::test]
async fn a_part_that_was_packed_anew_has_another_digest_or_size() {
    let world = sound().await;
    let key = damage(&world, |body| gzip(&crate::testing::world::gunzip_one_member(&body))).await;
    assert!(problem(&world, &key).await.contains("the journal says"));
}

#[tokio::test]
async fn an_object_that_no_commit_names_is_named() {
    let world = sound().await;
    let orphan = format!("{}part-000001-0009.ndjson.gz", partition().prefix());
    put(&world.lake, &orphan, gzip(b"{}\n")).await;
    let problem = problem(&world, &orphan).await;
    assert!(problem.contains("no commit names it; `trailmill daily --day 2026-11-22` "), "{problem}");
    assert!(problem.ends_with(" [no-orphans]"), "{problem}");
}

#[tokio::test]
async fn a_missing_or_unreadable_journal_entry_is_named() {
    let world = sound().await;
    let (claim, commit) = (partition().journal_key(1), partition().journal_key(2));
    let body = world.lake.get(&commit, None).await.unwrap();
    for damaged in [body.slice(..body.len() - 1), gzip(b"{}").into(), "no gzip".into()] {
        put(&world.lake, &commit, damaged).await;
        let problems = world.verify().await.problems;
        assert!(problems.len() == 1 && problems[0].what.contains(&commit), "{problems:?}");
        assert_eq!(problems[0].invariant, Invariant::JournalOnlyGrows, "{problems:?}");
    }
    put(&world.lake, &commit, body).await;
    world.lake.delete(&claim).await.unwrap();
    let problems = world.verify().await.problems;
    assert!(problems.len() == 1 && problems[0].what.contains(&claim), "{problems:?}");
}

#[tokio::test]
async fn a_record_that_is_there_twice_is_counted() {
    let world = sound().await;
    let text = format!("{}\n{}\n{}\n", record(3), record(99), record(4));
    let key = forge(&world, &text).await;
    let said = problem(&world, &key).await;
    assert!(said.contains("records that are in the partition twice: 2; "), "{said}");
    assert!(said.ends_with(" [once-per-partition]"), "{said}");
}

#[tokio::test]
async fn a_line_that_is_no_record_is_a_problem() {
    let world = sound().await;
    let key = forge(&world, "{}\nno record\n").await;
    assert!(problem(&world, &key).await.contains("line 2 is not a record: "));
}

#[tokio::test]
async fn a_conflict_is_no_problem() {
    let world = sound().await;
    forge(&world, &format!("{}\n", record(3).replace("Get", "Put"))).await;
    assert_eq!(world.verify().await.problems, vec![]);
}

#[tokio::test]
async fn missing_and_altered_objects_of_the_journal_are_named() {
    for ending in [".inputs.ndjson.gz", ".facts.ndjson.gz"] {
        let world = sound().await;
        let journal = list_all(&world.lake, &partition().journal_prefix(), Depth::All).await.unwrap().objects;
        let key = journal.into_iter().map(|object| object.key).find(|key| key.ends_with(ending)).unwrap();
        for damaged in [Some(gzip(b"{}\n")), None] {
            world.lake.delete(&key).await.unwrap();
            if let Some(body) = damaged {
                put(&world.lake, &key, body).await;
            }
            let problems = world.verify().await.problems;
            assert!(problems.len() == 1 && problems[0].what.contains(&key), "{problems:?}");
            assert_eq!(problems[0].invariant, Invariant::JournalOnlyGrows, "{problems:?}");
        }
    }
}

#[tokio::test]
async fn inputs_that_no_commit_names_are_counted_and_no_problem() {
    let world = sound().await;
    let dead = partition().inputs_key(4, &lake::AttemptId("dead".into()));
    put(&world.lake, &dead, gzip(b"{}\n")).await;
    let found = world.verify().await;
    assert_eq!((found.unnamed, found.problems), (1, vec![]));
    assert_eq!(world.run().await, lake::Outcome::UpToDate);
    assert!(world.lake.get(&dead, None).await.is_ok(), "it was deleted");
}

#[tokio::test]
async fn a_missing_marker_of_another_month_is_named() {
    let world = sound().await;
    let late = record(100).replace("2026-11-22", "2026-10-31");
    forge(&world, &format!("{late}\n")).await;
    assert_eq!(world.verify().await.problems, vec![]);
    let key = partition().feeds_key("2026-10".parse().unwrap());
    world.lake.delete(&key).await.unwrap();
    let problem = problem(&world, &key).await;
    assert!(problem.contains("2026-10 may not contain the events of this day"), "{problem}");
    assert!(problem.contains("[event-month]"), "{problem}");
}
