use std::collections::BTreeSet;

use super::*;

#[test]
fn the_page_in_docs_is_the_one_made_from_the_list() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/internals/invariants.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == invariants_markdown(),
        "docs/internals/invariants.md is out of date; make it again with: cargo run -p lake --example invariants > \
         docs/internals/invariants.md"
    );
}

#[test]
fn names_are_lower_case_words_and_no_two_are_the_same() {
    let names: BTreeSet<&str> = Invariant::ALL.iter().map(|invariant| invariant.name()).collect();
    assert_eq!(names.len(), Invariant::ALL.len());
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())));
}
