use super::*;

fn found(line: &str) -> Found {
    Found { instant: Some(1_790_000_000_000_000), line: line.as_bytes().to_vec() }
}

fn table(width: u16, lines: &[&str]) -> String {
    let mut table = FoundTable::new(width);
    for line in lines {
        assert_eq!(table.add(Table::CloudTrail, &found(line)), None);
    }
    table.rest().unwrap()
}

const ALICE: &str = r#"{"eventID":"7f000000-0000-4000-8000-000000000001","eventTime":"x","eventName":"GetObject","eventSource":"s3.amazonaws.com","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1","recipientAccountId":"111122223333","userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/admin/alice"}}"#;

#[test]
fn a_record_is_a_row() {
    let text = table(80, &[ALICE]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>(),
        ["time", "who", "call", "from"],
        "no error, no column"
    );
    let cells: Vec<&str> = lines[1].split_whitespace().collect();
    assert_eq!(
        cells,
        ["2026-09-21", "14:13:20", "assumed-role/admin/alice", "s3:GetObject", "192.0.2.1"],
        "{text}"
    );
}

#[test]
fn a_wide_terminal_shows_more() {
    assert!(!table(104, &[ALICE]).contains("111122223333"));
    assert!(table(200, &[ALICE]).contains("7f000000-0000-4000-8000-000000000001"));
}

#[test]
fn no_row_is_wider_than_the_terminal_or_more_than_a_line() {
    let long = "日本".repeat(400);
    let line = format!(
        r#"{{"eventName":"{long}","eventSource":"{long}","errorCode":"{long}","userIdentity":{{"userName":"{long}"}}}}"#
    );
    for width in [20, 40, 80, 200] {
        let text = table(width, &[ALICE, &line]);
        assert_eq!(text.lines().count(), 3, "{text}");
        if width >= 80 {
            let wide = |line: &str| {
                line.chars().map(|c| if c.is_ascii() || c == '…' { 1 } else { 2 }).sum::<usize>()
            };
            assert!(text.lines().all(|line| wide(line) <= usize::from(width)), "{text}");
        }
    }
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let line = r#"{"eventName":"\u001b[2J\n","sourceIPAddress":"\u202e1","errorCode":"a\r\nb\u009b","userIdentity":{"arn":"\u0007"}}"#;
    let text = table(200, &[line]);
    assert!(text.chars().all(|c| c == '\n' || c == '…' || c.is_ascii_graphic() || c == ' '), "{text:?}");
    assert!(text.contains(r"\u{1b}[2J\n") && text.contains(r"a\r\nb"), "{text}");
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn a_record_of_unexpected_values_is_a_row_too() {
    let text = table(
        80,
        &[
            r#"{"eventName":["a"],"userIdentity":7}"#,
            "{}",
            r#"{"eventName":null,"eventSource":"s3"}"#,
            "no record",
        ],
    );
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.contains(r#"["a"]"#) && text.contains("cloudtrail"), "{text}");
}

#[test]
fn many_rows_are_printed_before_the_end() {
    let mut table = FoundTable::new(80);
    let printed = (0..ROWS).filter_map(|_| table.add(Table::CloudTrail, &found(ALICE))).count();
    assert_eq!((printed, table.rest()), (1, None));
}
