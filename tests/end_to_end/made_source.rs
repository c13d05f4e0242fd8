//! Sources made for a test: generated days and files put by hand.

use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;

use cloudtrail_corpus::{OrganizationConfig, sample_records};
use cloudtrail_model::{Day, Table};
use lake::Partition;

/// The delivery day of most tests.
pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

/// The main table's partition of [`day`].
pub(crate) fn main_partition() -> Partition {
    Partition::day(Table::CloudTrail, day())
}

/// A small day with unusual files among the others.
pub(crate) fn small_day(files: u32, records: u32) -> OrganizationConfig {
    OrganizationConfig { files, records, odd_files: 7, ..OrganizationConfig::article_day() }
}

/// The key of a log file with a name, in a folder of [`day`] by itself.
pub(crate) fn key_of(name: &str) -> String {
    key_on(day(), name)
}

/// The key of a log file delivered on a day, in a folder by itself.
pub(crate) fn key_on(day: Day, name: &str) -> String {
    format!("AWSLogs/991122223333/CloudTrail/eu-west-1/{}/{name}", day.as_path())
}

/// A record with a number, of a time such as `2026-11-22T10:11:12Z`.
pub(crate) fn event(number: u64, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventID":"00000000-0000-4000-8000-{number:012x}","eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{{"n":{number}.0}},"responseElements":null}}"#
    )
}

/// The text of a log file.
pub(crate) fn log_file(records: &[String]) -> Vec<u8> {
    format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes()
}

/// A good log file with records unique to its seed.
pub(crate) fn good_log_file(seed: u64) -> Vec<u8> {
    log_file(&sample_records(seed, 5))
}

/// Writes a file of a source, or replaces it.
pub(crate) fn put(root: &Path, key: &str, body: &[u8]) {
    let path = root.join(key);
    create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(body).unwrap();
}
