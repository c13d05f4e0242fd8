//! Read: fetches, gunzips and checks log files, and splits them into records.

pub(crate) mod decode;
pub(crate) mod decode_error;
pub(crate) mod fetch;
pub(crate) mod gunzip;
