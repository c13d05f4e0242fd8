//! Gzip members with one compressor for a whole day: setting one up costs more than most log files.

use flate2::{Compress, Compression, Crc, FlushCompress};

/// A member's header: deflate, no name, no time, so that the same text gives the same bytes.
pub(crate) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Compresses one text after another, at level 6 as CloudTrail does.
#[derive(Debug)]
pub(crate) struct Gzip {
    deflate: Compress,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Gzip { deflate: Compress::new(Compression::new(6), false) }
    }

    /// One whole member.
    pub(crate) fn member(&mut self, text: &[u8]) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(text);
        let mut out = HEADER.to_vec();
        self.deflate.reset();
        self.run(text, FlushCompress::Finish, &mut out);
        out.extend_from_slice(&trailer(&crc));
        out.shrink_to_fit();
        out
    }

    /// One whole member whose text is `before`, then `block` `times` times, then `after`. The block is compressed once:
    /// after a full flush a compressor remembers nothing, so its bytes are the same each time.
    pub(crate) fn repeated(&mut self, before: &[u8], block: &[u8], times: u32, after: &[u8]) -> Vec<u8> {
        let mut crc = Crc::new();
        let mut out = HEADER.to_vec();
        self.deflate.reset();
        crc.update(before);
        self.run(before, FlushCompress::Full, &mut out);
        let mut once = Vec::new();
        self.run(block, FlushCompress::Full, &mut once);
        let mut block_crc = Crc::new();
        block_crc.update(block);
        for _ in 0..times {
            out.extend_from_slice(&once);
            crc.combine(&block_crc);
        }
        crc.update(after);
        self.run(after, FlushCompress::Finish, &mut out);
        out.extend_from_slice(&trailer(&crc));
        out
    }

    #[expect(clippy::expect_used, reason = "deflate fails on a wrong call order alone, never on data")]
    fn run(&mut self, text: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
        let start = self.deflate.total_in();
        loop {
            out.reserve(text.len() / 4 + 1024);
            let done = usize::try_from(self.deflate.total_in() - start).unwrap_or(usize::MAX);
            let rest = text.get(done..).unwrap_or_default();
            let status = self.deflate.compress_vec(rest, out, flush).expect("deflate is called in order");
            // room left over means that all that was asked for is out
            let finished = flush != FlushCompress::Finish || status == flate2::Status::StreamEnd;
            if finished && out.len() < out.capacity() {
                return;
            }
        }
    }
}

/// One whole gzip member whose text is `before`, then `block` `times` times, then `after`: a text of any size, for little.
pub fn gzip_of_repeated(before: &[u8], block: &[u8], times: u32, after: &[u8]) -> Vec<u8> {
    Gzip::new().repeated(before, block, times, after)
}

/// Checksum and length, as at the end of each member.
pub(crate) fn trailer(crc: &Crc) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&crc.sum().to_le_bytes());
    bytes[4..].copy_from_slice(&crc.amount().to_le_bytes());
    bytes
}

#[cfg(test)]
#[path = "gzip_tests.rs"]
mod tests;
