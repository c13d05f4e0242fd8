//! Any bytes as a journal entry: no panic, and what parses is given back.

use lake::Entry;

pub(crate) fn check(text: &[u8]) {
    let Ok(entry) = Entry::from_json(text) else { return };
    let again = entry.to_json().expect("an entry is JSON");
    assert_eq!(Entry::from_json(&again).expect("it reads what it wrote"), entry);
    if let Entry::Commit(commit) = &entry {
        let _ = commit.check_balance();
    }
}
