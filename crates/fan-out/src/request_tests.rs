use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn one(text: &str) -> Wanted {
    Wanted::Days { first: day(text), last: day(text) }
}

#[test]
fn every_form_is_read() {
    let november = Wanted::Month("2026-11".parse().unwrap());
    let range = Wanted::Days { first: day("2026-10-30"), last: day("2026-11-02") };
    for (text, wanted) in [
        (r#"{"day":"2026-11-22"}"#, one("2026-11-22")),
        (r#"{"version":1,"day":"2026-11-22"}"#, one("2026-11-22")),
        (r#"{"from":"2026-10-30","to":"2026-11-02"}"#, range),
        (r#"{"from":"2026-11-22","to":"2026-11-22"}"#, one("2026-11-22")),
        (r#"{"month":"2026-11"}"#, november),
        (r#"{"month":11,"year":2026}"#, november),
        (r#"{"month":2,"day":8,"year":2024}"#, one("2024-02-08")),
        (r#"{"month":2,"day":29,"year":2024}"#, one("2024-02-29")),
        (
            r#"{"month":2,"day":null,"year":2024,"note":"who asked"}"#,
            Wanted::Month(Month::new(2024, 2).unwrap()),
        ),
    ] {
        assert_eq!(Request::parse(text.as_bytes()).unwrap(), Request::new(wanted), "{text}");
    }
}

#[test]
fn an_event_of_a_schedule_requests_days_by_its_time() {
    // events of EventBridge Scheduler and of EventBridge rules, each with its own version
    let scheduler = r#"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.scheduler","account":"111122223333","time":"2026-11-23T01:00:00Z","region":"eu-central-1","resources":[],"detail":"{}"}"#;
    let rule = scheduler.replace("aws.scheduler", "aws.events");
    for text in [scheduler, &rule] {
        let wanted = Wanted::Tick(day("2026-11-23"));
        assert_eq!(Request::parse(text.as_bytes()).unwrap(), Request::new(wanted));
    }
}

#[test]
fn a_schedule_may_ask_for_the_last_month() {
    let text = r#"{"source":"aws.scheduler","time":"2027-01-05T03:00:00Z","month":"last"}"#;
    let december = Wanted::Month("2026-12".parse().unwrap());
    let retries = Request { retry_quarantined: true, ..Request::new(december) };
    assert_eq!(Request::parse(text.as_bytes()).unwrap(), retries);
}

#[test]
fn flags_are_read() {
    let text = r#"{"day":"2026-11-22","rebuild":true,"retry_quarantined":true,"allow_gaps":true}"#;
    let request = Request::parse(text.as_bytes()).unwrap();
    assert!(request.rebuild && request.retry_quarantined && request.allow_gaps);
}

#[test]
fn an_invalid_request_says_what_to_write() {
    for (text, why) in [
        ("", "the request is not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "names no days"),
        (r#"{"from":"2026-11-22"}"#, "names no days"),
        (r#"{"year":2024}"#, "names no days"),
        (r#"{"day":"2026-11-31"}"#, "write it as 2026-11-22"),
        (r#"{"day":22}"#, "day of the request is 22: write a date as text, or add year"),
        (r#"{"month":"11"}"#, "month of the request"),
        (r#"{"year":2023,"month":2,"day":29}"#, "day 29 of month 2 of 2023 does not exist"),
        (r#"{"year":2023,"month":300}"#, "month 300 of 2023 does not exist"),
        (r#"{"year":"2023","month":2}"#, "year of the request is \"2023\""),
        (r#"{"from":"2026-11-02","to":"2026-11-01"}"#, "to (2026-11-01) is before from (2026-11-02)"),
        (r#"{"version":2,"day":"2026-11-22"}"#, "version 2"),
        (r#"{"version":"1","day":"2026-11-22"}"#, "version \"1\""),
        (r#"{"day":"2026-11-22","rebuild":"yes"}"#, "write true or false"),
        (r#"{"source":"aws.scheduler","time":"soon"}"#, "time of the request is \"soon\""),
        (
            r#"{"source":"aws.scheduler","time":"2026-11-05T03:00:00Z","month":"next"}"#,
            "a schedule requests \"last\"",
        ),
        (r#"{"source":"aws.scheduler"}"#, "time of the request is null"),
    ] {
        let error = Request::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_request_is_read_as_it_is_written() {
    let month = Wanted::Month("2026-10".parse().unwrap());
    let range = Wanted::Days { first: day("2026-10-30"), last: day("2026-11-02") };
    for wanted in [one("2026-11-22"), range, month, Wanted::Tick(day("2026-11-23"))] {
        let request = Request::new(wanted);
        assert_eq!(Request::parse(request.to_string().as_bytes()).unwrap(), request);
    }
    let flags = Request { rebuild: true, retry_quarantined: true, allow_gaps: true, ..Request::new(month) };
    assert_eq!(Request::parse(flags.to_string().as_bytes()).unwrap(), flags);
    assert_eq!(Request::new(month).to_string(), r#"{"month":"2026-10","version":1}"#);
}
