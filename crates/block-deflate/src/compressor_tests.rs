use proptest::prelude::*;

use super::Compressor;
use crate::Level;
use crate::testing::texts::{Random, assert_round_trip, deflated, inflated, json_lines};

/// Stored blocks cost five bytes each, and so does the flush.
fn stored_size(bytes: usize) -> usize {
    bytes + 5 * bytes.div_ceil(65_535) + 5
}

#[test]
fn an_empty_text_is_a_sync_flush() {
    assert_eq!(deflated(b"", 6), [0, 0, 0, 0xFF, 0xFF]);
}

#[test]
fn every_short_length_comes_back() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let patterns: [&[u8]; 5] = [b"\0", b"ab", b"{\"id\":\"17\"}\n", b"abcabcdabcde", &all_bytes];
    let random = Random::new(5).bytes(600);
    for length in 0..=600 {
        for pattern in patterns {
            let text: Vec<u8> = pattern.iter().copied().cycle().take(length).collect();
            assert_round_trip(&text, 6);
        }
        assert_round_trip(&random[..length], 6);
        assert_round_trip(&json_lines(1, length), 9);
    }
}

#[test]
fn every_level_brings_back_every_kind_of_text() {
    let mut random = Random::new(3);
    let json = json_lines(2, 150_000);
    let mut mixed = random.bytes(200_000);
    mixed.extend_from_slice(&json);
    mixed.extend(random.bytes(70_000));
    let zeros = vec![0; 300_000];
    for level in 1..=9 {
        for text in [&json, &mixed, &zeros] {
            assert_round_trip(text, level);
        }
    }
}

#[test]
fn matches_around_the_farthest_distance() {
    for distance in [32_700, 32_766, 32_767, 32_768, 32_769, 32_770, 65_535, 65_536, 65_537, 98_304] {
        let mut random = Random::new(distance as u64);
        let piece = random.bytes(300);
        let mut text = piece.clone();
        // ten letters without a word: not stored, and nothing to match but what is looked for
        text.extend((piece.len()..distance).map(|_| b'0' + u8::try_from(random.below(10)).unwrap()));
        text.extend_from_slice(&piece);
        for level in [1, 6, 9] {
            assert_round_trip(&text, level);
        }
        let gain = deflated(&text, 9).len() < deflated(&text[..distance], 9).len() + 200;
        assert_eq!(gain, distance <= 32_768, "distance {distance}");
    }
}

#[test]
fn matches_around_the_shortest_and_the_longest_length() {
    let mut random = Random::new(8);
    for length in
        [3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 256, 257, 258, 259, 260, 261, 262, 515, 516, 517, 518, 600]
    {
        let piece = random.bytes(length);
        let mut text = Vec::new();
        for _ in 0..20 {
            text.extend_from_slice(&piece);
            let letters = random.below(5);
            text.extend(random.bytes(letters));
        }
        for level in 1..=9 {
            assert_round_trip(&text, level);
        }
    }
}

#[test]
fn blocks_after_each_other_are_one_stream() {
    let texts =
        [json_lines(1, 70_000), Vec::new(), json_lines(1, 70_000), vec![b'x'], Random::new(4).bytes(70_000)];
    let mut compressor = Compressor::new(Level::default());
    let mut stream = Vec::new();
    for text in &texts {
        compressor.compress(text, &mut stream);
    }
    assert!(inflated(&stream) == texts.concat());
}

#[test]
fn a_text_gives_the_same_bytes_whatever_came_before() {
    let text = json_lines(7, 200_000);
    for level in 1..=9 {
        let mut compressor = Compressor::new(Level::nearest(level));
        compressor.compress(&json_lines(8, 300_000), &mut Vec::new());
        compressor.compress(&text[..1000], &mut Vec::new());
        let mut again = Vec::new();
        compressor.compress(&text, &mut again);
        assert!(again == deflated(&text, level), "level {level}");
    }
}

#[test]
fn what_does_not_compress_is_stored() {
    let mut random = Random::new(9);
    for bytes in [1, 2, 100, 65_535, 65_536, 131_070, 131_071, 1_000_000] {
        let text = random.bytes(bytes);
        for level in [1, 6, 9] {
            assert!(deflated(&text, level).len() <= stored_size(bytes), "{bytes} bytes at level {level}");
        }
        assert_round_trip(&text, 6);
    }
}

#[test]
fn what_compresses_is_found_behind_what_does_not() {
    let mut text = Random::new(10).bytes(300_000);
    let json = json_lines(11, 300_000);
    text.extend_from_slice(&json);
    assert!(deflated(&text, 6).len() < stored_size(300_000) + deflated(&json, 6).len() + 2000);
    assert_round_trip(&text, 6);
}

#[test]
fn one_byte_again_and_again_costs_next_to_nothing() {
    assert!(deflated(&vec![b'a'; 1 << 20], 6).len() < 1200);
}

#[test]
fn a_higher_level_is_smaller_or_nearly_as_small() {
    let text = json_lines(12, 1 << 20);
    let sizes: Vec<usize> = (1..=9).map(|level| deflated(&text, level).len()).collect();
    for pair in sizes.windows(2) {
        assert!(pair[1] <= pair[0] + pair[0] / 50, "{sizes:?}");
    }
    assert!(sizes[8] < sizes[5] && sizes[5] < sizes[0], "{sizes:?}");
}

/// The effect of each level, which must not change.
#[test]
fn level_6_is_as_small_as_that_of_zlib() {
    let text = json_lines(13, 2 << 20);
    let mut zlib = Vec::with_capacity(text.len());
    flate2::Compress::new(flate2::Compression::new(6), false)
        .compress_vec(&text, &mut zlib, flate2::FlushCompress::Sync)
        .unwrap();
    let own = deflated(&text, 6).len();
    assert!(own <= zlib.len() + zlib.len() * 3 / 100, "{own} bytes, zlib {}", zlib.len());
}

/// Pieces of what came before, at distances and of lengths about the bounds of deflate, between a few random bytes.
fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    let piece = (
        prop_oneof![1usize..40, 32_700usize..32_800],
        prop_oneof![1usize..12, 250usize..270],
        0usize..9,
        any::<u64>(),
    );
    (0usize..40_000, prop::collection::vec(piece, 1..40)).prop_map(|(first, pieces)| {
        let mut text = Random::new(first as u64).bytes(first);
        for (distance, length, letters, seed) in pieces {
            if distance <= text.len() {
                for _ in 0..length {
                    text.push(text[text.len() - distance]);
                }
            }
            text.extend(Random::new(seed).bytes(letters));
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_texts_come_back(text in prop::collection::vec(any::<u8>(), 0..5000), level in 1u32..=9) {
        assert_round_trip(&text, level);
    }

    #[test]
    fn texts_of_few_letters_come_back(text in prop::collection::vec(b'a'..b'd', 0..5000), level in 1u32..=9) {
        assert_round_trip(&text, level);
    }

    #[test]
    fn json_lines_come_back(seed in any::<u64>(), bytes in 0usize..100_000, level in 1u32..=9) {
        assert_round_trip(&json_lines(seed, bytes), level);
    }

    #[test]
    fn repetitive_texts_come_back(text in repetitive(), level in 1u32..=9) {
        assert_round_trip(&text, level);
    }
}
