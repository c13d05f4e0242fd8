//! White space between the tokens of JSON, as some tools write it. The tokens stay as they are.

/// The same JSON with a line for each value. The text must be JSON without white space between tokens.
pub(crate) fn pretty(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    let new_line = |depth: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(b"\r\n");
        out.resize(out.len() + 2 * depth, b' ');
    };
    for (at, &byte) in text.iter().enumerate() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        let empty = |end: u8| text.get(at + 1) == Some(&end);
        match byte {
            b'{' | b'[' => {
                out.push(byte);
                depth += 1;
                if !empty(byte + 2) {
                    new_line(depth, &mut out);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if at == 0 || text[at - 1] != byte - 2 {
                    new_line(depth, &mut out);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                new_line(depth, &mut out);
            }
            b':' => out.extend_from_slice(b"\t: "),
            _ => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
    out.push(b'\n');
    out
}

#[cfg(test)]
#[path = "pretty_tests.rs"]
mod tests;
