//! Runs a [`Handler`](job_queue::Handler) as a Lambda function behind an event source mapping of SQS.
//!
//! | step | file | what |
//! |---|---|---|
//! | settings | `settings` | the environment, checked before the first message |
//! | serve | `serve` | the loop with Lambda's runtime API, one line of JSON for each message |
//! | batch | `batch` | handles messages one by one; failed ones are reported, and delivered again |
//! | deadline | `deadline` | the soft deadline of a message, which leaves time to commit |

mod batch;
mod deadline;
mod serve;
mod settings;

pub use serve::{refuse_to_start, serve};
pub use settings::{BadSetting, Settings};
