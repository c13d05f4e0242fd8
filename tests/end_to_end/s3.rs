//! Sources and lakes in S3: the same lake as on a disk, by the same commands.

use std::path::Path;

use cloudtrail_corpus::write_day;
use cloudtrail_model::{Day, Table};
use testkit::Oracle;
use testkit::s3::{Call, Fault, S3Server};

use crate::command::{Ran, run_well};
use crate::lake_on_disk::{assert_holds, assert_lines, assert_verifies, files_below, part_bodies};
use crate::made_source::{day, event, key_on, log_file, put, small_day};
use crate::months_on_disk::{expected_months, exported, parquet};
use crate::s3_world::{download, ran, ran_well, server, upload, with_s3, without_aws};

/// Two days of logs.
fn make_logs(folder: &Path) {
    write_day(&small_day(150, 900), day(), folder).unwrap();
    let next: Day = "2026-11-23".parse().unwrap();
    write_day(&small_day(50, 300), next, folder).unwrap();
}

#[test]
fn a_lake_in_s3_is_the_lake_on_disk() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let (logs, on_disk) = (folder.path().join("logs"), folder.path().join("lake"));
    make_logs(&logs);
    upload(&server, "logs", "trail/", &logs);
    run_well(&logs, &on_disk, &["--allow-gaps"]);
    ran_well(&server, "run --allow-gaps --source s3://logs/trail --lake s3://lake/cloud/trail");

    let in_s3 = download(&server, "lake", "cloud/trail/");
    let oracle = Oracle::read(&logs).unwrap();
    assert_holds(in_s3.path(), &oracle);
    assert_verifies(in_s3.path());
    for partition in crate::lake_on_disk::journaled(&on_disk) {
        assert!(part_bodies(&on_disk, partition) == part_bodies(in_s3.path(), partition), "{partition}");
    }
    for ((table, month), lines) in &expected_months(&oracle) {
        assert_lines(&exported(in_s3.path(), *table, *month), lines, &format!("{table} {month}"));
        assert!(parquet(&on_disk, *month) == parquet(in_s3.path(), *month), "{month}");
    }
    assert_eq!(server.uploads_in_progress("lake"), 0);
}

#[test]
fn every_command_reads_a_lake_in_s3() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    make_logs(folder.path());
    upload(&server, "logs", "", folder.path());
    ran_well(&server, "daily --source s3://logs/AWSLogs --lake s3://lake");
    ran_well(&server, "monthly --lake s3://lake --month 2026-11 --allow-gaps");
    let before = server.objects("lake");
    server.take_calls();

    let status = ran_well(&server, "status --lake s3://lake --source s3://logs --json");
    assert!(status.objects().len() > 4, "{status:?}");
    let verified = ran_well(&server, "verify --lake s3://lake");
    assert!(verified.stdout.contains("all is well"), "{verified:?}");
    let exported = ran_well(&server, "export --lake s3://lake --month 2026-11");
    let oracle = Oracle::read(folder.path()).unwrap();
    let expected = &expected_months(&oracle)[&(Table::CloudTrail, "2026-11".parse().unwrap())];
    assert_eq!(exported.stdout.lines().count(), expected.len());
    ran_well(&server, "daily --source s3://logs/AWSLogs --lake s3://lake --json").assert_nothing_done();
    ran_well(&server, "run --source s3://logs --lake s3://lake --allow-gaps");

    // whoever may write asks first whether the store refuses to create what exists
    let asks = |call: &Call| call.key == lake::LAKE_FILE && call.headers.contains_key("if-none-match");
    let calls = server.take_calls().into_iter().filter(|call| call.operation.is_effect());
    let (asked, effects): (Vec<_>, Vec<_>) = calls.partition(asks);
    assert_eq!((asked.len(), effects), (2, vec![]));
    assert_eq!(server.objects("lake"), before);
}

