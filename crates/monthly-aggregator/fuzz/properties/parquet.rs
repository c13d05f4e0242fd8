//! Any bytes as lines of NDJSON: what is a record becomes a row of Parquet from which it is given back, equal as JSON.

use cloudtrail_model::{Record, ShreddedRows, Shredder, Table};

use crate::testing::encoded_rows::{delivered, parquet_of, rows_of};
use crate::testing::round_trip::assert_lossless;

/// Rows that are more than the encoder takes at once.
const MANY_ROWS: usize = 1100;

/// The first byte says of which table the lines are, and whether they come again and again; the rest are the lines.
pub(crate) fn check(bytes: &[u8]) {
    let Some((&first, text)) = bytes.split_first() else { return };
    let table = Table::ALL[usize::from(first) % Table::ALL.len()];
    let (mut shredder, mut rows) = (Shredder::new(table), ShreddedRows::default());
    let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
    // lines of a part are cut out of a log file: no white space, no mark stands before them
    for line in
        text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| line.starts_with(b"{"))
    {
        let is_record = Record::from_line(line).is_ok();
        assert_eq!(
            shredder.shred(line, delivered(), &mut rows).is_ok(),
            is_record,
            "{}",
            String::from_utf8_lossy(line)
        );
        match std::str::from_utf8(line) {
            Ok(_) if is_record => lines.push(line),
            // no log file has such a record; a part that was damaged may
            Err(_) if is_record => unreadable.push(line),
            _ => {}
        }
    }
    if !unreadable.is_empty() {
        assert_eq!(rows_of(parquet_of(table, &unreadable)).num_rows(), unreadable.len());
    }
    if first >= 0xf8 {
        lines = lines.iter().copied().cycle().take(MANY_ROWS).collect();
    }
    assert_lossless(table, &lines);
}
