use super::{Match, MatchFinder};
use crate::compare::word;
use crate::level::{MoreRows, MostRows, OneWay};
use crate::testing::texts::Random;

const NONE: Match = Match { length: 4, distance: 0 };

#[test]
fn no_match_is_farther_than_deflate_reaches() {
    for distance in [1000, 32_767, 32_768, 32_769, 40_000, 65_535, 65_536] {
        let mut random = Random::new(1);
        let mut text = random.bytes(distance + 100);
        text.copy_within(50..90, distance + 50);
        let mut finder = MatchFinder::new();
        finder.insert::<MoreRows>(word(&text, 50), 50);
        let found =
            finder.find_and_insert::<MoreRows>(&text, distance + 50, word(&text, distance + 50), NONE);
        assert_eq!(found.distance, if distance <= 32_768 { distance } else { 0 });
        assert_eq!(found.length, if distance <= 32_768 { 40 } else { 4 });
    }
}

#[test]
fn nothing_is_found_in_an_empty_table() {
    let text = Random::new(2).bytes(200_000);
    for at in [0, 1, 65_536, 131_072] {
        let mut finder = MatchFinder::new();
        assert_eq!(finder.find_and_insert::<MostRows>(&text, at, word(&text, at), NONE), NONE);
    }
}

#[test]
fn the_longest_of_the_places_searched_is_taken() {
    let text = b"abcdefgh12345678--abcdefgh1234----abcdefgh123456--abcdefgh12------abcdefgh12345678";
    let here = word(text, 66);
    let mut four = MatchFinder::new();
    let mut one = MatchFinder::new();
    for at in [0, 18, 34, 50] {
        four.insert::<MoreRows>(word(text, at), at);
        one.insert::<OneWay>(word(text, at), at);
    }
    assert_eq!(four.find_and_insert::<MoreRows>(text, 66, here, NONE), Match { length: 16, distance: 66 });
    assert_eq!(one.find_and_insert::<OneWay>(text, 66, here, NONE), Match { length: 10, distance: 16 });
}