#[test]
fn an_archived_log_file_is_named_by_every_command_and_read_once_it_is_restored() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    make_logs(folder.path());
    upload(&server, "logs", "", folder.path());
    let listing = server.objects("logs");
    let archived = listing.iter().find(|(key, _)| key.contains("/CloudTrail/")).unwrap().0.clone();
    let asked = archived.clone();
    server.fault(move |call, _| (call.key == asked).then_some(Fault::Fail(403, "InvalidObjectState")));
    let named = format!("unreadable {archived}: cannot read {archived}: it is archived");
    let (daily, monthly) =
        ("daily --source s3://logs --lake s3://lake", "monthly --lake s3://lake --month 2026-11");
    for _ in 0..2 {
        let run = ran(&server, daily);
        assert!(run.status == Some(2) && run.stdout.contains(&named), "{run:?}");
    }
    let month = ran(&server, &format!("{monthly} --allow-gaps"));
    assert!(
        month.status == Some(2) && month.stdout.contains("1 log file of its days unreadable"),
        "{month:?}"
    );
    let status = ran_well(&server, "status --lake s3://lake");
    assert!(status.stdout.contains(&named) && status.stdout.contains("1 unreadable"), "{status:?}");
    ran_well(&server, "verify --lake s3://lake");

    server.no_faults();
    ran_well(&server, daily);
    ran_well(&server, &format!("{monthly} --allow-gaps"));
    assert_holds(download(&server, "lake", "").path(), &Oracle::read(folder.path()).unwrap());
}

#[test]
fn a_source_in_s3_and_a_lake_on_disk_and_the_other_way_round() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    make_logs(&logs);
    upload(&server, "logs", "AWSLogs-of-old/", &logs);
    let oracle = Oracle::read(&logs).unwrap();

    ran_well(&server, &format!("daily --source S3://logs/AWSLogs-of-old/ --lake {}", lake.display()));
    assert_holds(&lake, &oracle);
    ran_well(&server, &format!("daily --source {} --lake s3://lake", logs.display()));
    assert_holds(download(&server, "lake", "").path(), &oracle);
}

#[test]
fn a_day_named_is_the_only_one_listed() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    make_logs(folder.path());
    upload(&server, "logs", "", folder.path());
    server.take_calls();
    ran_well(&server, "daily --day 2026-11-23 --source s3://logs --lake s3://lake");
    let calls = server.take_calls();
    let of_source = calls.iter().filter(|call| call.bucket == "logs");
    let other_day: Vec<_> = of_source.filter(|call| call.key.contains("2026/11/22")).collect();
    assert_eq!(other_day, [] as [&Call; 0]);
    assert!(calls.iter().any(|call| call.key.contains("2026/11/23")));
}

#[test]
fn requests_are_marked_as_asked() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let key = key_on(day(), "one.json");
    put(folder.path(), &key, &log_file(&[event(1, "2026-11-22T10:11:12Z")]));
    upload(&server, "logs", "", folder.path());
    server.take_calls();
    ran_well(
        &server,
        "run --allow-gaps --source s3://logs --requester-pays --source-owner 111122223333 --lake s3://lake --lake-owner 444455556666 --kms-key alias/lake",
    );
    for call in server.take_calls() {
        let header = |name: &str| call.headers.get(name).map(String::as_str);
        let (payer, owner) = (header("x-amz-request-payer"), header("x-amz-expected-bucket-owner"));
        match call.bucket.as_str() {
            "logs" => assert_eq!((payer, owner), (Some("requester"), Some("111122223333")), "{call:?}"),
            _ => assert_eq!((payer, owner), (None, Some("444455556666")), "{call:?}"),
        }
        use testkit::s3::Operation::{CreateUpload, Put};
        let makes = matches!(call.operation, Put | CreateUpload);
        assert_eq!(header("x-amz-server-side-encryption"), makes.then_some("aws:kms"), "{call:?}");
        let key = header("x-amz-server-side-encryption-aws-kms-key-id");
        assert_eq!(key, makes.then_some("alias/lake"), "{call:?}");
    }
}

#[test]
fn a_proxy_is_used() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    make_logs(folder.path());
    upload(&server, "logs", "", folder.path());
    let mut command = with_s3(&server, "daily --source s3://logs --lake s3://lake");
    // a name that does not resolve: only the proxy, which is the server itself, can respond
    command.env("AWS_ENDPOINT_URL", "http://s3.invalid").env("HTTP_PROXY", server.endpoint());
    let ran: Ran = command.output().unwrap().into();
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    assert_holds(download(&server, "lake", "").path(), &Oracle::read(folder.path()).unwrap());
}

/// Fails unless a command line ends with status 1 and one line with all of these texts, and nothing was committed.
#[track_caller]
fn assert_refused(server: &S3Server, ran: &Ran, why: &[&str]) {
    assert_eq!((ran.status, ran.stderr.lines().count()), (Some(1), 1), "{ran:?}");
    for why in why {
        assert!(ran.stderr.contains(why), "{why:?} is not in {}", ran.stderr);
    }
    let objects = server.objects("lake");
    let parts: Vec<_> = objects.keys().filter(|key| !key.starts_with("_journal/")).collect();
    assert!(parts.is_empty(), "{parts:?}");
    let folder = download(server, "lake", "");
    for partition in crate::lake_on_disk::journaled(folder.path()) {
        let state = crate::lake_on_disk::journal_state(folder.path(), partition);
        assert_eq!(state.inputs.len(), 0, "{partition} has a commit");
    }
    assert_eq!(server.uploads_in_progress("lake"), 0);
}

