//! The corpus of the fuzz target holds, by the same property that is fuzzed.

#[path = "../fuzz/properties/parquet.rs"]
mod parquet_rows;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_parquet_holds() {
    replay::replay(env!("CARGO_MANIFEST_DIR"), "parquet", parquet_rows::check);
}
