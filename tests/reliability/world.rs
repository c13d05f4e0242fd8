//! A bucket in memory that is the source and the lake at once, and what was delivered.

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

/// The last day of October: the one that most tests work at.
pub(crate) fn last_day() -> Day {
    day(DAYS[1])
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// One bucket. A clone is the same.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) bucket: MemoryStore,
    /// What each log file holds, by key; `None` for a broken one.
    delivered: Arc<Mutex<BTreeMap<String, Option<Vec<Record>>>>>,
    reads: Arc<Reads>,
}

/// Objects that were read as log files and are none.
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
    /// Log files on every day: records that come twice, one in two versions, one without an id, a broken file.
    pub(crate) async fn delivered() -> Self {
        // so few entries that hardly any listing is of one page
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

    /// The bucket for those who read log files.
    pub(crate) fn source(&self) -> Arc<dyn Store> {
        Arc::new(Hooked { store: self.bucket.clone(), hook: self.reads.clone() })
    }

    /// The bucket for those who write the lake.
    pub(crate) fn lake(&self) -> Arc<dyn Store> {
        Arc::new(self.bucket.clone())
    }

    /// Objects that were read as log files and are none.
    pub(crate) fn misread(&self) -> Vec<String> {
        self.reads.0.lock().unwrap().clone()
    }

    /// Delivers a log file, or another in place of it.
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

    /// Takes a log file away.
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

    /// What the daily table must hold of a day: sorted lines.
    pub(crate) fn lines(&self, day: Day) -> Vec<String> {
        once_each(&self.records_of([day]))
    }

    /// What the monthly table must hold of a month, of those days that are in the daily table: the records of its days, but
    /// those that came on the first days of November and are of October's time, which are October's.
    pub(crate) fn month_lines(&self, month: Month, is_there: impl Fn(Day) -> bool) -> Vec<String> {
        let days = DAYS.map(day).into_iter().filter(|day| is_there(*day));
        let records =
            days.flat_map(|day| self.records_of([day]).into_iter().map(move |record| (day, record)));
        let of_month = records.filter(|(day, record)| {
            let home = if record.month() == "2026-10" { october() } else { day.month() };
            home == month
        });
        once_each(&of_month.map(|(_, record)| record).collect::<Vec<_>>())
    }

    /// Every record that the three days brought, once each.
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

    /// What is there now as a world of its own.
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

/// Records of a day with these numbers.
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
