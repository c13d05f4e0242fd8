//! What the three Lambda functions have in common. Each binary puts a stage together from its parts.

mod setup;
mod stamp;

pub use setup::{Setup, run};
pub use stamp::{STAMP, today};
