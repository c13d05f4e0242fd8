use super::*;
use crate::testing::attempts::{commit, records};
use crate::{Verdict, Why};

#[test]
fn a_right_commit_balances() {
    assert_eq!(commit().check_balance(), Ok(()));
}

#[test]
fn one_record_too_few_anywhere_is_found() {
    type Break = fn(&mut Commit);
    let breaks: [Break; 10] = [
        |c| c.totals.records_out -= 1,
        |c| c.totals.duplicates += 1,
        |c| c.totals.other_slices += 1,
        |c| c.totals.files_ok -= 1,
        |c| c.totals.files_unreadable += 1,
        |c| c.parts[0].records -= 1,
        |c| c.parts[0].event_days = records(1).event_days,
        |c| c.parts[0].bytes += 1,
        |c| c.inputs.as_mut().unwrap().lines = 1,
        |c| c.inputs = None,
    ];
    for (index, break_it) in breaks.into_iter().enumerate() {
        let mut broken = commit();
        break_it(&mut broken);
        assert!(broken.check_balance().is_err(), "break {index} was not found");
    }
}

#[test]
fn each_verdict_has_a_sum_of_its_own() {
    let why = Why { reason: "x".into(), detail: "y".into() };
    let mut totals = Totals::default();
    for verdict in [Verdict::Ok, Verdict::Quarantined(why.clone()), Verdict::Unreadable(why)] {
        totals.add_input(&Input { verdict, bytes: 5, ..Input::default() });
    }
    let Totals { files_in, files_ok, files_quarantined, files_unreadable, bytes_in, .. } = totals;
    assert_eq!([files_in, files_ok, files_quarantined, files_unreadable, bytes_in], [3, 1, 1, 1, 15]);
    assert_eq!(totals.differs_from_inputs(&Totals { records_out: 9, ..totals }), None);
    let other = Totals { files_unreadable: 2, ..totals };
    assert_eq!(other.differs_from_inputs(&totals), Some(("files_unreadable", 2, 1)));
}

#[test]
fn forged_sums_overflow_nothing() {
    let mut forged = commit();
    forged.totals.files_ok = u64::MAX;
    forged.parts[0].records = u64::MAX;
    forged.parts.push(forged.parts[0].clone());
    assert!(forged.check_balance().is_err());
    let mut sum = forged.totals;
    sum.add(&forged.totals);
    assert_eq!(sum.files_ok, u64::MAX);
}
