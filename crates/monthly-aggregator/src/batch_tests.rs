use cloudtrail_model::{Shape, Table};

use super::*;
use crate::test_world::{leaf, piece};

fn leaves() -> Vec<Leaf> {
    Shape::new(Table::CloudTrail).leaves().to_vec()
}

#[test]
fn each_leaf_has_a_cell_for_each_row() {
    let piece = piece(&[
        r#"{"eventName":"a","eventSource":""}"#,
        r#"{"eventName":"a","userIdentity":{"type":"t"}}"#,
        r#"{"userIdentity":{}}"#,
        r#"{"eventName":"a"}"#,
        r#"{"eventName":"b","eventSource":""}"#,
    ]);
    let lines: Vec<_> = piece.lines.iter().map(|line| (&piece, line)).collect();
    let batch = Batch::new(&leaves(), &lines);
    assert_eq!(batch.rows(), 5);
    let identity = piece.lines[1].present();
    assert_eq!(batch.present().collect::<Vec<_>>(), [0, identity, identity, 0, 0]);
    assert_ne!(identity, 0);
    let names: Vec<_> = batch.cells(leaf("eventName")).collect();
    let value = |text: &'static str, again| Cell::Value(text.as_bytes(), again);
    assert_eq!(
        names,
        [value("a", false), value("a", true), Cell::Missing(identity), value("a", true), value("b", false)]
    );
    let sources: Vec<_> = batch.cells(leaf("eventSource")).collect();
    let missing = Cell::Missing;
    assert_eq!(
        sources,
        [value("", false), missing(identity), missing(identity), missing(0), value("", true)]
    );
    assert!(batch.is_empty(leaf("awsRegion")) && !batch.is_empty(leaf("eventSource")));
}

#[test]
fn values_of_lists_stay_with_their_rows() {
    let piece = piece(&[
        r#"{"resources":[{"ARN":"a"},{"ARN":"b"},{}]}"#,
        r#"{"userIdentity":{}}"#,
        r#"{"resources":[]}"#,
        r#"{"resources":[{"ARN":"c"}]}"#,
    ]);
    // in another order than they came, and one of them not at all
    let lines: Vec<_> = [3, 1, 0].iter().map(|at| (&piece, &piece.lines[*at])).collect();
    let batch = Batch::new(&leaves(), &lines);
    let arn = piece.values(&piece.lines[3]).next().unwrap().leaf;
    let found: Vec<(u32, Vec<_>)> =
        batch.repeated(usize::from(arn)).map(|(present, values)| (present, values.collect())).collect();
    let identity = piece.lines[1].present();
    assert_eq!(
        found,
        [
            (0, vec![(0, 4, &b"c"[..])]),
            (identity, vec![]),
            (0, vec![(0, 4, &b"a"[..]), (1, 4, b"b"), (1, 3, b"")]),
        ]
    );
}

#[test]
fn the_longest_values_are_found_as_short_ones_are() {
    let line = format!(r#"{{"userAgent":"{}","eventName":"after"}}"#, "x".repeat(70_000));
    let piece = piece(&[&line, &line]);
    let lines: Vec<_> = piece.lines.iter().map(|line| (&piece, line)).collect();
    let batch = Batch::new(&leaves(), &lines);
    let agents: Vec<_> = batch.cells(leaf("userAgent")).collect();
    let agent = "x".repeat(70_000);
    assert_eq!(agents, [Cell::Value(agent.as_bytes(), false), Cell::Value(agent.as_bytes(), true)]);
    assert_eq!(batch.cells(leaf("eventName")).next(), Some(Cell::Value(b"after", false)));
}
