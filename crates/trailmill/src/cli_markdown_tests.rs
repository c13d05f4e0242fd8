use super::*;

#[test]
fn the_page_in_docs_is_the_one_written_from_the_command_line() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/cli.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == cli_markdown(),
        "docs/guide/cli.md is out of date; write it again with: cargo run -p trailmill -- cli-reference > docs/guide/cli.md"
    );
}

#[test]
fn every_command_has_a_heading_and_its_options_rows() {
    let page = cli_markdown();
    for command in Arguments::command().get_subcommands().filter(|command| is_shown(command)) {
        assert!(
            page.contains(&format!("\n## `trailmill {}`\n", command.get_name())),
            "{}",
            command.get_name()
        );
    }
    for row in [
        "| `--json` | Print JSON, ",
        "| `--lake <PLACE>` | Where the lake is: s3://BUCKET/PREFIX, or a folder. **Required.** |",
        "| `--level <1-9>` | How hard parts are compressed, as with gzip: 1 is fastest, 9 smallest. Default: `6`. |",
        "One of `athena` (Amazon Athena), ",
    ] {
        assert!(page.contains(row), "{row} is not in:\n{page}");
    }
}

#[test]
fn the_command_that_writes_the_page_is_not_in_it() {
    assert!(!cli_markdown().contains("## `trailmill cli-reference`"));
}
