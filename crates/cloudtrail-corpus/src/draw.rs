//! Drawing numbers: a generator for each thing, and the ways to draw from it that are the same on every machine.
//! No floating-point functions: their last bits differ between platforms.

use fastrand::Rng;

/// The generator for one thing: its seed mixed with what tells it from others.
pub(crate) fn rng_for(seed: u64, stream: u64, number: u64) -> Rng {
    Rng::with_seed(mix(mix(mix(seed) ^ stream) ^ number))
}

/// The finaliser of SplitMix64.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// An index below `len`; 0 where there is none.
pub(crate) fn index(rng: &mut Rng, len: usize) -> usize {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    if len == 0 { 0 } else { rng.u32(..len) as usize }
}

/// One of a list.
pub(crate) fn one_of<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list.get(index(rng, list.len())).copied().unwrap_or_default()
}

/// True in `per_mille` of 1,000 draws.
pub(crate) fn chance(rng: &mut Rng, per_mille: u32) -> bool {
    per_mille != 0 && rng.u32(..1000) < per_mille
}

/// Index of an entry of a list of weights.
pub(crate) fn weighted(rng: &mut Rng, weights: impl Iterator<Item = u32> + Clone) -> usize {
    let total: u32 = weights.clone().sum();
    let mut left = if total == 0 { 0 } else { rng.u32(..total) };
    for (at, weight) in weights.enumerate() {
        if left < weight {
            return at;
        }
        left -= weight;
    }
    0
}

/// Zipf's law: the n-th of a list is drawn 1/n as often as the first.
#[derive(Debug, Clone)]
pub(crate) struct Zipf {
    slots: Vec<u16>,
}

impl Zipf {
    const SLOTS: u64 = 4096;

    /// Over a list of this length, at most 1,000.
    pub(crate) fn new(len: usize) -> Self {
        let len = u16::try_from(len.clamp(1, 1000)).unwrap_or(1000);
        let weight = |at: u16| 1_000_000 / (u64::from(at) + 1);
        let total: u64 = (0..len).map(weight).sum();
        let mut slots = Vec::new();
        let mut sum = 0;
        for at in 0..len {
            sum += weight(at);
            let end = usize::try_from(sum * Self::SLOTS / total).unwrap_or(0);
            slots.resize(end.max(slots.len() + 1), at);
        }
        Zipf { slots }
    }

    /// An index of the list.
    pub(crate) fn draw(&self, rng: &mut Rng) -> usize {
        usize::from(self.slots[index(rng, self.slots.len())])
    }
}

/// So many of a sequence of known length, spread evenly and exactly (selection sampling).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    /// Still to be chosen.
    pub(crate) wanted: u32,
}

impl Quota {
    /// Whether the next of `left` is one. Call [`Quota::took`] when it was really taken.
    pub(crate) fn draws(self, rng: &mut Rng, left: u32) -> bool {
        self.wanted > 0 && (self.wanted >= left || rng.u32(..left) < self.wanted)
    }

    /// Counts one.
    pub(crate) fn took(&mut self) {
        self.wanted = self.wanted.saturating_sub(1);
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Characters of an alphabet of `1 << BITS`.
fn characters<const BITS: u32>(rng: &mut Rng, alphabet: &[u8], count: usize, out: &mut Vec<u8>) {
    let mask = (1u64 << BITS) - 1;
    let mut left = count;
    while left > 0 {
        let mut bits = rng.u64(..);
        for _ in 0..left.min(64 / BITS as usize) {
            // masked: always an index of the alphabet
            let at = u8::try_from(bits & mask).unwrap_or(0);
            out.push(alphabet[usize::from(at)]);
            bits >>= BITS;
            left -= 1;
        }
    }
}

/// Hexadecimal digits.
pub(crate) fn hex(rng: &mut Rng, count: usize, out: &mut Vec<u8>) {
    characters::<4>(rng, HEX, count, out);
}

/// Capitals and digits, as in access keys.
pub(crate) fn base32(rng: &mut Rng, count: usize, out: &mut Vec<u8>) {
    characters::<5>(rng, BASE32, count, out);
}

/// Base64 text.
pub(crate) fn base64(rng: &mut Rng, count: usize, out: &mut Vec<u8>) {
    characters::<6>(rng, BASE64, count, out);
}

/// Letters and digits, as at the end of a log file's name.
pub(crate) fn unique(rng: &mut Rng) -> String {
    (0..16).map(|_| rng.alphanumeric()).collect()
}

/// A version 4 UUID.
pub(crate) fn uuid(rng: &mut Rng, out: &mut Vec<u8>) {
    hex(rng, 8, out);
    out.push(b'-');
    hex(rng, 4, out);
    out.extend_from_slice(b"-4");
    hex(rng, 3, out);
    out.push(b'-');
    out.push(b"89ab"[index(rng, 4)]);
    hex(rng, 3, out);
    out.push(b'-');
    hex(rng, 12, out);
}

/// The same as text, for what is made once.
pub(crate) fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A decimal number.
pub(crate) fn number(value: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let (mut at, mut left) = (digits.len(), value);
    loop {
        at -= 1;
        digits[at] = b"0123456789"[(left % 10) as usize];
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
