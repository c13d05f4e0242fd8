//! Plan: which daily parts hold the events of a month, which event days to write, and in which order to read.

pub(crate) mod days_there;
pub(crate) mod month_plan;
pub(crate) mod size;
pub(crate) mod slice;
pub(crate) mod window;
