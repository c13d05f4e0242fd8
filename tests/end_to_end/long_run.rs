//! The number of rounds of randomized tests: fewer in scripts/test, since tests/reliability enumerates the cases; all in
//! scripts/reliability.

/// The number of rounds: `long` if `TRAILMILL_LONG_RUN` is set, else `short`.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    if std::env::var_os("TRAILMILL_LONG_RUN").is_some() { long } else { short }
}
