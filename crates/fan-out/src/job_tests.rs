use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn one(text: &str) -> Wanted {
    Wanted::Days { first: day(text), last: day(text) }
}

/// The days of the jobs, and the month that waits for them.
fn asked(wanted: Wanted, today: &str) -> (Vec<String>, Option<Month>) {
    let jobs = Request::new(wanted).jobs(day(today), 3);
    let months: Vec<Option<Month>> = jobs.iter().map(|job| job.month.map(|month| month.month)).collect();
    assert!(months.windows(2).all(|pair| pair[0] == pair[1]), "all wait for one month: {months:?}");
    (jobs.iter().map(|job| job.day.to_string()).collect(), months.first().copied().flatten())
}

#[test]
fn a_range_is_its_days_up_to_today() {
    let wanted = Wanted::Days { first: day("2024-02-28"), last: day("2024-03-01") };
    let days = ["2024-02-28", "2024-02-29", "2024-03-01"].map(str::to_owned).to_vec();
    assert_eq!(asked(wanted, "2026-11-23"), (days.clone(), None));
    assert_eq!(asked(wanted, "2024-02-29"), (days[..2].to_vec(), None));
    assert_eq!(asked(wanted, "2024-02-27"), (vec![], None));
}

#[test]
fn a_range_from_before_cloudtrail_is_no_job_for_each_day_since_the_year_one() {
    let all = Wanted::Days { first: Day::FIRST, last: Day::LAST };
    let (days, _) = asked(all, "2026-11-23");
    assert_eq!((days.len(), days[0].as_str(), days[5074].as_str()), (5075, "2013-01-01", "2026-11-23"));
    assert_eq!(asked(one("1999-12-31"), "2026-11-23"), (vec![], None));
}

#[test]
fn a_month_is_its_days_and_the_first_three_of_the_next() {
    let (days, waiting) = asked(Wanted::Month(month("2026-10")), "2026-11-23");
    assert_eq!((days.len(), waiting), (34, Some(month("2026-10"))));
    assert_eq!((days[0].as_str(), days[33].as_str()), ("2026-10-01", "2026-11-03"));
    let (days, _) = asked(Wanted::Month(month("2026-10")), "2026-11-01");
    assert_eq!(days.last().unwrap(), "2026-11-01", "no day that has not begun");
    let (days, _) = asked(Wanted::Month(month("9999-12")), "9999-12-31");
    assert_eq!(days.len(), 31, "there is no day after the last");
}

#[test]
fn a_tick_is_yesterday_and_the_days_before_it() {
    let days = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"].map(str::to_owned).to_vec();
    assert_eq!(asked(Wanted::Tick(day("2026-11-23")), "2026-11-23"), (days, None));
    let alone = Request::new(Wanted::Tick(day("2026-11-23"))).jobs(day("2026-11-23"), 0);
    assert_eq!(alone.iter().map(|job| job.day).collect::<Vec<_>>(), [day("2026-11-22")]);
}

#[test]
fn in_the_first_days_of_a_month_the_one_before_is_asked_for() {
    for (tick, waiting) in [
        ("2026-11-30", None),
        ("2026-12-01", Some("2026-11")),
        ("2026-12-04", Some("2026-11")),
        ("2026-12-05", None),
        ("2027-01-02", Some("2026-12")),
    ] {
        let (days, found) = asked(Wanted::Tick(day(tick)), tick);
        assert_eq!((days.len(), found), (4, waiting.map(month)), "{tick}");
    }
}

#[test]
fn jobs_are_read_as_they_were_written() {
    let request = Request {
        rebuild: true,
        retry_quarantined: true,
        allow_gaps: true,
        ..Request::new(Wanted::Month(month("2026-10")))
    };
    for job in request.jobs(day("2026-11-23"), 0) {
        let text = serde_json::to_vec(&job).unwrap();
        assert_eq!(DailyJob::parse(&text).unwrap(), job);
        let monthly = job.month.unwrap();
        assert_eq!(MonthlyJob::parse(&serde_json::to_vec(&monthly).unwrap()).unwrap(), monthly);
    }
}

#[test]
fn jobs_look_so() {
    let jobs = Request::new(Wanted::Month(month("2026-10"))).jobs(day("2026-10-02"), 0);
    let texts: Vec<String> = jobs.iter().map(|job| serde_json::to_string(job).unwrap()).collect();
    assert_eq!(
        texts,
        [
            r#"{"version":1,"day":"2026-10-01","month":{"version":1,"month":"2026-10"}}"#,
            r#"{"version":1,"day":"2026-10-02","month":{"version":1,"month":"2026-10"}}"#,
        ]
    );
    assert_eq!(
        DailyJob::parse(br#"{"version":1,"day":"2026-10-01","from":"a later version"}"#).unwrap().day,
        day("2026-10-01")
    );
}

#[test]
fn an_invalid_job_is_rejected() {
    for text in
        ["", "{}", "[]", r#"{"day":"2026-11-22"}"#, r#"{"version":1}"#, r#"{"version":1,"day":"2026-11-31"}"#]
    {
        assert!(matches!(DailyJob::parse(text.as_bytes()), Err(BadJob::Unreadable(_))), "{text}");
    }
    let newer = DailyJob::parse(br#"{"version":2,"day":"2026-11-22"}"#).unwrap_err();
    assert!(newer.to_string().contains("version 2"), "{newer}");
    let month = br#"{"version":1,"day":"2026-11-22","month":{"version":7,"month":"2026-11"}}"#;
    assert!(matches!(DailyJob::parse(month), Err(BadJob::UnknownVersion(7))));
    assert!(matches!(
        MonthlyJob::parse(br#"{"version":2,"month":"2026-11"}"#),
        Err(BadJob::UnknownVersion(2))
    ));
}
