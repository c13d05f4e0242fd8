use super::*;

fn store_error(kind: ErrorKind) -> StoreError {
    StoreError::new(kind, "read", "part")
}

#[test]
fn a_part_that_does_not_exist_is_told_from_one_that_cannot_be_read() {
    for (kind, expected) in [(ErrorKind::NotFound, Some("part")), (ErrorKind::Denied, None)] {
        let daily = SearchError::part("part", PartError::Store(store_error(kind)));
        let monthly = SearchError::parquet("part", ParquetError::External(Box::new(store_error(kind))));
        assert_eq!((daily.missing_part(), monthly.missing_part()), (expected, expected), "{kind:?}");
    }
    assert_eq!(SearchError::parquet("part", ParquetError::EOF("short".to_owned())).missing_part(), None);
    assert_eq!(SearchError::Lake(store_error(ErrorKind::NotFound)).missing_part(), None);
}
