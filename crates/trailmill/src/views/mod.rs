//! What commands print of a lake.

pub(crate) mod calendar;
pub(crate) mod explain;
pub(crate) mod found;
pub(crate) mod months;
pub(crate) mod no_days;
pub(crate) mod not_searched;
pub(crate) mod run;
pub(crate) mod who;
