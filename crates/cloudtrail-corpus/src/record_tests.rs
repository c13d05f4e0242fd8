use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn values(count: usize) -> Vec<Value> {
    sample_records(7, count).iter().map(|record| serde_json::from_str(record).expect(record)).collect()
}

#[test]
fn every_record_is_an_object_with_what_all_records_have() {
    for record in values(3_000) {
        for member in
            ["eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "eventType", "eventID"]
        {
            assert!(record[member].is_string(), "{member}: {record}");
        }
        assert!(record["userIdentity"].is_object() && record["readOnly"].is_boolean(), "{record}");
        assert!(record["recipientAccountId"].as_str().unwrap().starts_with("99"), "{record}");
    }
}

#[test]
fn no_marker_is_left_over() {
    for record in sample_records(7, 5_000) {
        assert!(!record.contains('<') && !record.contains("\\ud800"), "{record}");
    }
}

#[test]
fn every_template_and_every_awkward_value_is_json_in_every_error() {
    let organization = Organization::new(&OrganizationConfig::default());
    let clock = Clock::new("2026-11-22".parse().unwrap());
    let place = Circumstances { account: 0, region: 0, seconds: 0, without_id: false, awkward_per_mille: 0 };
    let mut rng = rng_for(1, 1, 1);
    let mut fill = |text: &str| {
        let filled = draw::text(|out| Scene::new(&organization, &clock, &place, &mut rng).fill(text, out));
        assert!(!filled.contains('<'), "{filled}");
        serde_json::from_str::<Value>(&filled).unwrap_or_else(|error| panic!("{error}: {filled}"))
    };
    for template in TEMPLATES {
        fill(template.request);
        fill(template.response);
        fill(&format!("[{}]", template.additional));
        fill(&format!("[{}]", template.resources));
        fill(&format!("{{\"a\":1{}}}", template.details));
        if let Some((code, message)) = template.error {
            fill(&format!("[\"{code}\",\"{message}\"]"));
        }
    }
    assert!(AWKWARD.iter().all(|text| fill(text).is_object()));
}

#[test]
fn records_are_of_many_services_and_of_plausible_size() {
    let records = sample_records(3, 5_000);
    let average = records.iter().map(String::len).sum::<usize>() / records.len();
    assert!((1_000..1_700).contains(&average), "{average} bytes");
    let values = values(5_000);
    let distinct = |member: &str| values.iter().map(|v| v[member].to_string()).collect::<BTreeSet<_>>().len();
    assert!(distinct("eventSource") >= 15 && distinct("eventName") >= 30);
    assert_eq!(distinct("eventVersion"), 4);
    assert_eq!(distinct("eventID"), 5_000);
    let share = |test: &dyn Fn(&Value) -> bool| {
        values.iter().filter(|value| test(value)).count() * 100 / values.len()
    };
    assert!((40..85).contains(&share(&|v| v["responseElements"].is_null())));
    assert!((1..10).contains(&share(&|v| v["errorCode"].is_string())));
    assert!(share(&|v| v["userIdentity"]["arn"].is_null()) > 5);
    assert!(share(&|v| v["requestParameters"].is_null()) > 0);
    for kind in ["AssumedRole", "IAMUser", "Root", "AWSService", "WebIdentityUser", "AWSAccount"] {
        assert!(values.iter().any(|value| value["userIdentity"]["type"] == kind), "{kind}");
    }
}

#[test]
fn the_same_seed_gives_the_same_records() {
    assert_eq!(sample_records(7, 50), sample_records(7, 50));
    assert_ne!(sample_records(7, 50), sample_records(8, 50));
}

#[test]
fn nesting_stays_below_twenty() {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    let deepest = values(5_000).iter().map(depth).max().unwrap();
    assert!((15..20).contains(&deepest), "{deepest}");
}

#[test]
fn a_session_has_one_key_and_lasts_an_hour() {
    let mut sessions = std::collections::BTreeMap::new();
    for record in values(5_000) {
        let identity = &record["userIdentity"];
        let began = identity["sessionContext"]["attributes"]["creationDate"].as_str();
        let (Some(began), Some(key)) = (began, identity["accessKeyId"].as_str()) else { continue };
        let time = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        let age = time(record["eventTime"].as_str().unwrap()) - time(began);
        assert!((0..3600).contains(&age), "{age} s");
        assert_eq!(sessions.entry(key.to_owned()).or_insert_with(|| began.to_owned()), began);
    }
    assert!(sessions.len() > 1_000);
}
