//! What a person at a terminal reads.

pub(crate) mod argument_error;
pub(crate) mod console;
pub(crate) mod numbers;
pub(crate) mod printable;
pub(crate) mod progress_bar;
pub(crate) mod width;
