//! The output of the parser: literals, then a match.

/// A run of literals, which are not copied, and the match after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) literals: u32,
    /// The length of the match; 0 if there is none.
    pub(crate) length: u16,
    /// So that 32,768 fits as well.
    pub(crate) distance_less_one: u16,
}

impl Sequence {
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the parser limits runs of literals, and deflate limits the others"
    )]
    pub(crate) fn new(literals: usize, length: usize, distance: usize) -> Self {
        Self { literals: literals as u32, length: length as u16, distance_less_one: (distance - 1) as u16 }
    }

    pub(crate) fn literals(literals: usize) -> Self {
        Self::new(literals, 0, 1)
    }

    pub(crate) fn text_bytes(self) -> usize {
        self.literals as usize + usize::from(self.length)
    }
}
