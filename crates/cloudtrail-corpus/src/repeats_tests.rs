use super::*;
use crate::OrganizationConfig;
use crate::draw::rng_for;

#[test]
fn a_record_repeats_in_its_own_account_and_region_alone() {
    let organization = Organization::new(&OrganizationConfig::default());
    let mut repeats = Repeats::new(&organization);
    let mut rng = rng_for(1, 1, 1);
    let (here, there) = (Place { account: 1, region: 2 }, Place { account: 2, region: 1 });
    repeats.offer(here, b"record", &mut rng);
    assert_eq!(repeats.take(there, &mut rng), None);
    assert_eq!(repeats.take(here, &mut rng), Some(b"record".to_vec()));
    assert_eq!(repeats.take(here, &mut rng), None);
}

#[test]
fn no_more_is_kept_than_fits() {
    let organization = Organization::new(&OrganizationConfig::default());
    let mut repeats = Repeats::new(&organization);
    let mut rng = rng_for(1, 1, 1);
    let place = Place { account: 0, region: 0 };
    for number in 0..1_000u32 {
        repeats.offer(place, &number.to_le_bytes(), &mut rng);
    }
    assert_eq!(repeats.pools.iter().map(Vec::len).sum::<usize>(), repeats.capacity);
}
