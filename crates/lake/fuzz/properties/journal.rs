//! Any bytes as a journal entry: no panic, what parses is given back, and its outline is the entry without its inputs.

use crate::Entry;

pub(crate) fn check(text: &[u8]) {
    let outline = Entry::outline_from_json(text);
    let Ok(mut entry) = Entry::from_json(text) else { return };
    let again = entry.to_json().expect("an entry is JSON");
    assert_eq!(Entry::from_json(&again).expect("it reads what it wrote"), entry);
    if let Entry::Commit(commit) = &mut entry {
        let _ = commit.check_balance();
        commit.inputs.clear();
    }
    assert_eq!(outline.expect("what is an entry has an outline"), entry);
}
