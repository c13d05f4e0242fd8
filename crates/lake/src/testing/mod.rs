//! What the tests of this crate need.

pub(crate) mod attempts;
