//! What the tests of this crate, and its fuzz target, need.

pub(crate) mod rows;
