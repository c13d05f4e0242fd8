//! The common setup of the three Lambda functions. Each binary is a composition root.

mod proof_mode;
mod setup;
mod stamp;

pub use setup::{Setup, run};
pub use stamp::{STAMP, today};
