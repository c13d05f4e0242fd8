use super::*;
use crate::testing::attempts::commit;
use proptest::prelude::*;

#[test]
fn the_text_is_stable() {
    let claim = Entry::Claim(Claim {
        version: 2,
        seq: 1,
        attempt: AttemptId("a".into()),
        time: "2026-11-22T03:00:00Z".into(),
        tool: "trailmill 0.1.0".into(),
    });
    assert_eq!(
        String::from_utf8(claim.to_json().unwrap()).unwrap(),
        r#"{"entry":"claim","version":2,"seq":1,"attempt":"a","time":"2026-11-22T03:00:00Z","tool":"trailmill 0.1.0"}"#
    );
    let text = String::from_utf8(Entry::Commit(Box::new(commit())).to_json().unwrap()).unwrap();
    let start = r#"{"entry":"commit","version":2,"seq":2,"attempt":"a","time":"2026-11-22T03:00:00Z","replaces":false,"state":"committed","left":0,"inputs":{"sha256":"11","bytes":77,"lines":2},"parts":[{"key":"p","#;
    assert!(text.starts_with(start), "{text}");
    let mut full = commit();
    full.state = DayState::BeforeSource;
    full.left = 3;
    full.above = vec!["org/".into()];
    full.reread.files = 1;
    full.kept = vec!["q".into()];
    let text = String::from_utf8(Entry::Commit(Box::new(full)).to_json().unwrap()).unwrap();
    for field in [
        r#""state":"before_source","left":3"#,
        r#""above":["org/"]"#,
        r#""reread":{"files":1,"quarantined":0,"unreadable":0,"bytes":0}"#,
        r#""kept":["q"]"#,
    ] {
        assert!(text.contains(field), "{field}: {text}");
    }
}

#[test]
fn other_versions_are_refused_and_unknown_fields_tolerated() {
    let newer = br#"{"entry":"merge","version":3,"seq":1}"#;
    assert!(matches!(Entry::from_json(newer), Err(EntryError::Newer { found: 3 })));
    let older = br#"{"entry":"commit","version":1,"seq":1,"inputs":[]}"#;
    assert!(matches!(Entry::from_json(older), Err(EntryError::Older { found: 1 })));
    let more = br#"{"entry":"claim","version":2,"seq":1,"attempt":"a","time":"t","tool":"x","colour":"red"}"#;
    assert_eq!(Entry::from_json(more).unwrap().seq(), 1);
    assert!(matches!(Entry::from_json(b"{}"), Err(EntryError::Syntax(_))));
}

#[test]
fn the_kind_may_stand_anywhere() {
    let entry = Entry::Commit(Box::new(commit()));
    let text = String::from_utf8(entry.to_json().unwrap()).unwrap();
    let members = text.strip_prefix(r#"{"entry":"commit","#).unwrap();
    let last = format!(r#"{{{},"entry":"commit"}}"#, members.strip_suffix('}').unwrap());
    assert_eq!(Entry::from_json(last.as_bytes()).unwrap(), entry);
}

proptest! {
    #[test]
    fn entries_round_trip(
        seq in 1u64.., attempt in "\\PC{0,20}", key in "\\PC{0,40}", bytes in any::<u64>(), replaces in any::<bool>()
    ) {
        let mut entry = commit();
        entry.seq = seq;
        entry.attempt = AttemptId(attempt);
        entry.replaces = replaces;
        entry.parts[0].bytes = bytes;
        entry.retired.push(key);
        let entry = Entry::Commit(Box::new(entry));
        prop_assert_eq!(Entry::from_json(&entry.to_json().unwrap()).unwrap(), entry);
    }

    #[test]
    fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Entry::from_json(&text);
    }
}
