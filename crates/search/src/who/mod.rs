//! Who: what a principal, an access key or an address did, in one page.

pub(crate) mod subject;
pub(crate) mod summary;
pub(crate) mod tally;
pub(crate) mod trace;
