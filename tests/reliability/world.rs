//! A bucket in memory that is both source and lake, and the log files delivered to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use cloudtrail_model::{Day, Month, Stage, Table};
use lake::Partition;
use lake_store::{Depth, MemoryStore, Store, list_all};
use testkit::{Call, Hook, Hooked};

use crate::record::{Record, log_file, once_each};

/// The days of the world. The last is in the next month, and brings a record of the month before.
pub(crate) const DAYS: [&str; 3] = ["2026-10-30", "2026-10-31", "2026-11-01"];

/// The last day of October, which most tests use.
pub(crate) fn last_day() -> Day {
    day(DAYS[1])
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// One bucket. Clones share the content.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) bucket: MemoryStore,
    /// The records of each log file by key; `None` for a broken one.
    delivered: Arc<Mutex<BTreeMap<String, Option<Vec<Record>>>>>,
    reads: Arc<Reads>,
}

/// Objects that were read as log files although they are not.
#[derive(Debug, Default)]
struct Reads(Mutex<Vec<String>>);

#[async_trait]
impl Hook for Reads {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if matches!(call, Call::Get | Call::GetRange) && !key.starts_with("AWSLogs/") {
            self.0.lock().unwrap().push(key.to_owned());
        }
        Ok(())
    }
}

impl World {
    /// Log files on every day, with duplicates, a conflict, a record without an ID, and a broken file.
    pub(crate) async fn delivered() -> Self {
        // few entries, so that most listings have several pages
        let bucket = MemoryStore::with_page_size(3);
        let world = World { bucket, delivered: Arc::default(), reads: Arc::default() };
        for (at, of) in DAYS.into_iter().enumerate() {
            let first = at as u64 * 100;
            world.deliver(day(of), "b", &records(of, first..first + 5)).await;
            world.deliver(day(of), "c", &records(of, first + 3..first + 8)).await;
        }
        let [_, at_last, next] = DAYS;
        let odd = [
            Record::of(104, &time(at_last)).conflicting(),
            Record::of(190, &time(at_last)).without_id(),
            Record::of(190, &time(at_last)).without_id(),
        ];
        world.deliver(day(at_last), "d", &odd).await;
        world.deliver_broken(day(at_last), "e").await;
        world.deliver(day(next), "d", &[Record::of(195, &time(at_last))]).await;
        world
    }

    /// The bucket as the source.
    pub(crate) fn source(&self) -> Arc<dyn Store> {
        Arc::new(Hooked { store: self.bucket.clone(), hook: self.reads.clone() })
    }

    /// The bucket as the lake.
    pub(crate) fn lake(&self) -> Arc<dyn Store> {
        Arc::new(self.bucket.clone())
    }

    /// Objects that were read as log files although they are not.
    pub(crate) fn misread(&self) -> Vec<String> {
        self.reads.0.lock().unwrap().clone()
    }

    /// Delivers a log file, or replaces it.
    pub(crate) async fn deliver(&self, day: Day, name: &str, records: &[Record]) {
        self.put(day, name, log_file(records), Some(records.to_vec())).await;
    }

    pub(crate) async fn deliver_broken(&self, day: Day, name: &str) {
        self.put(day, name, b"no log file".to_vec(), None).await;
    }

    async fn put(&self, day: Day, name: &str, body: Vec<u8>, records: Option<Vec<Record>>) {
        let key = key(day, name);
        self.bucket.delete(&key).await.unwrap();
        self.bucket.create_new(&key, body.into()).await.unwrap();
        self.delivered.lock().unwrap().insert(key, records);
    }

    /// Deletes a log file.
    pub(crate) async fn take_away(&self, day: Day, name: &str) {
        let key = key(day, name);
        self.bucket.delete(&key).await.unwrap();
        self.delivered.lock().unwrap().remove(&key);
    }

    /// The keys of a day's log files.
    pub(crate) fn files(&self, day: Day) -> Vec<String> {
        let prefix = key(day, "");
        let prefix = prefix.trim_end_matches(".json.gz");
        let delivered = self.delivered.lock().unwrap();
        delivered.keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    /// Whether a log file is broken.
    pub(crate) fn is_broken(&self, key: &str) -> bool {
        self.delivered.lock().unwrap().get(key).is_some_and(Option::is_none)
    }

    /// The expected lines of a day in the daily table, sorted.
    pub(crate) fn lines(&self, day: Day) -> Vec<String> {
        once_each(&self.records_of([day]))
    }

    /// The expected lines of a month in the monthly table: the records of its event time, from the days in the daily table.
    pub(crate) fn month_lines(&self, month: Month, is_there: impl Fn(Day) -> bool) -> Vec<String> {
        let days = DAYS.map(day).into_iter().filter(|day| is_there(*day));
        let records = days.flat_map(|day| self.records_of([day]));
        once_each(&records.filter(|record| record.month() == month.to_string()).collect::<Vec<_>>())
    }

    /// Every record delivered on the three days, deduplicated.
    pub(crate) fn all_lines(&self) -> Vec<String> {
        once_each(&self.records_of(DAYS.map(day)))
    }

    fn records_of(&self, days: impl IntoIterator<Item = Day>) -> Vec<Record> {
        let files: Vec<String> = days.into_iter().flat_map(|day| self.files(day)).collect();
        let delivered = self.delivered.lock().unwrap();
        files.iter().filter_map(|key| delivered[key].clone()).flatten().collect()
    }

    /// Every object of the lake below a prefix.
    pub(crate) async fn objects(&self, prefix: &str) -> BTreeMap<String, Bytes> {
        let page = list_all(&self.bucket, prefix, Depth::All).await.unwrap();
        let mut objects = BTreeMap::new();
        for object in page.objects {
            let body = self.bucket.get(&object.key, None).await.unwrap();
            objects.insert(object.key, body);
        }
        objects
    }

    /// A copy of the world.
    pub(crate) fn snapshot(&self) -> Self {
        let delivered = self.delivered.lock().unwrap().clone();
        World {
            bucket: self.bucket.snapshot(),
            delivered: Arc::new(Mutex::new(delivered)),
            reads: Arc::default(),
        }
    }
}

pub(crate) fn key(day: Day, name: &str) -> String {
    format!("AWSLogs/111122223333/CloudTrail/us-east-1/{}/{name}.json.gz", day.as_path())
}

pub(crate) fn november() -> Month {
    "2026-11".parse().unwrap()
}

pub(crate) fn time(day: &str) -> String {
    format!("{day}T10:11:12Z")
}

/// The records of a day with these numbers.
pub(crate) fn records(day: &str, numbers: impl IntoIterator<Item = u64>) -> Vec<Record> {
    numbers.into_iter().map(|number| Record::of(number, &time(day))).collect()
}

/// The partitions of the world.
pub(crate) fn partitions() -> Vec<Partition> {
    let days = DAYS.map(|of| Partition::day(Table::CloudTrail, day(of)));
    let months = [october(), november()].map(|month| Partition::month(Table::CloudTrail, month));
    days.into_iter().chain(months).collect()
}

pub(crate) fn is_monthly(partition: Partition) -> bool {
    partition.stage() == Stage::Monthly
}
