//! Parameters from scripts/reliability.

/// The number of seeds of the long run.
pub(crate) fn seeds() -> u64 {
    variable("SEEDS").map_or(10_000, |count| count.parse().expect("SEEDS is a number"))
}

/// The seed and the schedule to replay.
pub(crate) fn order() -> (u64, String) {
    let seed = variable("SEED").expect("SEED and ORDER are set");
    (seed.parse().expect("SEED is a number"), variable("ORDER").expect("ORDER is what was printed"))
}

#[expect(clippy::disallowed_methods, reason = "the script that runs the tests sets it")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
