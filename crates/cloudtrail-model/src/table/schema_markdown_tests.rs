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
        "| `userIdentity.sessionContext.attributes.mfaAuthenticated` | 79 | string | AWS | ",
        "| `resources[].ARN` | 75 | string | AWS | ",
        "| `readOnly` | 16 | string, true or false | AWS | ",
        "| `requestParameters` | 11 | string, JSON | AWS | ",
        "| `managementEvent` | 30 | boolean | newer | ",
        "| `timeWindow.windowSize` | 18 | string | newer | ",
        "| `nullFields` | 35, element 61 | array of strings | Trailmill | ",
        "| `resources` | 17, element 52 | array of structs | AWS | ",
        "| `userIdentity.sessionContext.webIdFederationData.attributes` | 87, key 88, value 89 | map of string to string | AWS | ",
        "| `year` | 37 | int | Trailmill | ",
        "| `month` | 15 | int | Trailmill | ",
    ] {
        assert!(page.contains(row), "{row}");
    }
}
