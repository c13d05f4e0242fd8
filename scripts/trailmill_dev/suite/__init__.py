"""What tests the Rust code: scripts/test and its steps, scripts/test-over-s3, scripts/fuzz, scripts/mutants,
scripts/reliability."""
