use std::collections::BTreeMap;

use search::Trace;

use super::*;

fn page_of(name: &str) -> (Subject, Who) {
    let times = Occurrences { records: 2, first: Some(0), last: Some(1_000_000) };
    let trace = Trace {
        call: "AssumeRole".to_owned(),
        by: name.to_owned(),
        of: name.to_owned(),
        error: String::new(),
    };
    let traces = Traces { traces: BTreeMap::from([(trace, times)]), beyond: 3 };
    let who = Who { seen: times, failed: 1, came_from: traces.clone(), gave: traces, ..Who::default() };
    (Subject::of(name), who)
}

#[test]
fn a_page_has_its_facts_and_lists() {
    let (subject, who) = page_of("alice");
    let text = WhoPage::new(&subject, &who, 10).text();
    for expected in [
        "principal alice\n",
        "2, 1 with an error",
        "1970-01-01T00:00:01Z",
        "how it came to be",
        "AssumeRole: alice by alice, 1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z",
        "and 3 records more",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let json = who_json(&subject, &who, 10);
    assert_eq!(
        (json["records"].as_u64(), json["last_seen"].as_str()),
        (Some(2), Some("1970-01-01T00:00:01Z"))
    );
    assert_eq!(json["gave"]["more_records"], 3);
}

#[test]
fn names_cannot_say_anything_in_our_name() {
    let (subject, who) = page_of("\u{1b}[2J|<script>\n# [x](y)`");
    let page = WhoPage::new(&subject, &who, 10);
    for text in [page.text(), page.markdown()] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
    let markdown = page.markdown();
    assert!(
        !markdown.contains("<script>") && !markdown.contains("[x](") && !markdown.contains("2J|"),
        "{markdown}"
    );
    assert!(markdown.contains("&lt;script&gt;"), "{markdown}");
}

#[test]
fn lists_are_bounded() {
    let (subject, mut who) = page_of("alice");
    who.came_from.traces = (0..30)
        .map(|number| {
            (
                Trace { of: number.to_string(), ..Trace::default() },
                Occurrences { records: 1, ..Occurrences::default() },
            )
        })
        .collect();
    let text = WhoPage::new(&subject, &who, 5).text();
    assert!(text.contains("and 28 records more"), "{text}");
}
