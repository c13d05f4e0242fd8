use super::*;
use crate::lines_object::read_lines_object;
use crate::testing::attempts::input;
use crate::{Verdict, Why};

fn lines(object: &LinesObject) -> Vec<String> {
    let mut lines = Vec::new();
    let each = |line: &[u8]| {
        lines.push(String::from_utf8(line.to_vec()).unwrap());
        Ok(())
    };
    read_lines_object(&object.stated, &object.body, each).unwrap();
    lines
}

fn file(account: u64, region: &str, name: &str) -> Input {
    input(&format!("AWSLogs/{account:012}/CloudTrail/{region}/2026/11/22/{name}.json.gz"))
}

#[test]
fn facts_count_each_account_and_region() {
    let why = Why { reason: "not_json".into(), detail: String::new() };
    let quarantined = Input { verdict: Verdict::Quarantined(why), records: 0, ..file(1, "eu-west-1", "b") };
    let loose = input("000000000003_CloudTrail_us-east-1_20261122T1015Z_abc.json.gz");
    let written = InputsWriter::write_all(&[
        file(1, "eu-west-1", "a"),
        quarantined,
        file(1, "us-east-1", "a"),
        file(2, "us-east-1", "a"),
        loose,
    ]);
    assert_eq!(written.unordered, None);
    assert_eq!((written.len(), written.totals.records_in), (5, 4));
    assert_eq!(
        lines(&written.facts.unwrap()),
        [
            r#"{"account":"000000000001","region":"eu-west-1","files":2,"quarantined":1,"records":1,"bytes":2}"#,
            r#"{"account":"000000000001","region":"us-east-1","files":1,"records":1,"bytes":1}"#,
            r#"{"account":"000000000002","region":"us-east-1","files":1,"records":1,"bytes":1}"#,
            r#"{"account":"000000000003","region":"us-east-1","files":1,"records":1,"bytes":1}"#,
        ]
        .map(|line| format!("{line}\n"))
    );
    assert_eq!(lines(&written.inputs.unwrap()).len(), 5);
}

#[test]
fn no_inputs_are_no_object_and_inputs_without_account_have_no_facts() {
    let none = InputsWriter::write_all([]);
    assert_eq!((none.inputs, none.facts), (None, None));
    let part = InputsWriter::write_all(&[input(
        "cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz",
    )]);
    assert!(part.inputs.is_some() && part.facts.is_none());
}

#[test]
fn inputs_that_are_read_again_are_counted() {
    let mut before = Inputs::default();
    let why = Why { reason: "archived".into(), detail: String::new() };
    let unreadable = Input { verdict: Verdict::Unreadable(why), bytes: 70, ..file(1, "eu-west-1", "a") };
    assert!(before.push(&unreadable) && before.push(&file(1, "eu-west-1", "b")));
    let mut writer = InputsWriter::new(Some(&before));
    writer.push(&file(1, "eu-west-1", "a"));
    writer.push(&file(1, "eu-west-1", "c"));
    let expected = InputCounts { files: 1, quarantined: 0, unreadable: 1, bytes: 70 };
    assert_eq!(writer.finish().reread, expected);
}

#[test]
fn inputs_out_of_order_are_noticed() {
    for keys in [["b", "a"], ["a", "a"]] {
        let written = InputsWriter::write_all(&keys.map(input));
        assert_eq!(written.unordered.as_deref(), Some("a"));
    }
}

#[test]
fn prefixes_above_have_an_index() {
    let mut writer = InputsWriter::new(None);
    assert_eq!(["", "org/", "", "x/", "org/"].map(|above| writer.above(above)), [0, 1, 0, 2, 1]);
    assert_eq!(writer.finish().above, ["", "org/", "x/"]);
}
