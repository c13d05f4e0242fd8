use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Record;

fn fingerprint(id: u64, content: u64) -> Fingerprint {
    let line = format!(r#"{{"eventID":"0123abcd-4567-89ef-fedc-{id:012x}","x":{content}}}"#);
    Fingerprint::of(&Record::from_line(line.as_bytes()).unwrap()).unwrap()
}

#[test]
fn the_on_day_copy_stays_and_the_later_one_is_a_duplicate() {
    let mut index = OffDayIndex::default();
    index.expect(fingerprint(1, 1));
    index.on_day(fingerprint(2, 1));
    index.on_day(fingerprint(1, 1));
    assert_eq!(index.off_day(fingerprint(1, 1)), Seen::Duplicate);
}

#[test]
fn of_off_day_copies_the_first_stays() {
    let mut index = OffDayIndex::default();
    [1, 1, 2].into_iter().for_each(|content| index.expect(fingerprint(1, content)));
    let seen = [1, 1, 2, 2].map(|content| index.off_day(fingerprint(1, content)));
    assert_eq!(seen, [Seen::New, Seen::Duplicate, Seen::Conflict, Seen::Duplicate]);
}

#[test]
fn an_index_made_for_its_records_has_the_memory_that_is_stated() {
    for records in [1_000, 57_344, 57_345, 200_000] {
        let mut index = OffDayIndex::with_capacity(records);
        (0..records as u64).for_each(|id| index.expect(fingerprint(id, 0)));
        let stated = OffDayIndex::BYTES_EACH * records as u64;
        assert!(index.memory() <= stated, "{} of {stated} bytes for {records}", index.memory());
    }
}

#[test]
fn classes_are_of_about_the_same_size() {
    let mut sizes = [0; 5];
    for id in 0..5_000 {
        let class = fingerprint(id, 0).class(5);
        assert_eq!(class, fingerprint(id, 1).class(5));
        sizes[class as usize] += 1;
    }
    assert!(sizes.iter().all(|size| (800..1_200).contains(size)), "{sizes:?}");
    assert_eq!(fingerprint(7, 0).class(1), 0);
}

proptest! {
    #[test]
    fn it_agrees_with_a_set_of_all_records(
        on_day in prop::collection::btree_set((0u64..5, 0u64..3), 0..8),
        off_day in prop::collection::vec((0u64..5, 0u64..3), 0..30),
    ) {
        let mut index = OffDayIndex::default();
        off_day.iter().for_each(|(id, content)| index.expect(fingerprint(*id, *content)));
        on_day.iter().for_each(|(id, content)| index.on_day(fingerprint(*id, *content)));
        let mut written: BTreeSet<(u64, u64)> = on_day;
        for (id, content) in off_day {
            let has_id = written.iter().any(|(other, _)| *other == id);
            let expected = match (written.insert((id, content)), has_id) {
                (false, _) => Seen::Duplicate,
                (true, true) => Seen::Conflict,
                (true, false) => Seen::New,
            };
            prop_assert_eq!(index.off_day(fingerprint(id, content)), expected);
        }
    }
}
