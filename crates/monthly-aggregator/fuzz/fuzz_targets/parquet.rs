#![no_main]

#[path = "../properties/parquet.rs"]
mod parquet_rows;
// what only the crate's tests have: the oracle, and how JSON is compared
#[path = "../../src/testing/mod.rs"]
mod testing;

use monthly_aggregator::{Options, Rows, append_lines, arrow_schema};

libfuzzer_sys::fuzz_target!(
    init: {
        // on the fuzzer's own thread, so that a case covers the same whenever it runs
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        pool.build_global().expect("there is no other pool yet");
    },
    |bytes: &[u8]| parquet_rows::check(bytes)
);
