#![no_main]

// what only the crate's tests have: the oracle, and how JSON is compared
#[path = "../../src/arrow_types.rs"]
mod arrow_types;
#[path = "../../src/column_builder.rs"]
mod column_builder;
#[path = "../../src/encoded_rows.rs"]
mod encoded_rows;
#[path = "../../src/flatten.rs"]
mod flatten;
#[path = "../../src/json_equality.rs"]
mod json_equality;
#[path = "../properties/parquet.rs"]
mod parquet_rows;
#[path = "../../src/round_trip.rs"]
mod round_trip;

use arrow_types::arrow_schema;
use flatten::RowBuilder;
use monthly_aggregator::{Options, Rows, append_lines};

libfuzzer_sys::fuzz_target!(
    init: {
        // on the fuzzer's own thread, so that a case covers the same whenever it runs
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        pool.build_global().expect("there is no other pool yet");
    },
    |bytes: &[u8]| parquet_rows::check(bytes)
);
