use super::*;
use cloudtrail_model::LogFileId;
use lake::{Part, Verdict, Why};
use lake_store::ObjectMeta;

use crate::plan::listed_block::Block;
use crate::testing::world::key;

/// A log file below a trail's own prefix.
fn file(name: &str, etag: &str) -> ObjectMeta {
    ObjectMeta { key: format!("prefix/{}", key(name)), bytes: 1, etag: etag.into() }
}

fn listed(delivered: &[(&str, &str)]) -> ListedFiles {
    let files: Vec<_> = delivered.iter().map(|(name, etag)| file(name, etag)).collect();
    let id = |file| LogFileId::in_layout(file).unwrap();
    ListedFiles::of(Block::of(files.iter().map(|file| (id(&file.key), file))))
}

fn input(name: &str, verdict: Verdict) -> Input {
    Input { key: key(name), etag: "v1".into(), bytes: 1, verdict, ..Input::default() }
}

/// `good` and `bad` were read at `v1`, and one part was written.
fn state() -> PartitionState {
    let quarantined = Verdict::Quarantined(Why { reason: "not_json".into(), detail: String::new() });
    let part = Part { key: "part".into(), bytes: 1, raw_bytes: 1, records: 1, ..Part::default() };
    PartitionState {
        inputs: [input("bad", quarantined), input("good", Verdict::Ok)].into_iter().collect(),
        parts: [("part".to_owned(), part)].into(),
        ..PartitionState::default()
    }
}

fn planned(delivered: &[(&str, &str)], request: Request) -> Result<Plan, DailyError> {
    plan(&state(), listed(delivered), request)
}

fn of_name(delivered: &[(&str, &str)], name: &str) -> ObjectMeta {
    let (name, etag) = delivered.iter().find(|(each, _)| *each == name).unwrap();
    file(name, etag)
}

fn work(delivered: &[(&str, &str)], request: Request) -> Vec<String> {
    let plan = planned(delivered, request).unwrap();
    assert!(plan.replaces == request.rebuild);
    assert_eq!(plan.retired.is_empty(), !request.rebuild);
    let names: Vec<&str> = delivered.iter().map(|(name, _)| *name).collect();
    let read: Vec<LogFileToRead> = plan.files.into_iter().collect();
    let name = |file: &LogFileToRead| *names.iter().find(|name| key(name) == file.identity()).unwrap();
    assert!(
        read.iter().all(|file| file.above() == "prefix/" && file.object == of_name(delivered, name(file)))
    );
    read.iter().map(|file| name(file).to_owned()).collect()
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
fn quarantined_files_are_tried_again_on_request_only() {
    let delivered = [("bad", "v1"), ("good", "v1")];
    let tried = |request| {
        let mut files = planned(&delivered, request).unwrap().files;
        assert!(files.is_empty(), "it is read only if the try finds another verdict");
        let tried: Vec<String> = files.left_out().iter().map(|file| file.identity().to_owned()).collect();
        let all: Vec<usize> = (0..tried.len()).collect();
        assert_eq!((files.read_left_out(&all).len(), files.len()), (tried.len(), tried.len()));
        tried
    };
    assert_eq!(tried(Request::default()), Vec::<String>::new());
    assert_eq!(tried(Request { retry_quarantined: true, ..Request::default() }), [key("bad")]);
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
        DailyError::RebuildLoses { count, example } => assert_eq!((count, example), (1, key("good"))),
        other => panic!("{other}"),
    }
    let told = Request { drop_missing: true, ..REBUILD };
    assert_eq!(work(&[("new", "v1")], told), ["new"]);
}

#[test]
fn drop_missing_has_no_effect_without_a_rebuild() {
    assert_eq!(work(&[], Request { drop_missing: true, ..Request::default() }), Vec::<String>::new());
}

#[test]
fn new_files_are_counted_without_a_plan() {
    let delivered = [("bad", "v1"), ("good", "v2"), ("new", "v1")];
    let listing = Listing { files: listed(&delivered), ..Listing::default() };
    assert_eq!(new_files(&state(), &listing), 2);
}
