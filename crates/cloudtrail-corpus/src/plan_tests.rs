use super::*;
use crate::draw::rng_for;
use proptest::prelude::*;

fn plans(config: &OrganizationConfig) -> Vec<FilePlan> {
    plan_files(config, &Organization::new(config), &mut rng_for(config.seed, 9, 9))
}

#[test]
fn a_quiet_organisation_has_many_small_files_and_a_long_tail() {
    let plans = plans(&OrganizationConfig::article_day());
    let share = |most: u32| plans.iter().filter(|plan| plan.records <= most).count() * 100 / plans.len();
    let largest = plans.iter().map(|plan| plan.records).max().unwrap();
    assert!((35..60).contains(&share(1)), "{} % hold one record", share(1));
    assert!((55..75).contains(&share(2)), "{} % hold one or two", share(2));
    assert!((100..500).contains(&largest), "{largest} records");
}

#[test]
fn a_large_day_has_files_of_one_to_two_hundred_records() {
    let plans = plans(&OrganizationConfig::large_day(1_000_000));
    assert_eq!(plans.len(), 5_882);
    assert!(plans.iter().all(|plan| (95..=255).contains(&plan.records)));
}

#[test]
fn files_come_in_order_of_time_and_some_are_odd() {
    let config =
        OrganizationConfig { pretty_files: 3, stragglers_per_mille: 50, ..OrganizationConfig::default() };
    let plans = plans(&config);
    assert!(plans.is_sorted_by_key(|plan| plan.minute));
    assert_eq!(plans.iter().filter(|plan| plan.pretty).count(), 3);
    let old = |days: std::ops::Range<u8>| plans.iter().filter(|plan| days.contains(&plan.days_old)).count();
    assert!((120..280).contains(&old(1..2)) && (5..50).contains(&old(2..10)) && old(10..255) == 0);
}

#[test]
fn no_record_is_lost_where_no_file_is_large_by_chance() {
    for seed in (0..20).chain([8_506_848_647_649_937_661]) {
        let config = OrganizationConfig { seed, files: 1, records: 2, ..OrganizationConfig::default() };
        assert_eq!(plans(&config).iter().map(|plan| plan.records).sum::<u32>(), 2, "seed {seed}");
    }
}

proptest! {
    #[test]
    fn counts_are_exact(files in 0u32..500, records in 0u32..20_000, even: bool, seed: u64) {
        let sizes = if even { FileSizes::Even } else { FileSizes::LongTail };
        let config = OrganizationConfig { seed, files, records, sizes, ..OrganizationConfig::default() };
        let plans = plans(&config);
        prop_assert_eq!(plans.len(), files.min(records) as usize);
        let made: u32 = plans.iter().map(|plan| plan.records).sum();
        prop_assert_eq!(made, if files == 0 { 0 } else { records });
        prop_assert!(plans.iter().all(|plan| plan.records > 0));
    }
}
