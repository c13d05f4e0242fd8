//! One pass over JSON text that proves it well-formed (RFC 8259) and finds where the records are.
//!
//! Nothing is decoded and nothing allocated: the result is spans of the text. Iterative, so that no nesting can exhaust
//! the stack.

use std::ops::Range;

/// Containers that may be open at once. `serde_json` reads 128 and Hive's JSON reader 1,000; CloudTrail writes under 30.
pub(crate) const MAX_DEPTH: usize = 512;

/// Why a text is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The text ends where something is missing.
    Ended { wanted: &'static str },
    /// Something else stands where it is missing.
    Unexpected { at: usize, wanted: &'static str },
    /// More than [`MAX_DEPTH`] containers are open.
    TooDeep { at: usize },
}

/// A stretch of the text: the inside of a string, or a value. Empty at 0 where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        // texts are at most `u32::MAX` long: `Limits::max_raw_bytes` is a u32
        let narrow = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: narrow(start), end: narrow(end) }
    }

    /// The bytes, or `None` where there is no such value or an empty one.
    pub(crate) fn of(self, text: &[u8]) -> Option<&[u8]> {
        text.get(self.start as usize..self.end as usize).filter(|bytes| !bytes.is_empty())
    }

    pub(crate) fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// Where one record is, and the few of its members that decide where it goes. Of repeated members the last counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RecordSpans {
    pub(crate) line: Span,
    pub(crate) event_id: Span,
    pub(crate) event_time: Span,
    pub(crate) event_source: Span,
    pub(crate) event_name: Span,
    pub(crate) identity: Span,
}

pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) at: usize,
    /// Whether white space was passed since this was last cleared.
    pub(crate) spaced: bool,
}

/// A scanned string: its inside, and whether a backslash is in it.
pub(crate) struct Text {
    pub(crate) inside: (usize, usize),
    pub(crate) escaped: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let bom = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Scanner { text, at: bom, spaced: false }
    }

    /// The first byte of the next token.
    pub(crate) fn peek(&mut self, wanted: &'static str) -> Result<u8, Fault> {
        self.skip_space();
        self.text.get(self.at).copied().ok_or(Fault::Ended { wanted })
    }

    /// Passes one punctuation mark.
    pub(crate) fn expect(&mut self, mark: u8, wanted: &'static str) -> Result<(), Fault> {
        if self.peek(wanted)? != mark {
            return Err(Fault::Unexpected { at: self.at, wanted });
        }
        self.at += 1;
        Ok(())
    }

    /// Passes one punctuation mark if it is the next token.
    pub(crate) fn take(&mut self, mark: u8) -> bool {
        self.skip_space();
        let found = self.text.get(self.at) == Some(&mark);
        self.at += usize::from(found);
        found
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        match self.text.get(self.at) {
            None => Ok(()),
            Some(_) => Err(Fault::Unexpected { at: self.at, wanted: "the end of the file" }),
        }
    }

    /// Calls `member` for each member of the object that starts here, before its value, with the key decoded where it
    /// has escapes. `member` must pass the value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.expect(b'{', "an object")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.peek("a member name")?;
            let key = self.string("a member name")?;
            self.expect(b':', "a colon after a member name")?;
            self.peek("a value")?;
            let raw = &self.text[key.inside.0..key.inside.1];
            match key.escaped.then(|| unescape(raw)).flatten() {
                Some(decoded) => member(self, decoded.as_bytes())?,
                None => member(self, raw)?,
            }
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of an object")?;
        }
    }

    /// Passes the object that starts here, and calls `member` with where each name, quotes included, and value are.
    pub(crate) fn object_spans(
        &mut self,
        mut member: impl FnMut(Range<usize>, Range<usize>),
    ) -> Result<(), Fault> {
        self.expect(b'{', "an object")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.peek("a member name")?;
            let (start, end) = self.string("a member name")?.inside;
            self.expect(b':', "a colon after a member name")?;
            self.peek("a value")?;
            let value = self.at;
            self.value(1)?;
            member(start - 1..end + 1, value..self.at);
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of an object")?;
        }
    }

    /// Passes the array that starts here, and calls `element` with where each element is.
    pub(crate) fn array_spans(&mut self, mut element: impl FnMut(Range<usize>)) -> Result<(), Fault> {
        self.expect(b'[', "an array")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.peek("a value")?;
            let value = self.at;
            self.value(1)?;
            element(value..self.at);
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of an array")?;
        }
    }

    /// Passes the record that starts here.
    pub(crate) fn record(&mut self) -> Result<RecordSpans, Fault> {
        let mut spans = RecordSpans::default();
        let start = self.at;
        // aggregated events are identified by `eventId`: "CloudTrail record contents for aggregated events", user guide
        let mut aggregated_id = Span::default();
        // what tells who: the most telling member of userIdentity that is there
        let mut identity_rank = 0;
        self.object(|scanner, key| match key {
            b"eventID" => scanner.string_value(&mut spans.event_id),
            b"eventId" => scanner.string_value(&mut aggregated_id),
            b"eventTime" => scanner.string_value(&mut spans.event_time),
            b"eventSource" => scanner.string_value(&mut spans.event_source),
            b"eventName" => scanner.string_value(&mut spans.event_name),
            b"userIdentity" if scanner.text[scanner.at] == b'{' => scanner.object(|scanner, key| {
                let rank = match key {
                    b"arn" => 4,
                    b"principalId" => 3,
                    b"invokedBy" => 2,
                    b"accountId" => 1,
                    _ => 0,
                };
                if rank > identity_rank {
                    identity_rank = rank;
                    scanner.string_value(&mut spans.identity)
                } else {
                    scanner.value(2)
                }
            }),
            _ => scanner.value(1),
        })?;
        if spans.event_id.len() == 0 {
            spans.event_id = aggregated_id;
        }
        spans.line = Span::new(start, self.at);
        Ok(spans)
    }

    /// Passes a value, and notes the inside of it where it is a string.
    fn string_value(&mut self, span: &mut Span) -> Result<(), Fault> {
        if self.text[self.at] != b'"' {
            *span = Span::default();
            return self.value(2);
        }
        let (start, end) = self.string("a string")?.inside;
        *span = Span::new(start, end);
        Ok(())
    }

    /// Passes any value, inside `outer` open containers.
    pub(crate) fn value(&mut self, outer: usize) -> Result<(), Fault> {
        let mut open = OpenContainers::new();
        loop {
            match self.peek("a value")? {
                b'"' => _ = self.string("a string")?,
                b'{' => {
                    open.push(true, outer).ok_or(Fault::TooDeep { at: self.at })?;
                    self.at += 1;
                    if !self.take(b'}') {
                        self.member_name()?;
                        continue;
                    }
                    open.pop();
                }
                b'[' => {
                    open.push(false, outer).ok_or(Fault::TooDeep { at: self.at })?;
                    self.at += 1;
                    if !self.take(b']') {
                        continue;
                    }
                    open.pop();
                }
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return Err(Fault::Unexpected { at: self.at, wanted: "a value" }),
            }
            // a value is complete: close what ends here, until another value follows
            loop {
                let Some(in_object) = open.top() else { return Ok(()) };
                let wanted = if in_object {
                    "a comma or the end of an object"
                } else {
                    "a comma or the end of an array"
                };
                match (self.peek(wanted)?, in_object) {
                    (b',', true) => {
                        self.at += 1;
                        self.member_name()?;
                        break;
                    }
                    (b',', false) => {
                        self.at += 1;
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        open.pop();
                    }
                    _ => return Err(Fault::Unexpected { at: self.at, wanted }),
                }
            }
        }
    }

    fn member_name(&mut self) -> Result<(), Fault> {
        self.peek("a member name")?;
        self.string("a member name")?;
        self.expect(b':', "a colon after a member name")
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
            self.spaced = true;
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        let wanted = "true, false or null";
        if word.starts_with(rest) {
            Err(Fault::Ended { wanted })
        } else {
            Err(Fault::Unexpected { at: self.at, wanted })
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        match (count, self.at < self.text.len()) {
            (0, true) => Err(Fault::Unexpected { at: self.at, wanted: "a digit" }),
            (0, false) => Err(Fault::Ended { wanted: "a digit" }),
            _ => Ok(()),
        }
    }

    /// Passes the string that starts here.
    pub(crate) fn string(&mut self, wanted: &'static str) -> Result<Text, Fault> {
        if self.text.get(self.at) != Some(&b'"') {
            return Err(Fault::Unexpected { at: self.at, wanted });
        }
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += plain_length(&self.text[at..]);
            match self.text.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Text { inside: (start, at), escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                Some(_) => return Err(Fault::Unexpected { at, wanted: "no control character in a string" }),
                None => return Err(Fault::Ended { wanted: "the end of a string" }),
            }
        }
    }

    /// Passes the escape whose backslash is at `at`, and returns what follows it.
    fn escape(&self, at: usize) -> Result<usize, Fault> {
        let wanted = "an escape sequence";
        match self.text.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match self.text.get(at + 2..at + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
                Some(_) => Err(Fault::Unexpected { at, wanted }),
                None => Err(Fault::Ended { wanted }),
            },
            Some(_) => Err(Fault::Unexpected { at, wanted }),
            None => Err(Fault::Ended { wanted }),
        }
    }
}

