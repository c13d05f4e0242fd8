use super::*;

fn found(instant: Option<i64>, id: &str) -> Found {
    Found { instant, line: format!("{{\"eventID\":\"{id}\"}}").into_bytes() }
}

fn chunk(of: &[(Option<i64>, &str)]) -> Chunk {
    Chunk { found: of.iter().map(|(instant, id)| found(*instant, id)).collect(), ..Chunk::default() }
}

fn later(instant: i64) -> Chunk {
    Chunk { later_than: Some(instant), ..Chunk::default() }
}

/// What is handed on while `work` runs.
fn handed_on(
    only_number: bool,
    limit: Option<u64>,
    work: impl FnOnce(&mut Results<'_>),
) -> (Vec<String>, u64) {
    let mut all = Vec::new();
    let mut take = |_, found: Found| {
        all.push(String::from_utf8(found.line).unwrap()[12..13].to_owned());
        ControlFlow::Continue(())
    };
    let mut results = Results::new(&mut take, only_number, limit);
    work(&mut results);
    let number = results.found();
    (all, number)
}

#[test]
fn records_come_in_the_order_of_time_and_undated_ones_last() {
    let (all, number) = handed_on(false, None, |results| {
        assert!(results.add(chunk(&[(Some(3), "c"), (None, "u"), (Some(1), "a")])).is_continue());
        assert!(results.add(chunk(&[(Some(2), "b")])).is_continue());
        assert!(results.end_unit(None).is_continue());
    });
    assert_eq!((all.concat(), number), ("abcu".to_owned(), 4));
}

#[test]
fn what_nothing_can_come_before_is_handed_on_at_once() {
    let (all, _) = handed_on(false, None, |results| {
        let _ = results.add(chunk(&[(Some(9), "b"), (Some(1), "a")]));
        let _ = results.add(later(5));
        assert_eq!((results.done_before(), results.found()), (Some(5), 1));
        // the unit is read again from there
        assert!(results.forget_unit());
        let _ = results.add(chunk(&[(Some(9), "b")]));
        let _ = results.end_unit("1970-01-01".parse().ok());
        assert_eq!(results.done_before(), Some(86_400_000_000));
    });
    assert_eq!(all.concat(), "ab");
}

#[test]
fn more_than_fits_into_memory_is_sorted_in_runs_and_cannot_be_read_again() {
    let (all, _) = handed_on(false, None, |results| {
        results.held_at_most = 100;
        let _ = results.add(chunk(&[(Some(9), "b"), (Some(8), "a"), (Some(10), "c")]));
        let _ = results.add(chunk(&[(Some(1), "d")]));
        let _ = results.add(later(11));
        assert_eq!(results.done_before(), None);
        assert!(!results.forget_unit());
        let _ = results.end_unit(None);
        assert!(results.forget_unit(), "the next unit has handed on nothing");
    });
    assert_eq!(all.concat(), "abc");
}

#[test]
fn an_undated_record_is_there_once() {
    let work = |results: &mut Results<'_>| {
        let _ = results.add(chunk(&[(None, "u"), (None, "v"), (None, "u")]));
        let _ = results.end_unit(None);
        let _ = results.add(chunk(&[(None, "u")]));
        let _ = results.end_unit(None);
    };
    assert_eq!(handed_on(false, None, work).0.concat(), "uv");
    assert_eq!(handed_on(true, None, work), (vec![], 2));
}

#[test]
fn a_limit_ends_the_search() {
    let (all, number) = handed_on(false, Some(2), |results| {
        assert!(results.add(chunk(&[(Some(3), "c"), (Some(1), "a"), (Some(2), "b")])).is_continue());
        assert!(results.end_unit(None).is_break());
    });
    assert_eq!((all.concat(), number), ("ab".to_owned(), 2));
    let (_, number) = handed_on(true, Some(2), |results| {
        assert!(results.add(Chunk { counted: 5, ..Chunk::default() }).is_break());
    });
    assert_eq!(number, 2);
}

#[test]
fn a_number_counts_for_good_at_the_end_of_a_unit() {
    let (_, number) = handed_on(true, None, |results| {
        let _ = results.add(Chunk { counted: 5, later_than: Some(7), ..Chunk::default() });
        let _ = results.add(chunk(&[(Some(3), "c"), (None, "u")]));
        assert_eq!((results.found(), results.done_before()), (6, None));
        assert!(results.forget_unit());
        assert_eq!(results.found(), 0);
        let _ = results.add(Chunk { counted: 4, ..Chunk::default() });
        let _ = results.end_unit(None);
    });
    assert_eq!(number, 4);
}
