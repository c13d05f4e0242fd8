//! The corpora of the fuzz targets hold, by the same properties that are fuzzed.

#[path = "../fuzz/properties/inputs.rs"]
mod inputs;
#[path = "../fuzz/properties/journal.rs"]
mod journal;
#[path = "../fuzz/properties/layout.rs"]
mod layout;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

use replay::replay;

use crate::Entry;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_corpus_of_inputs_holds() {
    replay(CRATE, "inputs", inputs::check);
}

#[test]
fn the_corpus_of_journal_entries_holds() {
    replay(CRATE, "journal", journal::check);
}

/// Entries of another format are refused before anything else is read of them.
#[test]
fn the_seeds_of_the_current_format_are_entries() {
    for seed in ["claim_2", "day_2", "month_2", "most_2"] {
        let text = std::fs::read(format!("{CRATE}/fuzz/corpus/journal/{seed}")).unwrap();
        assert!(Entry::from_json(&text).is_ok(), "{seed}");
    }
}

#[test]
fn the_corpus_of_keys_holds() {
    replay(CRATE, "layout", layout::check);
}
