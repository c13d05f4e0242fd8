//! The corpora of the fuzz targets hold, by the same properties that are fuzzed.

#[path = "../fuzz/properties/journal.rs"]
mod journal;
#[path = "../fuzz/properties/layout.rs"]
mod layout;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

use replay::replay;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_corpus_of_journal_entries_holds() {
    replay(CRATE, "journal", journal::check);
}

#[test]
fn the_corpus_of_keys_holds() {
    replay(CRATE, "layout", layout::check);
}
