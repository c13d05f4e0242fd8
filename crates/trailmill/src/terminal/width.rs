//! How wide the terminal is.

/// The width of a table where the output is no terminal.
const WIDTH: u16 = 80;

/// Columns of the terminal that results are printed to; 80 if it is none.
pub(crate) fn width() -> u16 {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(WIDTH, |(width, _)| width.0)
}
