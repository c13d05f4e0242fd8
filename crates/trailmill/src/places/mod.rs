//! Where the log files and the lake are, and how they are opened.

mod open;
mod place;
mod proof;

pub(crate) use open::{
    create_lake, lake_if_there, open_lake, open_source, open_written_lake, refuse_overlap, session,
    source_store,
};
pub(crate) use place::Place;
pub(crate) use proof::{bucket_of, proof_settings, public_keys};
