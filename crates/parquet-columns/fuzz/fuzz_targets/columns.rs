#![no_main]

#[path = "../properties/columns.rs"]
mod columns;
// what only the crate's tests have: rows of Arrow as the encoder takes them
#[path = "../../src/testing/mod.rs"]
mod testing;

libfuzzer_sys::fuzz_target!(
    init: {
        // on the fuzzer's own thread, so that a case covers the same whenever it runs
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        pool.build_global().expect("there is no other pool yet");
    },
    |bytes: &[u8]| columns::check(bytes)
);
