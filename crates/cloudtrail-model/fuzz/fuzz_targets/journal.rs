//! Any bytes as a journal entry: no panic, and what parses is given back.
#![no_main]

use cloudtrail_model::Entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(entry) = Entry::from_json(text) {
        let again = entry.to_json().expect("an entry is JSON");
        assert_eq!(Entry::from_json(&again).expect("it reads what it wrote"), entry);
        if let Entry::Commit(commit) = entry {
            let _ = commit.check_balance();
        }
    }
});
