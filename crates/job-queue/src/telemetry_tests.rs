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

/// Asserts that a line is within its limit and has every metric. Returns it parsed.
fn bounded(handled: &Handled) -> Value {
    let text = line(handled, &origin());
    assert!(text.len() <= LINE_BYTES, "{} bytes", text.len());
    let line: Value = serde_json::from_str(&text).unwrap();
    let defined = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
    let names: Vec<&str> = defined.iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
    for metric in &handled.metrics {
        assert!(names.contains(&metric.name), "{} is not defined", metric.name);
        assert_eq!(line[metric.name], metric.value, "{}", metric.name);
    }
    assert_eq!((&line["Duration"], &line["Stack"]), (&json!(1_234), &json!("trailmill")));
    assert_eq!(line["Failures"], u64::from(handled.failure.is_some()));
    line
}

fn quarantined(detail_bytes: usize) -> Vec<Value> {
    let folder = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/22";
    let key =
        |number| format!("{folder}/111122223333_CloudTrail_eu-central-1_20261122T0005Z_{number:016}.json.gz");
    (0..10_000).map(|number| json!({"key": key(number), "detail": "d".repeat(detail_bytes)})).collect()
}

#[test]
fn ten_thousand_quarantined_files_and_a_long_body_fit_into_a_line_with_all_metrics() {
    for (detail_bytes, kept) in [(60, 20), (5_000, 10)] {
        let mut handled = Handled::failed(std::io::Error::other("e".repeat(1 << 20)));
        handled.fact("job", "b".repeat(300_000));
        let table =
            json!({"partition": "cloudtrail_daily/2026-11-22", "quarantined": quarantined(detail_bytes)});
        handled.fact("tables", vec![table; 4]);
        handled.count("FilesQuarantined", 40_000);
        handled.add("BytesIn", Unit::Bytes, u64::MAX);
        let line = bounded(&handled);
        for table in line["tables"].as_array().unwrap() {
            let list = table["quarantined"].as_array().unwrap();
            assert_eq!(list.len(), kept + 1, "details of {detail_bytes} bytes");
            assert_eq!(list[kept], json!({"left_out": 10_000 - kept, "count": 10_000}));
            assert_eq!(list[0]["key"], quarantined(0)[0]["key"], "a key is whole");
        }
        let (job, error) = (line["job"].as_str().unwrap(), line["error"].as_str().unwrap());
        assert!(job.ends_with("b… (cut, 300000 bytes in all)"), "{job}");
        assert!(error.ends_with("e… (cut, 1048576 bytes in all)"), "{error}");
        assert!(job.len() <= 1_024 && error.len() <= 1_024);
    }
}

#[test]
fn no_fact_replaces_a_metric() {
    let mut handled = Handled::default();
    handled.count("Commits", 1);
    for name in ["_aws", "Stack", "Function", "Commits", "Duration", "level"] {
        handled.fact(name, "a fact");
    }
    assert!(!bounded(&handled).to_string().contains("a fact"));
}

/// A value of any shape: large, deep, with characters that take up to six bytes each in JSON.
fn any_value(random: &mut fastrand::Rng, deepest: usize) -> Value {
    let many = [2, 8, 30][random.usize(..3)];
    match random.usize(..if deepest == 0 { 4 } else { 7 }) {
        0 => Value::Null,
        1 => random.u64(..).into(),
        2 | 3 => any_text(random, 3_000).into(),
        4 => (0..random.usize(..many)).map(|_| any_value(random, deepest - 1)).collect(),
        5 => json!([any_value(random, deepest - 1)]),
        _ => {
            let member = |random: &mut fastrand::Rng| (any_text(random, 90), any_value(random, deepest / 2));
            (0..random.usize(..many)).map(|_| member(random)).collect::<Map<_, _>>().into()
        }
    }
}

fn any_text(random: &mut fastrand::Rng, longest: usize) -> String {
    let longest = random.usize(..=longest);
    let letters = ["a", "\0", "\u{1F986}", "\"", "ä"];
    let letter = letters[random.usize(..letters.len())];
    letter.repeat(random.usize(..=longest) / letter.len())
}

#[test]
fn a_line_is_below_its_bound_whatever_the_facts() {
    for seed in 0..100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let error = any_text(&mut random, 20_000);
        let mut handled =
            if random.bool() { Handled::failed(std::io::Error::other(error)) } else { Handled::default() };
        for _ in 0..random.usize(..8) {
            handled.fact(&any_text(&mut random, 2_000), any_value(&mut random, 3));
        }
        handled.count("Commits", random.u64(..));
        handled.count("RecordsIn", random.u64(..));
        bounded(&handled);
    }
}

#[test]
fn a_line_of_the_worst_is_below_its_bound() {
    let worst = "\0".repeat(10_000);
    let mut handled = Handled::failed(std::io::Error::other(worst.clone()));
    let mut fact = Value::from(worst.clone());
    for _ in 0..50 {
        fact = json!({worst.clone(): [fact, worst], "b": worst});
    }
    for number in 0..1_000 {
        handled.fact(&format!("{number}{worst}"), json!([worst, number]));
    }
    handled.fact("nested", fact);
    handled.count("Commits", 1);
    let origin = Origin { stack: &worst, function: &worst, message: &worst, ..origin() };
    let text = line(&handled, &origin);
    assert!(text.len() <= LINE_BYTES, "{} bytes", text.len());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["Commits"], 1);
}
