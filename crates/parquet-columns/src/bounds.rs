//! The least and the greatest value of a page or a column chunk, by which a reader leaves out what it does not want.

/// Bytes of a bound at most: a longer one is shortened, the least downwards, the greatest upwards.
const BOUND_BYTES: usize = 64;

/// The least and the greatest of some values, by their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    range: Option<(Vec<u8>, Vec<u8>)>,
}

/// A bound as it is written, and whether it is a value itself.
pub(crate) type Bound = (Vec<u8>, bool);

impl Bounds {
    /// Takes a value in.
    pub(crate) fn add(&mut self, value: &[u8]) {
        match &mut self.range {
            None => self.range = Some((value.to_vec(), value.to_vec())),
            Some((least, _)) if value < least.as_slice() => value.clone_into(least),
            Some((_, greatest)) if value > greatest.as_slice() => value.clone_into(greatest),
            Some(_) => {}
        }
    }

    /// Takes the values behind other bounds in.
    pub(crate) fn merge(&mut self, other: &Bounds) {
        if let Some((least, greatest)) = &other.range {
            self.add(least);
            self.add(greatest);
        }
    }

    /// The least and the greatest as they are; `None` where there was no value.
    pub(crate) fn values(&self) -> Option<(&[u8], &[u8])> {
        self.range.as_ref().map(|(least, greatest)| (least.as_slice(), greatest.as_slice()))
    }

    /// The two at a length that fits a footer.
    pub(crate) fn written(&self) -> Option<(Bound, Bound)> {
        self.values().map(|(least, greatest)| (shortened(least), raised(greatest)))
    }
}

fn shortened(value: &[u8]) -> Bound {
    match prefix(value) {
        Some(prefix) => (prefix.as_bytes().to_vec(), false),
        None => (value.to_vec(), true),
    }
}

/// A short text above all that begin as the value does; the value itself where there is none.
fn raised(value: &[u8]) -> Bound {
    let Some(prefix) = prefix(value) else { return (value.to_vec(), true) };
    for (at, last) in prefix.char_indices().rev() {
        let next = char::from_u32(u32::from(last) + 1).filter(|next| next.len_utf8() == last.len_utf8());
        if let Some(next) = next {
            let mut raised = prefix[..at].to_owned();
            raised.push(next);
            return (raised.into_bytes(), false);
        }
    }
    (value.to_vec(), true)
}

/// The beginning of a value that is too long.
fn prefix(value: &[u8]) -> Option<&str> {
    let text = (value.len() > BOUND_BYTES).then(|| std::str::from_utf8(value).ok()).flatten()?;
    let end = (1..=BOUND_BYTES).rev().find(|at| text.is_char_boundary(*at))?;
    Some(&text[..end])
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
