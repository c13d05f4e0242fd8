use super::*;
use crate::read::row_groups::Times;

fn later(ranges: &[Option<(i64, i64)>]) -> Vec<Option<i64>> {
    let groups: Vec<RowGroup> = ranges
        .iter()
        .map(|range| RowGroup { index: 0, times: Times { range: *range, may_be_undated: false } })
        .collect();
    later_than(groups.iter())
}

#[test]
fn later_row_groups_begin_no_earlier() {
    assert_eq!(later(&[Some((1, 9)), Some((2, 3)), Some((5, 6))]), [Some(2), Some(5), None]);
    assert_eq!(later(&[Some((1, 9)), Some((7, 8)), Some((5, 6))]), [Some(5), Some(5), None]);
    assert_eq!(
        later(&[Some((1, 9)), None, Some((5, 6))]),
        [None, Some(5), None],
        "an unknown range may begin anywhere"
    );
    assert_eq!(later(&[]), []);
}
