//! Any text as a key, a prefix, a file name, a day: no panic, what parses is given back, and the way down to a key by listing
//! is not cut off.

use cloudtrail_model::{Day, LogFileName, Month, Record, SourceKey, SourcePrefix, event_instant};

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = SourceKey::parse(text) {
        assert_eq!(key.to_string(), text);
        let above = key.prefix.as_deref().unwrap_or_default();
        // nobody looks for another trail among the folders of an account, of a trail or of flow logs
        let is_account = |segment: &str| segment.trim_start_matches("aws-account-id=").len() == 12;
        if !above.split('/').skip_while(|segment| *segment != "AWSLogs").any(is_account) {
            for (slash, _) in
                text.match_indices('/').filter(|(slash, _)| *slash < text.len() - key.file.len() - 11)
            {
                assert!(SourcePrefix::parse(&text[..=slash]).is_some(), "{}", &text[..=slash]);
            }
        }
    }
    if let Some(name) = LogFileName::parse(text) {
        assert_eq!(LogFileName::parse(&name.to_string()), Some(name));
    }
    if let Ok(day) = text.parse::<Day>() {
        assert_eq!(day.to_string(), text);
    }
    if let Ok(month) = text.parse::<Month>() {
        assert_eq!(month.to_string(), text);
    }
    let _ = SourcePrefix::parse(text);
    if let Ok(record) = Record::from_line(b"{}") {
        let _ = event_instant(&Record { event_time: Some(text), ..record });
    }
}
