//! Real CloudTrail data, next to the project. It is not part of the project, so it may be missing.

use std::path::{Path, PathBuf};

/// The folder of real samples, `../shared/samples` from the workspace. If it is missing a test prints that and skips;
/// in CI (`CI=true`) it fails.
pub fn samples_dir() -> Option<PathBuf> {
    // crates/testkit is two levels below the workspace
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let samples = workspace.parent()?.join("shared/samples");
    #[expect(clippy::disallowed_methods, reason = "whether this is CI is known from the environment alone")]
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    found(samples, in_ci)
}

fn found(samples: PathBuf, in_ci: bool) -> Option<PathBuf> {
    if samples.is_dir() {
        return Some(samples);
    }
    let message = format!("no real samples at {}", samples.display());
    #[expect(clippy::panic, reason = "a test that silently skips in CI proves nothing")]
    if in_ci {
        panic!("{message}, and CI must have them");
    }
    #[expect(clippy::print_stderr, reason = "the output must show that the test did not run")]
    {
        eprintln!("SKIPPED: {message}");
    }
    None
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
