//! Any text as a key, a prefix, a file name, a day, a journal key: no panic, and what parses is given back.
#![no_main]

use cloudtrail_model::{Day, LogFileName, Month, Partition, SourceKey, SourcePrefix};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = SourceKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Some(name) = LogFileName::parse(text) {
        assert_eq!(LogFileName::parse(&name.to_string()), Some(name));
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string(), text);
    }
    if let Ok(month) = text.parse::<Month>() {
        assert_eq!(month.to_string(), text);
    }
    if let Some(partition) = Partition::from_journal_prefix(text) {
        assert_eq!(partition.journal_prefix(), text);
    }
    let _ = SourcePrefix::parse(text);
    let _ = cloudtrail_model::event_time_millis(text);
});
