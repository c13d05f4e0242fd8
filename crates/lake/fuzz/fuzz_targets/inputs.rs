#![no_main]
#![allow(dead_code, reason = "of the crate's own modules only some functions are fuzzed")]

// what the crate does not give out
#[path = "../../src/front_coded.rs"]
mod front_coded;
#[path = "../../src/input.rs"]
mod input;
#[path = "../../src/inputs.rs"]
mod inputs;
#[path = "../../src/lines_object.rs"]
mod lines_object;
#[path = "../properties/inputs.rs"]
mod property;

use input::Input;
use lake::{ObjectRef, hex, unhex};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| property::check(bytes));
