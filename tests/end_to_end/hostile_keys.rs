//! Hostile keys: path traversal, terminal escapes, keys that look like others.

use std::collections::BTreeSet;

use cloudtrail_model::Table;
use lake::Partition;
use testkit::partition_lines;

use crate::lake_on_disk::{assert_verifies, files_below};
use crate::made_source::{day, event, key_of, log_file, main_partition, put};
use crate::s3_world::{download, ran, server};

/// A terminal escape sequence.
const OBEYED: [char; 7] = ['\u{1}', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\r'];

/// Names of log files that are read like any other, whatever path they seem to contain.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "..json",
        "..%2f..%2f..%2fetc%2fpasswd.json",
        "%2e%2e%5c.json",
        "..\\..\\windows.json",
        "C:\\x.json",
        " .json",
        "+.json",
        "&amp;<x>\"'.json",
        "\u{e9}.json",
        "e\u{301}.json",
        "\u{ff0e}\u{ff0e}\u{2044}etc.json",
        "\u{200b}.json",
        "\u{feff}.json",
    ]
    .map(str::to_owned)
    .into();
    names.extend(OBEYED.map(|obeyed| format!("a{obeyed}b.json")));
    names.push("line\nend.json".to_owned());
    // 1,024 bytes, the longest there is
    names.push(format!("{}.json", "x".repeat(1_024 - key_of(".json").len())));
    names
}

/// Keys that are not log files, or outside the listings of the day.
fn passed_over() -> Vec<String> {
    let inside = day().as_path();
    vec![
        "AWSLogs/../../etc/passwd.json".to_owned(),
        format!("AWSLogs/../CloudTrail/eu-west-1/{inside}/a.json"),
        format!("AWSLogs/991122223333/CloudTrail/../{inside}/a.json"),
        format!("AWSLogs/991122223333/CloudTrail/eu-west-1/2026/11/22/../22/a.json"),
        format!("AWSLogs/991122223333/CloudTrail/eu-west-1//{inside}/a.json"),
        format!("AWSLogs//991122223333/CloudTrail/eu-west-1/{inside}/a.json"),
        format!("AWSLogs\\991122223333\\CloudTrail\\eu-west-1\\{inside}\\a.json"),
        format!("AWSLogs/9911222233\u{663}3/CloudTrail/eu-west-1/{inside}/a.json"),
        format!("AWSLogs/991122223333/CloudTrail/eu-west-1\u{0}/{inside}/a.json"),
        key_of("a.json\n"),
    ]
}

#[test]
fn records_arrive_whatever_their_key_and_nothing_lies_outside_the_lake() {
    let server = server();
    let mut wanted = BTreeSet::new();
    let mut number = 0;
    let mut good = |key: &str| {
        number += 1;
        let record = event(number, "2026-11-22T10:11:12Z");
        server.put("logs", key, log_file(std::slice::from_ref(&record)));
        record.into_bytes()
    };
    let mut keys: Vec<String> = names().iter().map(|name| key_of(name)).collect();
    // folders above AWSLogs may have any name
    keys.push(format!("../{}", key_of("above.json")));
    keys.push(format!("\u{1b}[2J/{}", key_of("above.json")));
    for key in &keys {
        wanted.insert(good(key));
    }
    for key in passed_over() {
        good(&key);
    }
    let command = "daily --source s3://logs --lake s3://lake/my/lake";
    let first = ran(&server, command);
    assert_eq!((first.status, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    let outside: Vec<String> =
        server.objects("lake").into_keys().filter(|key| !key.starts_with("my/lake/")).collect();
    assert_eq!(outside, [""; 0]);

    let lake = download(&server, "lake", "my/lake/");
    let found: BTreeSet<Vec<u8>> =
        partition_lines(lake.path(), main_partition()).unwrap().into_iter().collect();
    assert_eq!(found.len(), keys.len());
    assert!(found == wanted);
    assert_verifies(lake.path());
    let journal = Partition::day(Table::CloudTrail, day()).journal_prefix();
    assert!(files_below(lake.path()).into_keys().all(|name| name == lake::LAKE_FILE
        || name.starts_with(&journal)
        || name.starts_with(&main_partition().prefix())));

    // the journal recognizes each key
    let again = ran(&server, &format!("{command} --json"));
    again.assert_nothing_done();
}

#[test]
fn a_key_says_nothing_to_the_terminal() {
    let server = server();
    for name in names() {
        server.put("logs", &key_of(&name), &b"no log file"[..]);
    }
    server.put("logs", &key_of("\u{1b}[31mother"), &b"nor this"[..]);
    server.put("logs", "\u{1b}[2Jbackup/deep/x", &b"next to AWSLogs"[..]);
    let keys = names().len();
    for command in
        ["daily --source s3://logs", "daily --source s3://logs", "status --source s3://logs", "verify"]
    {
        let ran = ran(&server, &format!("{command} --lake s3://lake"));
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(OBEYED) && !said.contains("line\nend"), "{said:?}");
        let not_searched = r"not searched for log files in s3://logs/: 1 folder (\u{1b}[2Jbackup/).";
        assert_eq!(said.contains(not_searched), command.contains("source"), "{said}");
        if command.starts_with("daily") {
            assert_eq!(ran.status, Some(2), "{ran:?}");
            assert_eq!(said.lines().filter(|line| line.contains("quarantined AWSLogs/")).count(), keys);
            assert!(
                said.contains(r"/a\u{1b}b.json: not JSON: ") && said.contains(r"/line\nend.json: "),
                "{said}"
            );
            assert!(said.contains(r"such as AWSLogs/") && said.contains(r"\u{1b}[31mother"), "{said}");
        }
    }
    let json = ran(&server, "daily --json --source s3://logs --lake s3://lake");
    let object = &json.partitions()[&main_partition().to_string()];
    let named: BTreeSet<&str> = object["quarantined_earlier"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        named,
        names().iter().map(|name| key_of(name)).collect::<Vec<_>>().iter().map(String::as_str).collect()
    );
}

/// A link in the source is followed, as documented: its target is read, and quarantined if it is not a log file.
#[cfg(unix)]
#[test]
fn links_in_a_source_lead_to_nothing_but_a_verdict() {
    use std::os::unix::fs::symlink;

    let (source, lake, elsewhere) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let record = event(1, "2026-11-22T10:11:12Z");
    put(source.path(), &key_of("good.json"), &log_file(std::slice::from_ref(&record)));
    put(elsewhere.path(), "secret", b"root:x:0:0");
    symlink(elsewhere.path().join("secret"), source.path().join(key_of("link.json"))).unwrap();
    put(source.path(), &key_of("a\u{1b}[2J\\..\\b.json"), b"no log file");
    let ran = crate::command::daily(source.path(), lake.path(), &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), ""));
    assert_eq!(partition_lines(lake.path(), main_partition()).unwrap(), [record.into_bytes()]);
    let bodies = files_below(lake.path());
    assert!(bodies.values().all(|(_, body)| !body.windows(4).any(|part| part == b"root")));
    assert_eq!(files_below(elsewhere.path()).len(), 1);

    // a loop is an error that names the link
    symlink(source.path(), source.path().join("AWSLogs/round")).unwrap();
    let ran = crate::command::daily(source.path(), lake.path(), &[]);
    assert!(matches!(ran.status, Some(1 | 2)), "{ran:?}");
}
