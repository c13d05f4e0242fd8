use flate2::{Compress, Compression, FlushCompress};

use super::*;

/// A part as the daily stage writes it: each text deflated by itself, with a sync flush at its end.
pub(crate) fn in_blocks(texts: &[&[u8]], level: u32) -> Vec<u8> {
    in_blocks_at(&texts.iter().map(|text| (*text, level)).collect::<Vec<_>>())
}

/// Such a part, each text with its own level.
pub(crate) fn in_blocks_at(texts: &[(&[u8], u32)]) -> Vec<u8> {
    let mut part = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut crc, mut length) = (Crc::new(), 0);
    for (text, level) in texts {
        let mut deflate = Compress::new(Compression::new(*level), false);
        let mut block = Vec::with_capacity(text.len() + text.len() / 8 + 1024);
        deflate.compress_vec(text, &mut block, FlushCompress::Sync).unwrap();
        assert_eq!(deflate.total_in(), text.len() as u64, "it did not fit");
        part.append(&mut block);
        crc.update(text);
        length += u32::try_from(text.len()).unwrap();
    }
    part.extend(STREAM_END);
    part.extend(crc.sum().to_le_bytes());
    part.extend(length.to_le_bytes());
    part
}

/// Inflates a part in chunks: its text, if it is whole and in this form.
fn inflate(part: &[u8], chunk: usize) -> Option<Vec<u8>> {
    let mut blocks = Blocks::new(Vec::new());
    for chunk in part.chunks(chunk) {
        blocks.feed(chunk).ok()?;
    }
    blocks.is_whole().then(|| blocks.into_sink().0)
}

fn texts() -> [Vec<u8>; 4] {
    let records =
        |from: u32| (from..from + 3000).flat_map(|n| format!("{{\"eventID\":\"{n:08x}\"}}\n").into_bytes());
    [records(0).collect(), b"{}\n".to_vec(), Vec::new(), records(7_000_000).collect()]
}

#[test]
fn blocks_give_their_text_however_they_come() {
    let texts = texts();
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    for level in [0, 1, 6, 9] {
        let part = in_blocks(&texts, level);
        for chunk in [1, 2, 3, 7, 1000, part.len()] {
            assert_eq!(inflate(&part, chunk), Some(texts.concat()), "level {level}, {chunk} bytes at a time");
        }
    }
    assert_eq!(inflate(&in_blocks(&[], 6), 5), Some(Vec::new()), "a part without a block");
}

#[test]
fn a_block_that_inflates_to_much_is_read_whole() {
    let text = vec![b'x'; 5 * TEXT_BYTES];
    assert_eq!(inflate(&in_blocks(&[b"a", &text, b"b"], 6), 9999).unwrap(), [b"a", &text[..], b"b"].concat());
    let text = vec![b'x'; MOST_TEXT_BYTES + 1];
    assert_eq!(inflate(&in_blocks(&[&text], 6), 9999), None, "as a stream it needs no memory");
}

#[test]
fn the_bytes_of_a_sync_flush_inside_a_block_do_not_end_it() {
    // stored, so that the bytes are in the part as they are in the text
    let text = [&b"{\"a\":\""[..], &SYNC_FLUSH, b"\"}\n", &STOPPER, b"\n"].concat();
    assert_eq!(inflate(&in_blocks(&[&text, &text], 0), 1000), None);
    assert_eq!(inflate(&in_blocks(&[&text, &text], 6), 1000), Some([&text[..], &text].concat()));
}

#[test]
fn nothing_but_this_form_passes() {
    let part = in_blocks(&[b"{}\n"], 6);
    let named: [&[u8]; 3] = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255], b"name\0", &part[10..]];
    let others: [Vec<u8>; 5] = [
        [&part[..], &part].concat(),
        [&part[..], b"x"].concat(),
        named.concat(),
        b"plain text that is no gzip".to_vec(),
        Vec::new(),
    ];
    for changed in others {
        assert_eq!(inflate(&changed, 1000), None);
    }
    assert_eq!(inflate(&vec![0x1f; 2 * DEFLATED_BYTES], 1 << 20), None);
}

#[test]
fn deflated_data_without_an_end_is_not_held_for_ever() {
    let mut blocks = Blocks::new(Vec::new());
    let chunk = vec![1; 1 << 20];
    assert_eq!(blocks.feed(&in_blocks(&[], 6)[..HEADER_BYTES]), Ok(()));
    let fed = (0..).map_while(|_| blocks.feed(&chunk).ok()).count();
    assert_eq!(fed, DEFLATED_BYTES >> 20);
}

#[test]
fn a_part_cut_or_changed_anywhere_does_not_pass() {
    let texts = texts();
    let part = in_blocks(&[&texts[0][..600], b"", &texts[3][..600]], 6);
    let told = inflate(&part, 1000).unwrap();
    for length in 0..part.len() {
        assert_eq!(inflate(&part[..length], 1000), None, "cut to {length} bytes");
    }
    // the time and the system in the header do not affect the text
    for at in (0..part.len()).filter(|at| !(4..HEADER_BYTES).contains(at)) {
        for bit in 0..8 {
            let mut changed = part.clone();
            changed[at] ^= 1 << bit;
            // if a text repeats itself, another distance can give the same bytes
            let found = inflate(&changed, 1000);
            assert!(found.is_none_or(|found| found == told), "bit {bit} of byte {at}");
        }
    }
}
