//! The corpus of the fuzz target holds, by the same property that is fuzzed.

#[path = "../fuzz/properties/blocks.rs"]
mod blocks;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_blocks_holds() {
    replay::replay(env!("CARGO_MANIFEST_DIR"), "blocks", blocks::check);
}
