//! The corpora of the fuzz targets hold, by the same properties that are fuzzed.

#[path = "../fuzz/properties/digests.rs"]
mod digests;
#[path = "../fuzz/properties/envelope.rs"]
mod envelope;
#[path = "../fuzz/properties/keys.rs"]
mod keys;
#[path = "../fuzz/replay.rs"]
mod replay;

use replay::replay;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_corpus_of_digests_holds() {
    replay(CRATE, "digests", digests::check);
}

#[test]
fn the_corpus_of_envelopes_holds() {
    replay(CRATE, "envelope", envelope::check);
}

#[test]
fn the_corpus_of_keys_holds() {
    replay(CRATE, "keys", keys::check);
}
