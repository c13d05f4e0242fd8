#![no_main]

#[path = "../properties/blocks.rs"]
mod blocks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| blocks::check(bytes));
