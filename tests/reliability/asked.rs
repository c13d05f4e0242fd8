//! What scripts/reliability asks for.

/// How many seeds the long run has.
pub(crate) fn seeds() -> u64 {
    variable("SEEDS").map_or(10_000, |count| count.parse().expect("SEEDS is a number"))
}

/// The seed and the order of a run that is to be seen again.
pub(crate) fn order() -> (u64, String) {
    let seed = variable("SEED").expect("SEED and ORDER say which");
    (seed.parse().expect("SEED is a number"), variable("ORDER").expect("ORDER is what was printed"))
}

#[expect(clippy::disallowed_methods, reason = "the script that runs the tests says it so")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
