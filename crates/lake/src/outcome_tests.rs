use super::*;

#[test]
fn json_names_the_inputs_that_are_left_only_if_there_are_some() {
    let json = |left| serde_json::to_value(Committed { left, ..Committed::default() }).unwrap();
    assert_eq!(json(0).get("left"), None);
    assert_eq!(json(3)["left"], 3);
}

#[test]
fn commits_of_one_run_add_up() {
    let commit = |records_out, left, index_bytes| {
        let totals = Totals { records_out, ..Totals::default() };
        Committed { totals, left, retired: 1, swept: 2, index_bytes, ..Committed::default() }
    };
    let mut sum = commit(5, 10, 700);
    sum.add(commit(7, 3, 600));
    assert_eq!(
        (sum.totals.records_out, sum.left, sum.retired, sum.swept, sum.index_bytes),
        (12, 3, 2, 4, 700)
    );
}
