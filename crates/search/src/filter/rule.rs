//! How a wanted text is compared with a text of a record, and with the bounds of many.

/// How a wanted text is compared with a text of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// They are the same.
    Same,
    /// They are the same but for the case of ASCII letters.
    AnyCase,
    /// As [`Rule::AnyCase`]; `s3` stands for `s3.amazonaws.com` too.
    Service,
    /// As [`Rule::AnyCase`]; `*` stands for every text that is not empty.
    Error,
    /// The text is the wanted one, or ends with it after a `:` or a `/`, as ARNs do.
    Ending,
    /// The text contains the wanted one.
    Within,
}

/// What follows the name of a service in `eventSource`.
const SERVICE_SUFFIX: &str = ".amazonaws.com";

impl Rule {
    /// Whether a text of a record is what is wanted.
    pub(crate) fn accepts(self, wanted: &str, text: &str) -> bool {
        match self {
            Rule::Same => text == wanted,
            Rule::AnyCase => text.eq_ignore_ascii_case(wanted),
            Rule::Service => text.eq_ignore_ascii_case(wanted) || is_service(wanted, text),
            Rule::Error => (wanted == "*" && !text.is_empty()) || text.eq_ignore_ascii_case(wanted),
            Rule::Ending => text
                .strip_suffix(wanted)
                .is_some_and(|before| before.is_empty() || before.ends_with([':', '/'])),
            Rule::Within => text.contains(wanted),
        }
    }

    /// Whether some text from `min` to `max`, in the order of bytes, may be accepted. Both may be cut: then `min` is lower than
    /// every text, and `max` is higher.
    pub(crate) fn may_accept(self, wanted: &str, min: &[u8], max: &[u8]) -> bool {
        match self {
            Rule::Same => (min..=max).contains(&wanted.as_bytes()),
            Rule::AnyCase => may_be_any_case(wanted, min, max),
            Rule::Service => {
                may_be_any_case(wanted, min, max)
                    || may_be_any_case(&format!("{wanted}{SERVICE_SUFFIX}"), min, max)
            }
            Rule::Error => wanted == "*" || may_be_any_case(wanted, min, max),
            Rule::Ending | Rule::Within => true,
        }
    }

    /// A part of every text that is accepted, as its bytes are in JSON if nothing of it is escaped. `None` if there is none.
    pub(crate) fn needle(self, wanted: &str) -> Option<&str> {
        let is_plain = !wanted.is_empty() && !wanted.contains(|c: char| c == '"' || c == '\\' || c < ' ');
        match self {
            Rule::Same | Rule::Ending | Rule::Within if is_plain => Some(wanted),
            _ => None,
        }
    }
}

fn is_service(wanted: &str, text: &str) -> bool {
    text.len() == wanted.len() + SERVICE_SUFFIX.len()
        && text.is_char_boundary(wanted.len())
        && text[..wanted.len()].eq_ignore_ascii_case(wanted)
        && text[wanted.len()..].eq_ignore_ascii_case(SERVICE_SUFFIX)
}

/// Whether some text from `min` to `max` may be the wanted one in some case. All of these texts begin as both bounds do, and
/// the byte that follows is between those of the bounds.
fn may_be_any_case(wanted: &str, min: &[u8], max: &[u8]) -> bool {
    let wanted = wanted.as_bytes();
    let same = min.iter().zip(max).take_while(|(a, b)| a == b).count();
    let begins = wanted.len() >= same && wanted[..same].eq_ignore_ascii_case(&min[..same]);
    if !begins {
        return false;
    }
    let next = |bound: &[u8]| bound.get(same).copied();
    match (wanted.get(same), next(min), next(max)) {
        // the bounds are one text
        (rest, None, None) => rest.is_none(),
        // a longer text is above `min`, and `max` has more
        (Some(byte), low, Some(high)) => [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]
            .iter()
            .any(|byte| (low.unwrap_or(0)..=high).contains(byte)),
        // the shortest of them
        (None, low, _) => low.is_none(),
        // bounds that are not in order prove nothing
        (Some(_), Some(_), None) => true,
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
