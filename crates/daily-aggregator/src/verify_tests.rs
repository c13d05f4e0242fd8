use super::*;
use crate::testing::world::{World, gzip, partition, put, record};
use lake::{Claimed, Commit, CommitOutcome, FORMAT_VERSION, Input, Totals, Verdict, part_key};
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
    let (journal, state) = (world.journal(), world.state().await);
    let claim = journal.claim(&state, (STAMP.new_attempt)(), String::new(), String::new());
    let Claimed::Yes(claim) = claim.await.unwrap() else { panic!("taken") };
    let body = gzip(text.as_bytes());
    let part = Part {
        key: part_key(partition(), claim.seq, 0),
        bytes: body.len() as u64,
        raw_bytes: text.len() as u64,
        records: text.lines().count() as u64,
        sha256: lake::hex(&<sha2::Sha256 as sha2::Digest>::digest(&body)),
        min_event_time: None,
        max_event_time: None,
    };
    let key = part.key.clone();
    put(&world.lake, &key, body).await;
    let input = Input {
        key: "forged".into(),
        etag: "v1".into(),
        bytes: 1,
        raw_bytes: 1,
        records: part.records,
        duplicates: 0,
        other_months: 0,
        verdict: Verdict::Ok,
    };
    let totals = Totals {
        files_in: 1,
        files_ok: 1,
        records_in: part.records,
        records_out: part.records,
        bytes_in: 1,
        raw_bytes_in: 1,
        raw_bytes_out: part.raw_bytes,
        bytes_out: part.bytes,
        ..Totals::default()
    };
    let commit = Commit {
        version: FORMAT_VERSION,
        seq: claim.seq + 1,
        attempt: claim.attempt,
        time: String::new(),
        replaces: false,
        inputs: vec![input],
        parts: vec![part],
        retired: Vec::new(),
        totals,
        month: None,
    };
    assert_eq!(journal.commit(commit.balanced().unwrap()).await.unwrap(), CommitOutcome::Committed);
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
    assert!(said.contains("2 records are in the partition twice; "), "{said}");
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
