use super::{half_word, match_length, match_length_backwards, word};

#[test]
fn words_are_read_from_the_lowest_byte_and_not_beyond_the_end() {
    assert_eq!(word(b"\x01\x02\0\0\0\0\0\x03x", 0), 0x0300_0000_0000_0201);
    assert_eq!(half_word(b"x\x01\0\0\x02", 1), 0x0200_0001);
    assert_eq!(word(b"1234567", 0), 0);
    assert_eq!(word(b"1234567", 9), 0);
    assert_eq!(half_word(b"123", 0), 0);
}

#[test]
fn a_match_ends_where_bytes_differ_or_the_text_does() {
    for length in 1..300 {
        let mut text: Vec<u8> = (0..=255).cycle().take(600).collect();
        // bytes repeat after 256
        text[256 + length] ^= 1;
        assert_eq!(match_length(&text, 256, 256, 0), length.min(258));
        assert_eq!(match_length(&text, 256, 256, 1), length.min(258));
        assert_eq!(match_length(&text[..256 + length], 256, 256, 0), length.min(258));
    }
}

#[test]
fn a_match_may_overlap_itself() {
    assert_eq!(match_length(&[7; 100], 1, 1, 0), 99);
    assert_eq!(match_length(b"abcabcabcabd", 3, 3, 3), 8);
}

#[test]
fn a_match_is_measured_backwards() {
    assert_eq!(match_length_backwards(b"xabc-yabc-", 10, 5, 5), 4);
    assert_eq!(match_length_backwards(b"xabc-yabc-", 10, 5, 2), 2);
    assert_eq!(match_length_backwards(b"abc-abc-", 8, 4, 4), 4);
    assert_eq!(match_length_backwards(b"ab", 2, 1, 0), 0);
}
