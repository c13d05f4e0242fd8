//! How often what happens at random is tried: less often by scripts/test, for the enumerated tests of tests/reliability are
//! the proof; in full by scripts/reliability.

/// The number of rounds: `long` where the environment has `TRAILMILL_LONG_RUN`, else `short`.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    if std::env::var_os("TRAILMILL_LONG_RUN").is_some() { long } else { short }
}
