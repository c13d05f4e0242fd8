use crate::testing::texts::{Random, deflated, json_lines};

/// RFC 1951 §3.2.3: the bit that says whether the block is the last, then its type.
fn first_block(text: &[u8]) -> (bool, u8) {
    let byte = deflated(text, 6)[0];
    (byte & 1 == 1, byte >> 1 & 3)
}

#[test]
fn the_cheapest_kind_of_block_is_taken() {
    assert_eq!(first_block(&Random::new(1).bytes(1000)), (false, 0));
    assert_eq!(first_block(b"two words"), (false, 1));
    assert_eq!(first_block(&json_lines(1, 10_000)), (false, 2));
}

/// Stored blocks are merged, or the bound on the size of incompressible text would not hold.
#[test]
fn text_to_be_stored_is_stored_in_the_fewest_blocks() {
    let text = Random::new(2).bytes(200_000);
    let out = deflated(&text, 6);
    assert_eq!(out.len(), text.len() + 5 * 4 + 5);
    assert_eq!(out[..5], [0, 0xFF, 0xFF, 0, 0]);
    assert_eq!(out[5..20], text[..15]);
}
