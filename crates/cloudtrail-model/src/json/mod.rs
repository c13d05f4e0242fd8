//! JSON as bytes: one scanner, and the members of objects.

pub(crate) mod members;
pub(crate) mod scan;
