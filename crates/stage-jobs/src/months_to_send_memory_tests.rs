//! The peak memory of `months_to_send`, measured in a child process: the test process runs other tests.

use std::io::Write;
use std::process::Command;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use lake::{
    AccountRange, AttemptId, Claim, Commit, Entry, EventDays, FORMAT_VERSION, ObjectRef, Part, Totals,
};
use lake_store::{Created, MemoryStore, Meter};

use super::*;

/// Log files of a day of a large organisation, and the parts that they become.
const INPUTS: u64 = 1_000_000;
const PARTS: u64 = 60;
const MOST_MIB: u64 = 64;
const CHILD: &str = "months_to_send::memory_tests::measured_in_a_process_of_its_own";
/// The prefix of the number in the output of the child.
const SAYS: &str = "peak memory, KiB: ";

#[test]
fn a_month_of_large_days_is_looked_at_in_little_memory() {
    let tests = std::env::current_exe().unwrap();
    let ran = Command::new(tests).args(["--exact", CHILD, "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let peak = said.lines().find_map(|line| line.strip_prefix(SAYS)).expect("the child says its peak");
    let peak_mib = peak.parse::<u64>().unwrap() >> 10;
    println!("{peak_mib} MiB");
    assert!(peak_mib <= MOST_MIB, "{peak_mib} MiB, at most {MOST_MIB}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test runs it in a process of its own"]
async fn measured_in_a_process_of_its_own() {
    let lake = MemoryStore::new();
    let october: Month = "2026-10".parse().unwrap();
    let (claim, commit) = entries();
    for day in october.days().chain(days_after(october)) {
        let partition = Partition::day(Table::CloudTrail, day);
        for (seq, entry) in [(1, &claim), (2, &commit)] {
            let created = lake.create_new(&partition.journal_key(seq), entry.clone()).await.unwrap();
            assert_eq!(created, Created::Yes);
        }
    }
    let meter = Meter::new(lake);
    let counters = meter.counters();
    let lake: Arc<dyn Store> = Arc::new(meter);
    let job = DailyJob::new("2026-10-07".parse().unwrap());
    let messages = months_to_send(&lake, job, "2026-11-20".parse().unwrap()).await.unwrap();
    assert_eq!(messages.len(), 1);
    println!("\n{:?}", counters.usage());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    // a line of its own: the name of the test is printed without an end
    println!("\n{SAYS}{}", peak.trim().trim_end_matches(" kB"));
}

/// A claim and its commit with many inputs, as objects of a journal. They do not name the day. The inputs are not in the lake:
/// whoever reads them fails.
fn entries() -> (Bytes, Bytes) {
    let attempt = AttemptId("a".to_owned());
    let (time, tool) = ("2026-11-22T03:00:00Z".to_owned(), String::new());
    let claim = Claim { version: FORMAT_VERSION, seq: 1, attempt: attempt.clone(), time: time.clone(), tool };
    let part = |index: u64| Part {
        key: format!("cloudtrail_daily/year=2026/month=10/day=07/part-000001-{index:04}.ndjson.gz"),
        bytes: 40 << 20,
        raw_bytes: 512 << 20,
        sha256: format!("{index:064x}"),
        event_days: EventDays { days: [("2026-10-07".parse().unwrap(), 1)].into(), ..EventDays::default() },
        accounts: Some(AccountRange { first: format!("{index:012}"), last: format!("{:012}", index + 1) }),
        ..Part::default()
    };
    let parts = (0..PARTS).map(part);
    let commit = Commit {
        version: FORMAT_VERSION,
        seq: 2,
        attempt,
        time,
        inputs: Some(ObjectRef { sha256: format!("{:064x}", 1), bytes: 40 << 20, lines: INPUTS }),
        totals: Totals { files_in: INPUTS, files_ok: INPUTS, ..Totals::default() },
        parts: parts.collect(),
        ..Commit::default()
    };
    (gzip(&Entry::Claim(claim)), gzip(&Entry::Commit(Box::new(commit))))
}

fn gzip(entry: &Entry) -> Bytes {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(&entry.to_json().unwrap()).unwrap();
    out.finish().unwrap().into()
}
