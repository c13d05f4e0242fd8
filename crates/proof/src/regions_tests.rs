use lake::{InputsWriter, Why};

use super::*;

fn input(key: &str, sha256: u8) -> Input {
    Input { key: key.to_owned(), first_member_sha256: Some([sha256; 32]), ..Input::default() }
}

fn key(account: u64, region: &str, name: &str) -> String {
    format!("AWSLogs/{account:012}/CloudTrail/{region}/2026/11/22/{name}.json.gz")
}

#[test]
fn newer_inputs_take_the_place_of_older_ones_in_their_order() {
    let older: Inputs =
        [input(&key(1, "a-b-1", "a"), 1), input(&key(1, "a-b-1", "c"), 1), input(&key(3, "a-b-1", "a"), 1)]
            .into_iter()
            .collect();
    let newer: Inputs =
        [input(&key(1, "a-b-1", "b"), 2), input(&key(1, "a-b-1", "c"), 2), input(&key(2, "a-b-1", "a"), 2)]
            .into_iter()
            .collect();
    let above = ["".to_owned(), "org/".to_owned()];
    let files: Vec<LogFile> = log_files(&older, &above, &newer, &["new/".to_owned()]).collect();
    let of = |prefix: &str, account, name, sha256: u8| LogFile {
        key: format!("{prefix}{}", key(account, "a-b-1", name)),
        content: LogFileContent::Text { first_member_sha256: [sha256; 32], trailing_member: false },
    };
    assert_eq!(
        files,
        [
            of("", 1, "a", 1),
            of("new/", 1, "b", 2),
            of("new/", 1, "c", 2),
            of("new/", 2, "a", 2),
            of("", 3, "a", 1)
        ]
    );
}

#[test]
fn written_inputs_are_read_back_with_what_precedes_their_keys() {
    let mut writer = InputsWriter::new(None);
    let above = writer.above("org/");
    writer.push(&Input { above, ..input(&key(1, "a-b-1", "a"), 7) });
    let written = writer.finish();
    let none = Inputs::default();
    let inputs = written.inputs();
    let files: Vec<LogFile> = log_files(&none, &[], &inputs, written.above()).collect();
    assert_eq!(files[0].key, format!("org/{}", key(1, "a-b-1", "a")));
}

#[test]
fn log_files_without_a_hash_are_damaged_or_not_read() {
    let quarantined = |reason: &str| {
        let why = Why { reason: reason.to_owned(), detail: String::new() };
        content(&Input { verdict: Verdict::Quarantined(why), ..Input::default() })
    };
    assert_eq!(quarantined("truncated_gzip"), LogFileContent::Damaged);
    assert_eq!(quarantined("not_json"), LogFileContent::NotRead);
    assert_eq!(content(&Input::default()), LogFileContent::NotRead);
}

#[test]
fn log_files_and_folders_meet_by_account_and_region() {
    let file = |account, region| LogFile { key: key(account, region, "a"), content: LogFileContent::NotRead };
    let folders = [
        "AWSLogs/000000000002/CloudTrail-Digest/eu-west-1/".to_owned(),
        "AWSLogs/000000000001/CloudTrail-Digest/us-east-1/".to_owned(),
        "b/AWSLogs/000000000002/CloudTrail-Digest/eu-west-1/".to_owned(),
        "nonsense".to_owned(),
    ];
    let files = [file(1, "eu-west-1"), file(2, "eu-west-1"), file(3, "eu-west-1")];
    let regions: Vec<(String, String, usize, usize)> = Regions::new(files.into_iter(), &folders)
        .map(|of| (of.account, of.region, of.folders.len(), of.log_files.len()))
        .collect();
    let of = |account: u64, region: &str, folders, files| {
        (format!("{account:012}"), region.to_owned(), folders, files)
    };
    assert_eq!(
        regions,
        [
            of(1, "eu-west-1", 0, 1),
            of(1, "us-east-1", 1, 0),
            of(2, "eu-west-1", 2, 1),
            of(3, "eu-west-1", 0, 1)
        ]
    );
}
