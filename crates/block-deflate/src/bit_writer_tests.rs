use super::BitWriter;

#[test]
fn bits_fill_bytes_from_the_lowest() {
    let mut out = vec![7];
    let mut bits = BitWriter::new(&mut out);
    bits.reserve(64);
    bits.put(0b1, 1);
    bits.put(0b10, 2);
    bits.flush();
    bits.put(0b1_1111_0000, 9);
    assert_eq!(bits.padding(), 4);
    bits.align_and_append(b"ab");
    bits.put(1, 1);
    bits.finish();
    assert_eq!(out, [7, 0b1000_0101, 0b1111, b'a', b'b', 1]);
}

#[test]
fn nothing_written_is_nothing_appended() {
    let mut out = vec![1, 2];
    let mut bits = BitWriter::new(&mut out);
    bits.reserve(1000);
    bits.finish();
    assert_eq!(out, [1, 2]);
}
