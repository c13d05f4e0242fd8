//! A log file that is replaced while a run is in progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use testkit::part_lines;
use testkit::s3::Operation;

use crate::buckets::{Buckets, key, log_file, of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_replaced_between_list_and_get_is_planned_again_and_only_its_new_records_are_there() {
    let buckets = Buckets::new();
    buckets.deliver(20, 2);
    let replaced = format!("trail/{}", key(1, "eu-west-1", "2026/11/22", "00007"));
    let (server, key, done) = (Arc::downgrade(&buckets.server), replaced.clone(), AtomicBool::new(false));
    buckets.server.fault(move |call, _| {
        if call.operation == Operation::Get && call.key == key && !done.swap(true, SeqCst) {
            server.upgrade().unwrap().put("logs", &key, log_file(1_007));
        }
        None
    });

    let committed = buckets.commit().await;
    assert_eq!((committed.totals.files_in, committed.totals.records_out), (20, 20));
    buckets.assert_holds(20).await;
    let calls = buckets.server.take_calls();
    let versions: Vec<&String> = of(&calls, Operation::Get)
        .iter()
        .filter(|call| call.key == replaced)
        .map(|call| &call.headers["if-match"])
        .collect();
    assert!(
        versions.len() == 2 && versions[0] != versions[1],
        "each get is of what was listed: {versions:?}"
    );

    let mut lines = Vec::new();
    for (key, body) in buckets.server.objects("lake") {
        if key.ends_with(".ndjson.gz") && !key.contains("_journal/") {
            lines.extend(part_lines(&body).unwrap());
        }
    }
    let with = |id: &str| {
        let id = format!(r#""eventID":"{id}""#);
        lines.iter().filter(|line| std::str::from_utf8(line).unwrap().contains(&id)).count()
    };
    assert_eq!((with("1007"), with("7"), lines.len()), (1, 0, 20));
}
