//! One file a command.

pub(crate) mod daily;
pub(crate) mod ddl;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod monthly;
pub(crate) mod prove;
mod recent_days;
pub(crate) mod redrive;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod verify;
pub(crate) mod who;
pub(crate) mod worker;
