//! Decorators of a store: each adds one concern to every call.

pub(crate) mod adaptive_limit;
pub(crate) mod limit;
pub(crate) mod meter;
pub(crate) mod retry;
