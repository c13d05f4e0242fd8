//! Any texts as blocks: no panic, two inflaters give them back, none grows by much, and what came before
//! changes nothing.

use std::io::Read;

use block_deflate::{Compressor, Level};

/// The longest text made from a few bytes.
const MOST: usize = 1 << 20;

/// Short programs for long texts, since matches reach back 32 KiB: of four bytes three are text or, if the first is odd,
/// the distance and the length of a repetition.
fn expand(program: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for step in program.chunks_exact(4) {
        let distance = usize::from(u16::from_le_bytes([step[1], step[2]])) + 1;
        if step[0] & 1 == 0 || distance > text.len() || text.len() > MOST {
            text.extend_from_slice(&step[1..]);
            continue;
        }
        for _ in 0..usize::from(step[0] >> 1) * (usize::from(step[3]) + 1) {
            text.push(text[text.len() - distance]);
        }
    }
    text
}

pub(crate) fn check(bytes: &[u8]) {
    let Some((&first, program)) = bytes.split_first() else { return };
    let level = Level::nearest(u32::from(first) % 9 + 1);
    let mut compressor = Compressor::new(level);
    let texts = [program.to_vec(), expand(program), program.to_vec()];
    let mut stream = Vec::new();
    for text in &texts {
        let start = stream.len();
        compressor.compress(text, &mut stream);
        // what is stored costs a header for every block, and blocks have 5 KB or more
        assert!(stream.len() - start <= text.len() + text.len() / 512 + 16);
        let mut alone = Vec::new();
        Compressor::new(level).compress(text, &mut alone);
        assert_eq!(stream[start..], alone);
    }
    stream.extend_from_slice(&[3, 0]);
    let expected = texts.concat();
    let mut inflated = Vec::new();
    flate2::read::DeflateDecoder::new(stream.as_slice())
        .read_to_end(&mut inflated)
        .expect("zlib-rs inflates it");
    assert!(inflated == expected);
    let mut inflated = vec![0; expected.len()];
    let length = libdeflater::Decompressor::new()
        .deflate_decompress(&stream, &mut inflated)
        .expect("libdeflate inflates it");
    assert!(length == expected.len() && inflated == expected);
}
