#![no_main]

#[path = "../properties/keys.rs"]
mod keys;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keys::check(bytes));
