use super::*;

#[test]
fn the_page_in_docs_is_the_one_written_from_the_columns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/schema.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == schema_markdown(),
        "docs/guide/schema.md is out of date; write it again with: trailmill ddl markdown > docs/guide/schema.md"
    );
}

#[test]
fn every_table_has_a_heading_and_every_member_a_row() {
    let page = schema_markdown();
    for table in Table::ALL {
        assert!(page.contains(&format!("\n## `{table}_monthly`\n")), "{table}");
    }
    for row in [
        "| `userIdentity.sessionContext.attributes.mfaAuthenticated` | string | AWS | ",
        "| `resources[].ARN` | string | AWS | ",
        "| `readOnly` | string, true or false | AWS | ",
        "| `requestParameters` | string, JSON | AWS | ",
        "| `managementEvent` | boolean | newer | ",
        "| `timeWindow.windowSize` | string | newer | ",
        "| `nullFields` | array of strings | Trailmill | ",
    ] {
        assert!(page.contains(row), "{row}");
    }
}