/// Bytes at the start of a text that a string may hold as they are: none of `"`, `\` and the control characters.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut length = 0;
    // eight bytes at a time: each expression sets the high bit of the first byte that is zero, or below 0x20
    while let Some(chunk) = text[length..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let stops = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let stops = stops & HIGHS;
        if stops != 0 {
            return length + (stops.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let tail = text[length..].iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
    length + tail
}

/// The text a member name stands for, or `None` where its escapes have no text (half a surrogate pair).
fn unescape(raw: &[u8]) -> Option<String> {
    let mut quoted = Vec::with_capacity(raw.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(raw);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).ok()
}

/// Which containers are open, a bit each: set for an object.
struct OpenContainers {
    objects: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl OpenContainers {
    fn new() -> Self {
        OpenContainers { objects: [0; MAX_DEPTH / 64], depth: 0 }
    }

    fn push(&mut self, object: bool, outer: usize) -> Option<()> {
        if self.depth + outer >= MAX_DEPTH {
            return None;
        }
        let (word, bit) = (self.depth / 64, 1 << (self.depth % 64));
        if object {
            self.objects[word] |= bit;
        } else {
            self.objects[word] &= !bit;
        }
        self.depth += 1;
        Some(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
    }

    fn top(&self) -> Option<bool> {
        let top = self.depth.checked_sub(1)?;
        Some(self.objects[top / 64] & (1 << (top % 64)) != 0)
    }
}

/// The text without the white space between its tokens. The text must be well-formed.
pub(crate) fn strip_space(text: &mut Vec<u8>) {
    let mut in_string = false;
    let mut escaped = false;
    text.retain(|byte| {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            return true;
        }
        in_string = *byte == b'"';
        !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
    });
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
