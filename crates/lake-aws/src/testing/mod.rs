//! What the tests of this crate need.

pub(crate) mod raw_server;
pub(crate) mod recorder;
pub(crate) mod world;
