use super::*;

/// Holds as many places as there are, and gives their number.
fn free(level: &CallLevel) -> usize {
    level.places.available_permits()
}

#[tokio::test]
async fn the_level_falls_once_for_all_calls_of_a_level() {
    let level = CallLevel::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(level.place().await);
    }
    for place in held.split_off(4) {
        place.was_too_much();
    }
    assert_eq!((level.allowed(), free(&level)), (7, 3), "four of seven places are held");
    for place in held {
        place.was_too_much();
    }
    assert_eq!((level.allowed(), free(&level)), (7, 7));
}

#[tokio::test]
async fn places_taken_away_while_held_are_not_given_back() {
    let level = CallLevel::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(level.place().await);
    }
    held.pop().unwrap().was_too_much();
    assert_eq!((level.allowed(), free(&level)), (7, 0));
    held.truncate(7);
    assert_eq!(free(&level), 0, "seven are held");
    drop(held);
    assert_eq!(free(&level), 7);
}

#[tokio::test]
async fn the_level_never_falls_below_one() {
    let level = CallLevel::new(64);
    for _ in 0..100 {
        level.place().await.was_too_much();
    }
    assert_eq!((level.allowed(), free(&level)), (1, 1));
}

#[tokio::test]
async fn the_level_rises_by_one_for_as_many_calls_as_it_allows_and_never_above_the_first() {
    let level = CallLevel::new(10);
    level.place().await.was_too_much();
    for allowed in [7, 8, 9] {
        assert_eq!(level.allowed(), allowed);
        for _ in 0..allowed {
            level.place().await.went_well();
        }
    }
    for _ in 0..100 {
        level.place().await.went_well();
    }
    assert_eq!((level.allowed(), free(&level)), (10, 10));
}

#[tokio::test]
async fn a_rise_while_places_are_owed_forgives_one() {
    let level = CallLevel::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(level.place().await);
    }
    held.pop().unwrap().was_too_much();
    for _ in 0..7 {
        held.pop().unwrap().went_well();
    }
    assert_eq!(level.allowed(), 8);
    drop(held);
    assert_eq!(free(&level), 8);
}