/// A server with one day of logs of one table.
fn one_day() -> S3Server {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    for number in 0..20 {
        let text = log_file(&[event(number, "2026-11-22T10:11:12Z")]);
        put(folder.path(), &key_on(day(), &format!("{number:02}.json")), &text);
    }
    upload(&server, "logs", "", folder.path());
    server
}

const DAILY: &str = "daily --source s3://logs --lake s3://lake";

#[test]
fn a_missing_bucket_is_reported() {
    let server = one_day();
    let no_source = ran(&server, "daily --source s3://log --lake s3://lake");
    assert_refused(&server, &no_source, &["s3://log/", "NoSuchBucket", "check the name of the bucket"]);
    let no_lake = ran(&server, "daily --source s3://logs --lake s3://lakes");
    assert_refused(&server, &no_lake, &["NoSuchBucket", "check the name of the bucket"]);
    let no_lake = ran(&server, "verify --lake s3://lakes");
    assert_refused(&server, &no_lake, &["s3://lakes/", "NoSuchBucket", "check the name of the bucket"]);
    let empty = ran(&server, "verify --lake s3://lake");
    assert_refused(&server, &empty, &["s3://lake/ is no lake"]);
    let nameless = ran(&server, "verify --lake s3:///lake");
    assert_refused(&server, &nameless, &["s3:///lake", "expected s3://bucket/prefix"]);
}

#[test]
fn missing_wrong_and_expired_credentials_are_reported() {
    let server = one_day();
    let mut command = without_aws(DAILY);
    command.env("AWS_ENDPOINT_URL", server.endpoint());
    assert_refused(&server, &command.output().unwrap().into(), &["no credentials", "AWS_PROFILE"]);

    // without an endpoint: fails before the query for the region of the bucket
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "config", b"[profile somebody]\nregion = eu-central-1\n");
    let mut command = without_aws(DAILY);
    command.env("AWS_CONFIG_FILE", folder.path().join("config")).env("AWS_PROFILE", "nobody");
    let why = ["s3://lake/ cannot be opened", "no credentials", "`nobody` was not defined"];
    assert_refused(&server, &command.output().unwrap().into(), &why);

    let mut command = with_s3(&server, DAILY);
    command.env("AWS_SECRET_ACCESS_KEY", "wrong");
    let why = ["SignatureDoesNotMatch", "check the credentials"];
    assert_refused(&server, &command.output().unwrap().into(), &why);

    // they are valid for the listing and some of the log files
    server.fault(|_, number| (number >= 15).then_some(Fault::Fail(400, "ExpiredToken")));
    let why = ["ExpiredToken", "renew the credentials (aws sso login) and run it again"];
    let ran = ran(&server, DAILY);
    server.no_faults();
    assert_refused(&server, &ran, &why);
}

#[test]
fn a_source_that_gives_out_no_log_file_is_refused_by_name_and_nothing_is_committed() {
    let server = one_day();
    server.fault(|call, _| {
        (call.bucket == "logs" && call.key.ends_with(".json")).then_some(Fault::Fail(403, "AccessDenied"))
    });
    let ran = ran(&server, DAILY);
    server.no_faults();
    assert_refused(&server, &ran, &[".json", "AccessDenied", "policy"]);
    ran_well(&server, DAILY);
}

#[test]
fn a_denied_kms_key_is_reported() {
    use testkit::s3::Operation::{CreateUpload, Get, UploadPart};
    let server = one_day();
    for (operation, code) in [
        (CreateUpload, "KMS.DisabledException"),
        (UploadPart, "KMS.NotFoundException"),
        (Get, "KMS.InvalidStateException"),
    ] {
        server.fault(move |call, _| {
            let source = call.operation == Get && call.bucket == "lake";
            (call.operation == operation && !source).then_some(Fault::Fail(400, code))
        });
        let ran = ran(&server, DAILY);
        server.no_faults();
        assert_refused(&server, &ran, &[code, "check the KMS key and its policy"]);
    }
    let whole = ran_well(&server, DAILY);
    assert!(files_below(download(&server, "lake", "").path()).len() > 1, "{whole:?}");
}
