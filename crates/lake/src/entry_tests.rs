use super::*;
use proptest::prelude::*;

fn commit() -> Commit {
    Commit {
        version: 1,
        seq: 2,
        attempt: AttemptId("a".into()),
        time: "2026-11-22T03:00:00Z".into(),
        replaces: false,
        inputs: vec![
            Input {
                key: "k1".into(),
                etag: "e1".into(),
                bytes: 10,
                raw_bytes: 100,
                records: 3,
                duplicates: 1,
                other_months: 0,
                verdict: Verdict::Ok,
            },
            Input {
                key: "k2".into(),
                etag: "e2".into(),
                bytes: 5,
                raw_bytes: 0,
                records: 0,
                duplicates: 0,
                other_months: 0,
                verdict: Verdict::Quarantined { reason: "not_json".into(), detail: "…".into() },
            },
        ],
        parts: vec![Part {
            key: "p".into(),
            bytes: 7,
            raw_bytes: 70,
            records: 2,
            sha256: "00".into(),
            min_event_time: None,
            max_event_time: None,
        }],
        retired: vec![],
        totals: Totals {
            files_in: 2,
            files_ok: 1,
            files_quarantined: 1,
            records_in: 3,
            records_out: 2,
            duplicates: 1,
            other_months: 0,
            conflicts: 0,
            bytes_in: 15,
            raw_bytes_in: 100,
            raw_bytes_out: 70,
            bytes_out: 7,
        },
        month: None,
    }
}

#[test]
fn a_right_commit_balances() {
    assert_eq!(commit().check_balance(), Ok(()));
}

#[test]
fn one_record_too_few_anywhere_is_found() {
    type Break = fn(&mut Commit);
    let breaks: [Break; 11] = [
        |c| c.totals.records_out -= 1,
        |c| c.totals.duplicates += 1,
        |c| c.totals.other_months += 1,
        |c| c.month = Some(MonthSource::default()),
        |c| c.totals.files_ok -= 1,
        |c| c.parts[0].records -= 1,
        |c| c.inputs[0].records += 1,
        |c| c.inputs[0].duplicates += 1,
        |c| c.inputs[1].verdict = Verdict::Ok,
        |c| c.parts[0].bytes += 1,
        |c| drop(c.inputs.pop()),
    ];
    for (index, break_it) in breaks.into_iter().enumerate() {
        let mut broken = commit();
        break_it(&mut broken);
        assert!(broken.check_balance().is_err(), "break {index} was not found");
    }
}

#[test]
fn the_text_is_stable() {
    let claim = Entry::Claim(Claim {
        version: 1,
        seq: 1,
        attempt: AttemptId("a".into()),
        time: "2026-11-22T03:00:00Z".into(),
        tool: "trailmill 0.1.0".into(),
    });
    assert_eq!(
        String::from_utf8(claim.to_json().unwrap()).unwrap(),
        r#"{"entry":"claim","version":1,"seq":1,"attempt":"a","time":"2026-11-22T03:00:00Z","tool":"trailmill 0.1.0"}"#
    );
    let text = String::from_utf8(Entry::Commit(Box::new(commit())).to_json().unwrap()).unwrap();
    let ok = r#"{"key":"k1","etag":"e1","bytes":10,"raw_bytes":100,"records":3,"duplicates":1,"verdict":{"verdict":"ok"}}"#;
    assert!(text.contains(ok), "{text}");
}

#[test]
fn newer_versions_are_refused_and_unknown_fields_tolerated() {
    let newer = br#"{"entry":"merge","version":2,"seq":1}"#;
    assert!(matches!(Entry::from_json(newer), Err(EntryError::Newer { found: 2 })));
    let more = br#"{"entry":"claim","version":1,"seq":1,"attempt":"a","time":"t","tool":"x","colour":"red"}"#;
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
    for text in [text, last] {
        let outline = Entry::outline_from_json(text.as_bytes()).unwrap();
        assert_eq!(outline, Entry::Commit(Box::new(Commit { inputs: Vec::new(), ..commit() })));
    }
}

#[test]
fn an_entry_of_a_newer_version_is_refused_though_it_looks_like_ours() {
    let mut newer = commit();
    newer.version = 2;
    let text = Entry::Commit(Box::new(newer)).to_json().unwrap();
    assert!(matches!(Entry::from_json(&text), Err(EntryError::Newer { found: 2 })));
    assert!(matches!(Entry::outline_from_json(&text), Err(EntryError::Newer { found: 2 })));
}

#[test]
fn forged_sums_overflow_nothing() {
    let mut forged = commit();
    forged.totals.files_ok = u64::MAX;
    forged.inputs[0].records = u64::MAX;
    forged.inputs[1].records = u64::MAX;
    assert!(forged.check_balance().is_err());
    let mut sum = forged.totals;
    sum.add(&forged.totals);
    assert_eq!(sum.files_ok, u64::MAX);
}

proptest! {
    #[test]
    fn entries_round_trip(
        seq in 1u64.., attempt in "\\PC{0,20}", key in "\\PC{0,40}", detail in ".{0,40}", bytes in any::<u64>(),
        time in proptest::option::of("\\PC{0,20}"), replaces in any::<bool>()
    ) {
        let mut entry = commit();
        entry.seq = seq;
        entry.attempt = AttemptId(attempt);
        entry.replaces = replaces;
        entry.inputs[0].key = key.clone();
        entry.inputs[1].verdict = Verdict::Quarantined { reason: "x".into(), detail };
        entry.parts[0].bytes = bytes;
        entry.parts[0].min_event_time = time;
        entry.retired.push(key);
        let entry = Entry::Commit(Box::new(entry));
        prop_assert_eq!(Entry::from_json(&entry.to_json().unwrap()).unwrap(), entry);
    }

    #[test]
    fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Entry::from_json(&text);
    }
}
