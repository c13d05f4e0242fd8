//! Packs bits into bytes, least significant first (RFC 1951 §3.1.1).

/// Appends bits to a byte vector through a buffer of 64 bits.
#[derive(Debug)]
pub(crate) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    /// The position of the next byte; `out` may be longer while a block is written.
    at: usize,
    buffer: u64,
    /// Bits in the buffer, less than 8 after each `flush`.
    pending: u32,
}

impl<'a> BitWriter<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        let at = out.len();
        Self { out, at, buffer: 0, pending: 0 }
    }

    /// Reserves space for a number of bits, so that the following writes never grow the vector.
    pub(crate) fn reserve(&mut self, bits: u64) {
        // a flush stores the whole buffer, of which up to eight bytes are not yet used
        let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX).saturating_add(24);
        self.out.resize(self.at.saturating_add(bytes), 0);
    }

    /// Puts bits into the buffer. At most 56 between two flushes, and none set above `count`.
    #[inline(always)]
    pub(crate) fn put(&mut self, bits: u64, count: u32) {
        self.buffer |= bits << self.pending;
        self.pending += count;
    }

    /// Moves the whole bytes of the buffer to the output.
    #[inline(always)]
    pub(crate) fn flush(&mut self) {
        if let Some(room) = self.out.get_mut(self.at..).and_then(|out| out.first_chunk_mut::<8>()) {
            *room = self.buffer.to_le_bytes();
        }
        let bits = self.pending & !7;
        self.at += (bits / 8) as usize;
        self.buffer >>= bits;
        self.pending -= bits;
    }

    /// The number of bits to the next byte boundary.
    pub(crate) fn padding(&self) -> u32 {
        self.pending.wrapping_neg() & 7
    }

    /// Fills the last byte with zero bits and appends bytes. Needs no reserved space.
    pub(crate) fn align_and_append(&mut self, bytes: &[u8]) {
        self.reserve(64);
        self.put(0, self.padding());
        self.flush();
        self.out.truncate(self.at);
        self.out.extend_from_slice(bytes);
        self.at = self.out.len();
    }

    /// Finishes at a byte boundary.
    pub(crate) fn finish(mut self) {
        self.align_and_append(&[]);
    }
}

#[cfg(test)]
#[path = "bit_writer_tests.rs"]
mod tests;
