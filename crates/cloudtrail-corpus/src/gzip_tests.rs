use std::io::Read;

use super::*;

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

#[test]
fn members_of_any_size_come_back() {
    let mut gzip = Gzip::new();
    let mut rng = fastrand::Rng::with_seed(5);
    for size in [0, 1, 100, 5_000, 300_000] {
        let noise: Vec<u8> = (0..size).map(|_| rng.u8(..)).collect();
        assert!(gunzip(&gzip.member(&noise)) == noise, "{size} bytes of noise");
        let zeros = vec![0; size];
        assert!(gunzip(&gzip.member(&zeros)) == zeros, "{size} zeros");
    }
}

#[test]
fn a_compressor_forgets_the_text_before() {
    let mut gzip = Gzip::new();
    let fresh = gzip.member(b"text");
    gzip.member(b"another text");
    assert_eq!(gzip.member(b"text"), fresh);
}

#[test]
fn a_repeated_block_comes_back_so_many_times() {
    let text = gunzip(&Gzip::new().repeated(b"<", &b"ab".repeat(5_000), 7, b">"));
    assert_eq!(text, format!("<{}>", "ab".repeat(35_000)).into_bytes());
}
