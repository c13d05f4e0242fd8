use super::*;

#[test]
fn generators_of_other_things_differ() {
    let first = |seed, stream, number| rng_for(seed, stream, number).u64(..);
    assert_eq!(first(1, 2, 3), first(1, 2, 3));
    assert_ne!(first(1, 2, 3), first(1, 3, 2));
    assert_ne!(first(1, 2, 3), first(2, 2, 3));
}

#[test]
fn the_generator_is_the_one_the_corpus_was_made_with() {
    // another number here means that every seed gives another corpus: say so in the change log
    assert_eq!(rng_for(1, 0, 0).u64(..), 0x68ee_f90d_b709_42f0);
}

#[test]
fn the_first_is_drawn_most_and_every_one_sometimes() {
    let zipf = Zipf::new(20);
    let mut rng = rng_for(1, 1, 1);
    let mut counts = [0u32; 20];
    for _ in 0..20_000 {
        counts[zipf.draw(&mut rng)] += 1;
    }
    assert!(counts[0] > counts[1] && counts[1] > counts[4] && counts[4] > counts[19], "{counts:?}");
    assert!(counts.iter().all(|count| *count > 0));
}

#[test]
fn a_quota_is_met_exactly() {
    let mut rng = rng_for(1, 1, 2);
    for wanted in [0, 1, 17, 100] {
        let mut quota = Quota { wanted };
        let mut taken = 0;
        for left in (1..=100).rev() {
            if quota.draws(&mut rng, left) {
                quota.took();
                taken += 1;
            }
        }
        assert_eq!(taken, wanted);
    }
}

#[test]
fn numbers_and_ids_look_right() {
    for value in [0, 7, 10, 999, u64::MAX] {
        assert_eq!(text(|out| number(value, out)), value.to_string());
    }
    let id = text(|out| uuid(&mut rng_for(1, 1, 3), out));
    assert_eq!((id.len(), &id[14..15], id.matches('-').count()), (36, "4", 4));
    assert_eq!(text(|out| base64(&mut rng_for(1, 1, 3), 76, out)).len(), 76);
}
