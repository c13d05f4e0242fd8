//! Tests only: JSON texts that say the same have the same canonical form.

use cloudtrail_model::{elements, members, string_text};

/// Members sorted by name, strings decoded where they can be, numbers as written.
pub(crate) fn canonical(json: &[u8]) -> String {
    match json.first() {
        Some(b'{') => {
            let mut found: Vec<String> = members(json)
                .unwrap()
                .iter()
                .map(|member| format!("{}:{}", canonical(member.raw_name), canonical(member.value)))
                .collect();
            found.sort();
            format!("{{{}}}", found.join(","))
        }
        Some(b'[') => {
            let found: Vec<String> = elements(json).unwrap().into_iter().map(canonical).collect();
            format!("[{}]", found.join(","))
        }
        Some(b'"') => match string_text(json) {
            Some(text) => format!("{text:?}"),
            None => String::from_utf8(json.to_vec()).unwrap(),
        },
        _ => String::from_utf8(json.to_vec()).unwrap(),
    }
}
