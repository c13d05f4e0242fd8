//! What the tests of this crate need: a lake, and rows worked out by other means.

pub(crate) mod encoded_rows;
pub(crate) mod json_text;
pub(crate) mod oracle;
pub(crate) mod round_trip;
// not for the fuzz target, which takes the others
#[cfg(test)]
pub(crate) mod world;
