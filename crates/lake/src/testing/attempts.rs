//! What attempts of tests write.

use cloudtrail_model::Day;

use crate::{
    AttemptId, Commit, EventDays, FORMAT_VERSION, Input, InputsWriter, ObjectRef, Part, Stamp, Totals,
    WrittenInputs, WrittenRecords,
};

/// A random attempt ID, and always the same time.
pub(crate) const STAMP: Stamp = Stamp {
    new_attempt: || AttemptId(format!("{:016x}", fastrand::u64(..))),
    now: || "2026-11-22T03:00:00Z".into(),
    tool: "test",
};

/// The day of [`records`].
pub(crate) fn day() -> Day {
    "2026-11-22".parse().unwrap()
}

/// An input of one byte with one record.
pub(crate) fn input(key: &str) -> Input {
    let (key, etag) = (key.to_owned(), "1".into());
    Input { key, etag, bytes: 1, raw_bytes: 1, records: 1, ..Input::default() }
}

/// Inputs of one record each, in their order.
pub(crate) fn inputs<K: AsRef<str>>(keys: &[K]) -> WrittenInputs {
    let mut writer = InputsWriter::new(None);
    for key in keys {
        writer.push(&input(key.as_ref()));
    }
    writer.finish()
}

/// Undated records of one byte each, delivered on [`day`].
pub(crate) fn records(records: u64) -> WrittenRecords {
    let mut event_days = EventDays::default();
    (0..records).for_each(|_| event_days.add(day(), None));
    WrittenRecords { records, raw_bytes: records, event_days, ..WrittenRecords::default() }
}

/// A commit of two inputs with three records.
pub(crate) fn commit() -> Commit {
    let part = Part {
        key: "p".into(),
        bytes: 7,
        raw_bytes: 70,
        records: 2,
        sha256: "00".into(),
        event_days: records(2).event_days,
        ..Part::default()
    };
    Commit {
        version: FORMAT_VERSION,
        seq: 2,
        attempt: AttemptId("a".into()),
        time: "2026-11-22T03:00:00Z".into(),
        inputs: Some(ObjectRef { sha256: "11".into(), bytes: 77, lines: 2 }),
        parts: vec![part],
        totals: Totals {
            files_in: 2,
            files_ok: 1,
            files_quarantined: 1,
            records_in: 3,
            records_out: 2,
            duplicates: 1,
            bytes_in: 15,
            raw_bytes_in: 100,
            raw_bytes_out: 70,
            bytes_out: 7,
            ..Totals::default()
        },
        ..Commit::default()
    }
}
