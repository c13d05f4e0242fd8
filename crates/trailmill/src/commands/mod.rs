//! One file a command.

pub(crate) mod daily;
pub(crate) mod ddl;
pub(crate) mod demo;
pub(crate) mod status;
pub(crate) mod verify;
