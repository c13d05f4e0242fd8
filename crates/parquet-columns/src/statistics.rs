//! Min/max statistics of a page or a column chunk, by which a reader prunes.

/// Bytes of a statistic at most: a longer min is truncated downwards, a longer max upwards.
const STATISTIC_BYTES: usize = 64;

/// The least and the greatest of some values, by their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MinMax {
    range: Option<(Vec<u8>, Vec<u8>)>,
}

/// A min or max as it is written, and whether it is exact: a value itself.
pub(crate) type Statistic = (Vec<u8>, bool);

impl MinMax {
    /// Takes a value in.
    pub(crate) fn add(&mut self, value: &[u8]) {
        match &mut self.range {
            None => self.range = Some((value.to_vec(), value.to_vec())),
            Some((min, _)) if value < min.as_slice() => value.clone_into(min),
            Some((_, max)) if value > max.as_slice() => value.clone_into(max),
            Some(_) => {}
        }
    }

    /// Takes in the values that other statistics are of.
    pub(crate) fn merge(&mut self, other: &MinMax) {
        if let Some((min, max)) = &other.range {
            self.add(min);
            self.add(max);
        }
    }

    /// The two, not truncated; `None` where there was no value.
    pub(crate) fn values(&self) -> Option<(&[u8], &[u8])> {
        self.range.as_ref().map(|(min, max)| (min.as_slice(), max.as_slice()))
    }

    /// The two at a length that fits a footer.
    pub(crate) fn written(&self) -> Option<(Statistic, Statistic)> {
        self.values().map(|(min, max)| (truncated(min), raised(max)))
    }
}

fn truncated(value: &[u8]) -> Statistic {
    match prefix(value) {
        Some(prefix) => (prefix.as_bytes().to_vec(), false),
        None => (value.to_vec(), true),
    }
}

/// A short text above all that begin as the value does; the value itself where there is none.
fn raised(value: &[u8]) -> Statistic {
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
    let text = (value.len() > STATISTIC_BYTES).then(|| std::str::from_utf8(value).ok()).flatten()?;
    let end = (1..=STATISTIC_BYTES).rev().find(|at| text.is_char_boundary(*at))?;
    Some(&text[..end])
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
