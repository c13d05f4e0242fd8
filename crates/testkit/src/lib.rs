//! What the tests of several crates need. Slow and simple on purpose: it shares no code with what it checks but the
//! types of `cloudtrail-model`. For tests alone.

mod lake;
mod oracle;
mod samples;

pub use lake::{part_lines, partition_lines};
pub use oracle::{Oracle, OraclePartition};
pub use samples::samples_dir;
