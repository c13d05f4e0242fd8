//! What the encoder is given: rows, each the values of its columns among some bytes.

/// A row: its values, all of them in one slice of bytes.
pub trait Row: Sync {
    /// The bytes that its values are in. Rows may share them.
    fn bytes(&self) -> &[u8];

    /// Which optional groups the row has, by the bits of [`ColumnLayout::within`](crate::ColumnLayout::within).
    fn present(&self) -> u32;

    /// The values: of a column that is not repeated one at most, of a repeated one any number in their order. Columns may
    /// come in any order, and those without a value not at all.
    fn values(&self) -> impl Iterator<Item = Value>;
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The column, counted from 0 in the order of the schema's leaves.
    pub column: usize,
    /// Of a repeated column: the repetition and the definition level. An entry below the highest definition level is no
    /// value but says which list or element is null or empty. `None` for any other column.
    pub levels: Option<(u8, u8)>,
    /// Where its bytes begin in the bytes of its row. BYTE_ARRAY: the bytes themselves; INT64: eight bytes, little endian;
    /// BOOLEAN: a byte, 1 or 0. Any other bytes of these two are written as 0 or `false`.
    pub start: u32,
    /// Number of its bytes, below 2³¹ - 1.
    pub length: u32,
}
