use super::*;

/// Tables with the figures of a large month, and more that is not in the Parquet.
pub(in super::super) fn tables(tables: &[Table]) -> LakeTables {
    let figures = |table: &Table| TableFigures {
        days: 31,
        log_files: 1_213_579,
        records: 4_336_110,
        duplicates: 1_149_000,
        daily_bytes: 999_900_000,
        parquet_rows: 4_335_000,
        parquet_bytes: 999_900_000,
        ..TableFigures::of(*table)
    };
    LakeTables {
        tables: tables.iter().map(figures).collect(),
        quarantined: 1_031,
        quarantined_example: Some(LeftOutFile {
            key: format!("AWSLogs/\u{1b}[2J\n{}.json.gz", "x".repeat(1_000)),
            reason: "not_json".to_owned(),
            detail: "not JSON:\n0 log files quarantined".to_owned(),
        }),
        monthly_duplicates: 10 * tables.len() as u64,
        months_without_parquet: BTreeSet::from([Month::new(2026, 9).unwrap()]),
    }
}

#[test]
fn columns_stand_under_their_heads() {
    let lines = tables(&Table::ALL).lines();
    let (head, rows) = lines[..5].split_first().unwrap();
    assert!(rows.iter().all(|row| row.len() == head.len()), "{}", lines.join("\n"));
    assert!(rows.iter().zip(Table::ALL).all(|(row, table)| row.starts_with(&format!("  {table} "))));
    assert!(head.len() <= 110, "{head}");
}

#[test]
fn rows_that_are_not_in_the_parquet_are_accounted_for() {
    let mut lake = tables(&[Table::CloudTrail]);
    let said = |lake: &LakeTables| lake.lines().get(2).cloned();
    assert_eq!(
        said(&lake).unwrap(),
        "  not in the Parquet: 1,100 records with an event day in 2026-09, which has missing days; 10 duplicates between days"
    );
    lake.tables[0].parquet_rows += 1_100;
    assert_eq!(said(&lake).unwrap(), "  not in the Parquet: 10 duplicates between days");
    lake.tables[0].parquet_rows += 10;
    lake.monthly_duplicates = 0;
    assert_eq!(said(&lake), None);
}

#[test]
fn a_quarantined_file_is_shown_on_three_lines_whatever_its_key() {
    let mut lake = tables(&[Table::CloudTrail]);
    let lines = lake.quarantined_lines();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("Quarantined: 1,031 log files"), "{lines:?}");
    assert!(lines[1].starts_with(r"  AWSLogs/\u{1b}[2J\nxxx") && lines[1].ends_with("xxx…"), "{lines:?}");
    assert_eq!(lines[1].chars().count(), 2 + MAX_SHOWN);
    assert_eq!(lines[2], r"  not JSON:\n0 log files quarantined");
    lake.quarantined_example = None;
    assert_eq!(lake.quarantined_lines(), ["Quarantined: none"]);
}
