use std::collections::BTreeMap;
use std::sync::Mutex;

use lake::Outcome;
use lake_store::{StoreError, Unreadable, with_causes};
use testkit::{Call, Hook, Hooked};

use super::*;
use crate::testing::world::{World, committed, key, lines_of};

/// Refuses reads of some objects, and counts the reads of each.
#[derive(Debug, Default)]
struct Refusing {
    refused: Mutex<BTreeMap<String, Unreadable>>,
    reads: Mutex<Vec<String>>,
}

impl Refusing {
    fn refuse(&self, names: &[&str], why: Unreadable) {
        self.refused.lock().unwrap().extend(names.iter().map(|name| (key(name), why)));
    }

    fn give_out(&self, name: &str) {
        self.refused.lock().unwrap().remove(&key(name));
    }

    fn take_reads(&self) -> Vec<String> {
        let mut reads = std::mem::take(&mut *self.reads.lock().unwrap());
        reads.sort_unstable();
        reads
    }
}

#[async_trait]
impl Hook for Refusing {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call != Call::Get {
            return Ok(());
        }
        self.reads.lock().unwrap().push(key.to_owned());
        match self.refused.lock().unwrap().get(key) {
            Some(why) => Err(StoreError::new(ErrorKind::Unreadable(*why), "read", key).because("no")),
            None => Ok(()),
        }
    }
}

/// A world whose source refuses reads.
struct Refused {
    world: World,
    hook: Arc<Refusing>,
}

impl Refused {
    /// Three log files of three records each, `a`, `b` and `c`.
    async fn new() -> Self {
        let world = World::new();
        for (name, first) in [("a", 0), ("b", 3), ("c", 6)] {
            world.deliver(name, first..first + 3).await;
        }
        Refused { world, hook: Arc::default() }
    }

    async fn run(&self, request: Request) -> Result<DayReport, DailyError> {
        let source = Hooked { store: self.world.source.clone(), hook: self.hook.clone() };
        self.world.run_over(source, self.world.lake.clone(), request).await
    }

    async fn report(&self) -> DayReport {
        self.run(Request::default()).await.unwrap()
    }

    async fn assert_up_to_date(&self, unreadable: &UnreadableFiles) {
        let before = self.world.lake_listing().await;
        let report = self.report().await;
        assert_eq!((report.outcome, &report.unreadable), (Outcome::UpToDate, unreadable));
        assert_eq!(self.world.lake_listing().await, before, "not even a claim is written");
        assert_eq!(self.world.verify().await.problems, vec![]);
    }
}

#[tokio::test]
async fn an_object_that_is_not_given_out_does_not_block_its_day() {
    for why in [Unreadable::Archived, Unreadable::EncryptionKey, Unreadable::AccessDenied] {
        let refused = Refused::new().await;
        refused.hook.refuse(&["b"], why);
        let report = refused.report().await;
        let [file] = &report.unreadable.examples[..] else { panic!("{:?}", report.unreadable) };
        assert_eq!((&file.key, file.reason.as_str()), (&key("b"), why.code()));
        assert!(file.detail.ends_with(": no"), "{}", file.detail);
        let totals = committed(report.outcome).totals;
        assert_eq!((totals.files_in, totals.files_ok, totals.files_unreadable), (3, 2, 1));
        assert_eq!(refused.world.lines().await, lines_of([0, 1, 2, 6, 7, 8]));
        let state = refused.world.state().await;
        assert!(state.is_there(), "the day counts as there");
        assert!(state.inputs.get(&key("b")).unwrap().is_unreadable());
    }
}

#[tokio::test]
async fn each_run_tries_an_unreadable_object_again_and_commits_only_once_it_is_given_out() {
    let refused = Refused::new().await;
    refused.hook.refuse(&["b"], Unreadable::Archived);
    let unreadable = refused.report().await.unreadable;
    refused.hook.take_reads();
    refused.assert_up_to_date(&unreadable).await;
    assert_eq!(refused.hook.take_reads(), [key("b")], "no other file is read again");

    refused.hook.give_out("b");
    let report = refused.report().await;
    assert_eq!(report.unreadable, UnreadableFiles::default());
    let totals = committed(report.outcome).totals;
    assert_eq!((totals.files_in, totals.records_out), (1, 3));
    refused.world.assert_settled(&lines_of(0..9), "").await;
    assert_eq!(refused.world.state().await.input_counts.unreadable, 0);
}

#[tokio::test]
async fn a_new_file_is_committed_while_an_earlier_one_is_still_unreadable() {
    let refused = Refused::new().await;
    refused.hook.refuse(&["b"], Unreadable::AccessDenied);
    let unreadable = refused.report().await.unreadable;
    refused.world.deliver("d", 9..12).await;
    let report = refused.report().await;
    assert_eq!(report.unreadable, unreadable);
    assert_eq!(committed(report.outcome).totals.files_in, 1);
    refused.assert_up_to_date(&unreadable).await;
}

#[tokio::test]
async fn a_day_of_which_nothing_is_given_out_fails_unless_it_is_archived() {
    for why in [Unreadable::AccessDenied, Unreadable::EncryptionKey] {
        let refused = Refused::new().await;
        refused.hook.refuse(&["a", "b", "c"], why);
        let error = with_causes(&refused.run(Request::default()).await.unwrap_err());
        assert!(error.starts_with("cannot fetch a log file: cannot read AWSLogs/"), "{error}");
        assert_eq!(refused.world.state().await.commits, 0, "{why:?}");
    }
    let archived = Refused::new().await;
    archived.hook.refuse(&["a", "b", "c"], Unreadable::Archived);
    let report = archived.report().await;
    assert_eq!((report.unreadable.count, committed(report.outcome).totals.files_unreadable), (3, 3));
    archived.assert_up_to_date(&report.unreadable).await;
}

#[tokio::test]
async fn a_rebuild_does_not_lose_what_was_read_before_an_object_was_archived() {
    let refused = Refused::new().await;
    refused.report().await;
    refused.hook.refuse(&["b"], Unreadable::Archived);
    let rebuilt = refused.run(Request { rebuild: true, ..Request::default() }).await;
    let Err(DailyError::RebuildBreaks { key: named, .. }) = rebuilt else { panic!("{rebuilt:?}") };
    assert_eq!(named, key("b"));
    assert_eq!(refused.world.lines().await, lines_of(0..9));
}

#[tokio::test]
async fn at_most_a_hundred_unreadable_objects_are_named_and_all_are_counted() {
    let refused = Refused::new().await;
    let names: Vec<String> = (0..150).map(|number| format!("n{number:03}")).collect();
    for name in &names {
        refused.world.deliver(name, [100]).await;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    refused.hook.refuse(&names, Unreadable::Archived);
    for _ in 0..2 {
        let unreadable = refused.report().await.unreadable;
        assert_eq!((unreadable.count, unreadable.examples.len()), (150, 100));
        assert_eq!(unreadable.examples[99].key, key("n099"));
    }
}

#[tokio::test]
async fn a_good_file_that_becomes_unreadable_when_it_is_replaced_keeps_its_records() {
    let refused = Refused::new().await;
    refused.report().await;
    refused.world.deliver("b", 20..23).await;
    refused.hook.refuse(&["b"], Unreadable::EncryptionKey);
    assert_eq!(refused.report().await.unreadable.count, 1);
    assert_eq!(refused.world.lines().await, lines_of(0..9));
}
