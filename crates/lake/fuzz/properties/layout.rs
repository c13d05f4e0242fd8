//! Any text as a key of a lake: no panic, and what parses is given back.

use lake::Partition;

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(partition) = Partition::from_journal_prefix(text) {
        assert_eq!(partition.journal_prefix(), text);
    }
    if let Some(partition) = Partition::of_key(text) {
        assert!(text.starts_with(&partition.prefix()));
        assert_eq!(Partition::from_journal_prefix(&partition.journal_prefix()), Some(partition));
        assert_eq!(partition.journal_seq(&partition.journal_key(7)), Some(7));
        assert_eq!(partition.journal_seq(text), None, "a part is no entry of a journal");
        if let Some(claim) = lake::part_claim(partition, text) {
            assert!(claim > 0 && text.contains(&format!("/part-{claim:06}-")));
        }
    }
}
