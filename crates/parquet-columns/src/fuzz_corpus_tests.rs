//! The corpus of the fuzz target holds, by the same property that is fuzzed.

use proptest::collection::vec;
use proptest::prelude::*;

#[path = "../fuzz/properties/columns.rs"]
mod columns;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_columns_holds() {
    replay::replay(env!("CARGO_MANIFEST_DIR"), "columns", columns::check);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rows_come_back(mut program in vec(any::<u8>(), 0..400)) {
        // few rows a step: the corpus has the long columns
        program.iter_mut().step_by(8).for_each(|times| *times &= 0xf7);
        columns::check(&program);
    }
}
