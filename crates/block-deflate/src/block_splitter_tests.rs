use crate::testing::texts::{Random, deflated, inflated};

#[test]
fn new_codes_are_made_where_the_text_changes() {
    let mut random = Random::new(1);
    let letters = |random: &mut Random, alphabet: &[u8]| -> Vec<u8> {
        (0..200_000).map(|_| alphabet[random.below(alphabet.len())]).collect()
    };
    let first = letters(&mut random, b"0123456789abcdef");
    let second = letters(&mut random, b"ghijklmnopqrstuv");
    let apart = deflated(&first, 1).len() + deflated(&second, 1).len();
    let text = [first, second].concat();
    let together = deflated(&text, 1);
    // the codes of both alphabets take a bit more a letter: that is paid for no more than the stretch with both
    assert!(together.len() < apart + 64 * 1024 / 8, "{} bytes, {apart} apart", together.len());
    assert!(inflated(&together) == text);
}
