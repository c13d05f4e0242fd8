//! The peak memory of `months_to_send`, measured in a child process: the test process runs other tests.

use std::io::{BufWriter, Write};
use std::process::Command;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use lake::{AttemptId, Claim, Commit, Entry, FORMAT_VERSION, Input, Totals, Verdict};
use lake_store::{Created, MemoryStore};

use super::*;

/// Log files of a day of a large organisation.
const INPUTS: u64 = 100_000;
const MOST_MIB: u64 = 256;
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
    let lake: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let october: Month = "2026-10".parse().unwrap();
    let (claim, commit) = entries();
    for day in october.days().chain(grace_days(october)) {
        let partition = Partition::day(Table::CloudTrail, day);
        for (seq, entry) in [(1, &claim), (2, &commit)] {
            let created = lake.create_new(&partition.journal_key(seq), entry.clone()).await.unwrap();
            assert_eq!(created, Created::Yes);
        }
    }
    let job = DailyJob::new("2026-10-07".parse().unwrap());
    let messages = months_to_send(&lake, job, "2026-11-20".parse().unwrap()).await.unwrap();
    assert_eq!(messages.len(), 1);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    // a line of its own: the name of the test is printed without an end
    println!("\n{SAYS}{}", peak.trim().trim_end_matches(" kB"));
}

/// A claim and its commit with many inputs, as objects of a journal. They do not name the day.
fn entries() -> (Bytes, Bytes) {
    let attempt = AttemptId("a".to_owned());
    let time = "2026-11-22T03:00:00Z".to_owned();
    let claim = Claim {
        version: FORMAT_VERSION,
        seq: 1,
        attempt: attempt.clone(),
        time: time.clone(),
        tool: String::new(),
    };
    let commit = Commit {
        version: FORMAT_VERSION,
        seq: 2,
        attempt,
        time,
        replaces: false,
        inputs: Vec::new(),
        parts: Vec::new(),
        retired: Vec::new(),
        totals: Totals::default(),
        month: None,
    };
    let text = String::from_utf8(Entry::Commit(Box::new(commit)).to_json().unwrap()).unwrap();
    let (before, after) = text.split_once(r#""inputs":[]"#).unwrap();
    // inputs one by one: together they would be the peak
    let mut random = fastrand::Rng::with_seed(1);
    let commit = gzip(|out| {
        write!(out, r#"{before}"inputs":["#).unwrap();
        for number in 0..INPUTS {
            out.write_all(if number == 0 { b"" } else { b"," }).unwrap();
            serde_json::to_writer(&mut *out, &input(&mut random)).unwrap();
        }
        write!(out, "]{after}").unwrap();
    });
    (gzip(|out| out.write_all(&Entry::Claim(claim).to_json().unwrap()).unwrap()), commit)
}

fn input(random: &mut fastrand::Rng) -> Input {
    let name = format!("{:016x}", random.u64(..));
    let folder = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/10/07";
    Input {
        key: format!("{folder}/111122223333_CloudTrail_eu-central-1_20261007T0005Z_{name}.json.gz"),
        etag: format!("{:032x}", random.u128(..)),
        bytes: random.u64(500..5_000),
        raw_bytes: random.u64(5_000..50_000),
        records: random.u64(1..30),
        duplicates: 0,
        other_months: 0,
        verdict: Verdict::Ok,
    }
}

fn gzip(write: impl FnOnce(&mut BufWriter<GzEncoder<Vec<u8>>>)) -> Bytes {
    let mut out = BufWriter::new(GzEncoder::new(Vec::new(), Compression::fast()));
    write(&mut out);
    out.into_inner().unwrap().finish().unwrap().into()
}
