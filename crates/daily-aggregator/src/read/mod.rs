//! Read: log files are fetched, gunzipped, checked and split into records.

pub(crate) mod decode;
pub(crate) mod decode_error;
pub(crate) mod fetch;
pub(crate) mod gunzip;
