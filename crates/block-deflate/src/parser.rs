//! Lazy matching: chooses among the matches found.

use crate::block::BlockWriter;
use crate::block_splitter::BlockSplitter;
use crate::compare::{match_length, match_length_backwards, word};
use crate::level::Effort;
use crate::match_finder::{Match, MatchFinder, Search};
use crate::sequence::Sequence;
use crate::symbol::MAX_LENGTH;

/// The minimum length of a first match is above this: IDs have many short matches that cost more than literals.
const TOO_SHORT: usize = 4;
/// The minimum length of a match at the distance of the last one. This distance is tried first, since lines that differ in one
/// value are equal after it.
const REPEATED: usize = 6;
/// A match is replaced by a later one that covers all but this many of its bytes.
const LEFT_OVER: usize = 3;
/// The maximum of literals in a sequence, so that text without matches has statistics, too.
const MOST_LITERALS: usize = 16 * 1024;
/// The last bytes are not searched: the search reads a word at each position and at the next.
const MARGIN: usize = 9;

/// Splits a text into sequences.
pub(crate) fn parse<S: Search>(
    text: &[u8],
    effort: Effort,
    finder: &mut MatchFinder,
    splitter: &mut BlockSplitter,
    writer: &mut BlockWriter<'_>,
) {
    let Effort { lazy_below, insert_step, patience } = effort;
    let searched = text.len().saturating_sub(MARGIN);
    // the offset up to which the text is in sequences
    let mut start = 0;
    // the first byte has no predecessor; from the second on a distance of 1 is valid
    let mut at = 1;
    let mut last_distance = 1;
    while at < searched {
        let here = word(text, at);
        let mut best = repeated(text, at, here, last_distance);
        if best.length < MAX_LENGTH {
            best = finder.find_and_insert::<S>(text, at, here, best);
        }
        if best.distance == 0 {
            at += if at - start < patience { 1 } else { 2 };
            if at - start >= MOST_LITERALS {
                splitter.push(Sequence::literals(at - start), text, at, writer);
                start = at;
            }
            continue;
        }
        while best.length < lazy_below && at + 1 < searched {
            let later = finder.find_and_insert::<S>(text, at + 1, word(text, at + 1), best);
            if later == best {
                break;
            }
            best = later;
            at += 1;
        }
        let end = at + best.length;
        let mut inside = at + 2;
        (start, best.length) = extend_backwards(text, at, start, best, splitter);
        splitter.push(
            Sequence::new(end - best.length - start, best.length, best.distance),
            text,
            end,
            writer,
        );
        last_distance = best.distance;
        let inserted = end.min(searched);
        while inside < inserted {
            finder.insert::<S>(word(text, inside), inside);
            inside += insert_step;
        }
        at = end;
        start = end;
    }
    if start < text.len() {
        splitter.push(Sequence::literals(text.len() - start), text, text.len(), writer);
    }
}

/// The match at the distance of the last one, or none.
#[inline(always)]
fn repeated(text: &[u8], at: usize, here: u64, distance: usize) -> Match {
    if (word(text, at - distance) ^ here) << (64 - 8 * REPEATED) == 0 {
        return Match { length: match_length(text, at, distance, REPEATED), distance };
    }
    Match { length: TOO_SHORT, distance: 0 }
}

/// Extends a match at `at` backwards: over literals, and over whole matches, which it replaces. This finds matches at positions
/// that were not inserted or not searched, and compensates for short rows. Returns the start of its literals, and its length.
#[inline(always)]
fn extend_backwards(
    text: &[u8],
    mut at: usize,
    mut start: usize,
    found: Match,
    splitter: &mut BlockSplitter,
) -> (usize, usize) {
    let Match { mut length, distance } = found;
    loop {
        let most = (at - start).min(at - distance).min(MAX_LENGTH - length);
        let more = match_length_backwards(text, at, distance, most);
        at -= more;
        length += more;
        if at > start || at == distance || length == MAX_LENGTH || text[at - 1] != text[at - 1 - distance] {
            return (start, length);
        }
        let Some(previous) = splitter.last_match() else { return (start, length) };
        let covered = usize::from(previous.length);
        let most = covered.min(at - distance).min(MAX_LENGTH - length);
        let more = match_length_backwards(text, at, distance, most);
        if covered - more > LEFT_OVER {
            return (start, length);
        }
        splitter.pop();
        start = at - previous.text_bytes();
        at -= more;
        length += more;
    }
}
