#![no_main]

#[path = "../properties/layout.rs"]
mod layout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| layout::check(bytes));
