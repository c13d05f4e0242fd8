use super::*;
use lake::Part;

fn file(key: &str, etag: &str) -> ObjectMeta {
    ObjectMeta { key: key.into(), bytes: 1, etag: etag.into() }
}

fn input(key: &str, verdict: Verdict) -> (String, Input) {
    let input = Input {
        key: key.into(),
        etag: "v1".into(),
        bytes: 1,
        raw_bytes: 1,
        records: 1,
        duplicates: 0,
        other_months: 0,
        verdict,
    };
    (key.into(), input)
}

/// `good` and `bad` were read at `v1`, and one part was written.
fn state() -> PartitionState {
    let quarantined = Verdict::Quarantined { reason: "not_json".into(), detail: String::new() };
    let part = Part {
        key: "part".into(),
        bytes: 1,
        raw_bytes: 1,
        records: 1,
        sha256: String::new(),
        min_event_time: None,
        max_event_time: None,
    };
    PartitionState {
        inputs: [input("bad", quarantined), input("good", Verdict::Ok)].into(),
        parts: [("part".to_owned(), part)].into(),
        ..PartitionState::default()
    }
}

fn planned(delivered: &[(&str, &str)], request: Request) -> Result<Plan, DailyError> {
    plan(&state(), delivered.iter().map(|(key, etag)| file(key, etag)).collect(), request)
}

fn work(delivered: &[(&str, &str)], request: Request) -> Vec<String> {
    let plan = planned(delivered, request).unwrap();
    assert!(plan.replaces == request.rebuild);
    assert_eq!(plan.retired.is_empty(), !request.rebuild);
    plan.files.into_iter().map(|file| file.key).collect()
}

const REBUILD: Request = Request {
    rebuild: true,
    drop_missing: false,
    retry_quarantined: false,
    commit_empty: false,
    until: None,
};

#[test]
fn new_and_changed_files_are_planned() {
    let plain = Request::default();
    assert_eq!(work(&[("bad", "v1"), ("good", "v1"), ("new", "v1")], plain), ["new"]);
    assert_eq!(work(&[("bad", "v1"), ("good", "v2")], plain), ["good"]);
    assert_eq!(work(&[("bad", "v2"), ("good", "v1")], plain), ["bad"]);
    assert_eq!(work(&[], plain), Vec::<String>::new());
}

#[test]
fn quarantined_files_are_retried_on_request_only() {
    let delivered = [("bad", "v1"), ("good", "v1")];
    assert_eq!(work(&delivered, Request::default()), Vec::<String>::new());
    assert_eq!(work(&delivered, Request { retry_quarantined: true, ..Request::default() }), ["bad"]);
}

#[test]
fn a_rebuild_reads_everything_and_retires_every_part() {
    let delivered = [("bad", "v1"), ("good", "v1"), ("new", "v1")];
    assert_eq!(work(&delivered, REBUILD), ["bad", "good", "new"]);
    assert_eq!(planned(&delivered, REBUILD).unwrap().retired, ["part"]);
}

#[test]
fn a_rebuild_refuses_to_lose_files_and_names_one() {
    match planned(&[("bad", "v1"), ("new", "v1")], REBUILD).unwrap_err() {
        DailyError::RebuildLoses { count, example } => assert_eq!((count, &*example), (1, "good")),
        other => panic!("{other}"),
    }
    let told = Request { drop_missing: true, ..REBUILD };
    assert_eq!(work(&[("new", "v1")], told), ["new"]);
}

#[test]
fn drop_missing_has_no_effect_without_a_rebuild() {
    assert_eq!(work(&[], Request { drop_missing: true, ..Request::default() }), Vec::<String>::new());
}
