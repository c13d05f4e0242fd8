//! What `trailmill doctor` says of a folder.

use cloudtrail_corpus::write_day;
use serde_json::Value;

use crate::command::{Ran, trailmill};
use crate::made_source::{day, put, small_day};

fn doctor(place: &std::path::Path, more: &[&str]) -> Ran {
    trailmill().arg("doctor").arg(place).args(more).output().unwrap().into()
}

#[test]
fn it_says_what_there_is_and_the_command_that_it_prints_works() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    write_day(&small_day(40, 200), day(), &logs).unwrap();
    let ran = doctor(&logs, &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let command = ran.stdout.lines().last().unwrap().trim().to_owned();
    let expected =
        format!("trailmill run --source {} --lake ./lake --from 2026-11-22 --to 2026-11-22", logs.display());
    assert_eq!(command, expected);
    assert!(ran.stdout.contains("  days: 2026-11-22 to 2026-11-22; "), "{ran:?}");
    assert!(ran.stdout.contains("  ok read: 3 log files read"), "{ran:?}");

    let mut run = trailmill();
    run.args(command.split(' ').skip(1)).current_dir(folder.path());
    let run: Ran = run.output().unwrap().into();
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(folder.path().join("lake/_journal/lake.json").is_file());

    let json: Value = serde_json::from_str(&doctor(&logs, &["--json"]).stdout).unwrap();
    assert_eq!((&json["command"], &json["last_day"]), (&command.into(), &"2026-11-22".into()), "{json}");
    assert_eq!(json["checks"][1]["name"], "read", "{json}");
}

#[test]
fn names_that_an_attacker_chose_are_escaped_and_a_place_without_logs_says_what_should_be_there() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(doctor(folder.path(), &[]).status, Some(1));
    assert!(doctor(folder.path(), &[]).stderr.contains("AWSLogs/ACCOUNT/CloudTrail/REGION/"));
    let key = "a\u{1b}[2Jb/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz";
    put(folder.path(), key, b"no gzip");
    let ran = doctor(folder.path(), &[]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("before AWSLogs/: a\\u{1b}[2Jb") && !ran.stdout.contains('\u{1b}'),
        "{ran:?}"
    );
}
