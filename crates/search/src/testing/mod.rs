//! Tests only: lakes, and what must be found in them.

pub(crate) mod oracle;
pub(crate) mod queries;
pub(crate) mod world;
