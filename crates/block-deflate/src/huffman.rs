//! Huffman codes of limited length, in the canonical form of RFC 1951 §3.2.2.

use crate::symbol::LITERALS_AND_LENGTHS;

/// The longest code that deflate allows for literals, lengths and distances.
pub(crate) const LONGEST: usize = 15;
/// No alphabet of deflate is larger.
const SYMBOLS: usize = LITERALS_AND_LENGTHS + 2;

/// Sets the length of each symbol's code, 0 for a symbol that is not used.
///
/// The code is always complete: if fewer than two symbols are used, others get a code, too, since inflaters differ in how
/// they treat incomplete codes.
pub(crate) fn code_lengths(frequencies: &[u32], limit: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    let mut leaves = [(0u32, 0u16); SYMBOLS];
    let mut used = 0;
    for (symbol, &frequency) in (0u16..).zip(frequencies) {
        if frequency > 0 {
            leaves[used] = (frequency, symbol);
            used += 1;
        }
    }
    for symbol in 0u16..2 {
        if used < 2 && frequencies[usize::from(symbol)] == 0 {
            leaves[used] = (1, symbol);
            used += 1;
        }
    }
    let leaves = &mut leaves[..used];
    leaves.sort_unstable();
    let mut counts = depths(leaves);
    limit_depths(&mut counts, limit);
    // the rarest symbols get the longest codes
    let mut rest = leaves.iter();
    for (length, &count) in (0u8..16).zip(&counts[..=LONGEST]).rev() {
        for &(_, symbol) in rest.by_ref().take(usize::from(count)) {
            lengths[usize::from(symbol)] = length;
        }
    }
}

/// The number of leaves of the Huffman tree at each depth, for two or more leaves, the rarest first.
///
/// Inner nodes are created in the order of their weight, so two queues replace a heap.
fn depths(leaves: &[(u32, u16)]) -> [u16; SYMBOLS] {
    let inner = leaves.len() - 1;
    let mut weights = [0u64; SYMBOLS];
    let mut leaf_parents = [0u16; SYMBOLS];
    let mut inner_parents = [0u16; SYMBOLS];
    let (mut leaf, mut next) = (0, 0);
    for (node, number) in (0..inner).zip(0u16..) {
        let mut weight = 0;
        for _ in 0..2 {
            if next >= node || leaves.get(leaf).is_some_and(|l| u64::from(l.0) <= weights[next]) {
                weight += u64::from(leaves[leaf].0);
                leaf_parents[leaf] = number;
                leaf += 1;
            } else {
                weight += weights[next];
                inner_parents[next] = number;
                next += 1;
            }
        }
        weights[node] = weight;
    }
    let mut inner_depths = [0u16; SYMBOLS];
    for node in (0..inner - 1).rev() {
        inner_depths[node] = inner_depths[usize::from(inner_parents[node])] + 1;
    }
    let mut counts = [0u16; SYMBOLS];
    for &parent in &leaf_parents[..leaves.len()] {
        counts[usize::from(inner_depths[usize::from(parent)]) + 1] += 1;
    }
    counts
}

/// Moves leaves below the limit up to it, then restores Kraft's inequality: each step moves one leaf a level down, and makes
/// one of those at the limit its sibling.
fn limit_depths(counts: &mut [u16; SYMBOLS], limit: usize) {
    let too_deep: u16 = counts[limit + 1..].iter().sum();
    if too_deep == 0 {
        return;
    }
    counts[limit + 1..].fill(0);
    counts[limit] += too_deep;
    let mut excess =
        (1..=limit).map(|depth| usize::from(counts[depth]) << (limit - depth)).sum::<usize>() - (1 << limit);
    while excess > 0 {
        let Some(depth) = (1..limit).rev().find(|&depth| counts[depth] > 0) else { return };
        counts[depth] -= 1;
        counts[depth + 1] += 2;
        counts[limit] -= 1;
        excess -= 1;
    }
}

/// The canonical code of each symbol, with reversed bits, since codes are written from their first bit (§3.1.1).
pub(crate) fn canonical_codes(lengths: &[u8], codes: &mut [u16]) {
    let mut next = [0u16; LONGEST + 2];
    for &length in lengths {
        next[usize::from(length) + 1] += 1;
    }
    // symbols without a code are not in the tree
    next[1] = 0;
    for length in 1..LONGEST {
        next[length + 1] = (next[length] + next[length + 1]) << 1;
    }
    for (&length, code) in lengths.iter().zip(codes) {
        if length > 0 {
            let next = &mut next[usize::from(length)];
            *code = next.reverse_bits() >> (16 - length);
            *next += 1;
        }
    }
}

#[cfg(test)]
#[path = "huffman_tests.rs"]
mod tests;
