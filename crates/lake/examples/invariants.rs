//! Prints docs/internals/invariants.md.

#[expect(clippy::print_stdout, reason = "it is what this is for")]
fn main() {
    print!("{}", lake::invariants_markdown());
}
