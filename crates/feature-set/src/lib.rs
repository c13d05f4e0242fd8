//! Nothing but the features that its `Cargo.toml` asks for, so that every build of the workspace asks for the same.
