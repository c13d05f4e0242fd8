use super::*;

fn origin() -> Origin<'static> {
    Origin {
        stack: "trailmill",
        function: "daily",
        message: "m-1",
        received: 2,
        took: Duration::from_millis(1_234),
        ended_millis: 1_795_000_000_000,
    }
}

#[test]
fn a_line_is_a_log_entry_and_metrics() {
    let mut handled = Handled::default();
    handled.fact("day", "2026-11-22");
    handled.count("RecordsIn", 7);
    handled.add("BytesIn", Unit::Bytes, 100);
    handled.add("BytesIn", Unit::Bytes, 23);
    let line: Value = serde_json::from_str(&line(&handled, &origin())).unwrap();
    assert_eq!(
        line,
        json!({
            "_aws": {
                "Timestamp": 1_795_000_000_000_u64,
                "CloudWatchMetrics": [{
                    "Namespace": "Trailmill",
                    "Dimensions": [["Stack", "Function"]],
                    "Metrics": [
                        {"Name": "RecordsIn", "Unit": "Count"},
                        {"Name": "BytesIn", "Unit": "Bytes"},
                        {"Name": "Failures", "Unit": "Count"},
                        {"Name": "Duration", "Unit": "Milliseconds"},
                    ],
                }],
            },
            "level": "info",
            "Stack": "trailmill",
            "Function": "daily",
            "message_id": "m-1",
            "received": 2,
            "day": "2026-11-22",
            "RecordsIn": 7,
            "BytesIn": 123,
            "Failures": 0,
            "Duration": 1_234,
        })
    );
}

#[derive(Debug, thiserror::Error)]
#[error("the day\nfailed")]
struct Failed(#[source] std::io::Error);

#[test]
fn a_failure_is_named_with_its_causes_on_one_line() {
    let text = line(&Handled::failed(Failed(std::io::Error::other("disk full"))), &origin());
    assert!(!text.contains('\n'), "{text}");
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["error"], "the day\nfailed: disk full");
    assert_eq!((&line["level"], &line["Failures"]), (&json!("error"), &json!(1)));
}

#[test]
fn a_broken_invariant_is_named_and_counted() {
    let mut handled = Handled::default();
    handled.broken(None);
    assert_eq!((handled.metrics[0].value, handled.facts.get("invariant")), (0, None));
    handled.broken(Some(cloudtrail_model::Invariant::PartsBeforeCommit));
    handled.broken(Some(cloudtrail_model::Invariant::PartsAsCommitted));
    let line: Value = serde_json::from_str(&line(&handled, &origin())).unwrap();
    assert_eq!((&line["invariant"], &line["InvariantsBroken"]), (&json!("parts-as-committed"), &json!(2)));
}
