use super::*;
use crate::testing::rows::TestRow;

/// Rows of values, each a column and its text; and the groups each has.
fn rows(rows: &[(&[(usize, &str)], u32)]) -> Vec<TestRow> {
    let row = |(values, present): &(&[(usize, &str)], u32)| {
        let mut row = TestRow::default();
        values.iter().for_each(|(column, value)| row.push(*column, None, value.as_bytes()));
        row.add_present(*present);
        row
    };
    rows.iter().map(row).collect()
}

#[test]
fn each_column_has_a_cell_for_each_row() {
    let (name, source, nothing) = (0, 1, 2);
    let rows = rows(&[
        (&[(name, "a"), (source, "")], 0),
        (&[(name, "a")], 1),
        (&[], 1),
        (&[(name, "a")], 0),
        (&[(source, ""), (name, "b")], 0),
    ]);
    let batch = Batch::new(3, &rows);
    assert_eq!(batch.rows(), 5);
    assert_eq!(batch.present().collect::<Vec<_>>(), [0, 1, 1, 0, 0]);
    let names: Vec<_> = batch.cells(name).collect();
    let value = |text: &'static str, again| Cell::Value(text.as_bytes(), again);
    assert_eq!(
        names,
        [value("a", false), value("a", true), Cell::Missing(1), value("a", true), value("b", false)]
    );
    let sources: Vec<_> = batch.cells(source).collect();
    let missing = Cell::Missing;
    assert_eq!(sources, [value("", false), missing(1), missing(1), missing(0), value("", true)]);
    assert!(batch.is_empty(nothing) && !batch.is_empty(source));
}

#[test]
fn values_of_lists_stay_with_their_rows() {
    let mut rows = vec![TestRow::default(); 3];
    rows[0].push(1, Some((0, 4)), b"c");
    rows[1].add_present(1);
    rows[2].push(1, Some((0, 4)), b"a");
    rows[2].push(0, None, b"between");
    rows[2].push(1, Some((1, 4)), b"b");
    rows[2].push(1, Some((1, 3)), b"");
    let batch = Batch::new(2, &rows);
    let found: Vec<(u32, Vec<_>)> =
        batch.repeated(1).map(|(present, values)| (present, values.collect())).collect();
    assert_eq!(
        found,
        [(0, vec![(0, 4, &b"c"[..])]), (1, vec![]), (0, vec![(0, 4, &b"a"[..]), (1, 4, b"b"), (1, 3, b"")])]
    );
    assert!(batch.fits(0, false) && batch.fits(1, true));
    assert!(!batch.fits(0, true) && !batch.fits(1, false));
}

#[test]
fn the_longest_values_are_found_as_short_ones_are() {
    let agent = "x".repeat(70_000);
    let rows = rows(&[(&[(0, &agent), (1, "after")], 0), (&[(0, &agent), (1, "after")], 0)]);
    let batch = Batch::new(2, &rows);
    let agents: Vec<_> = batch.cells(0).collect();
    assert_eq!(agents, [Cell::Value(agent.as_bytes(), false), Cell::Value(agent.as_bytes(), true)]);
    assert_eq!(batch.cells(1).next(), Some(Cell::Value(b"after", false)));
}
