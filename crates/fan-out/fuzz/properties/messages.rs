//! Any bytes as the body of a message, whatever the queue: no panic, what parses is given back as it was written, and a
//! request is the jobs of its days, in order, each once, and no more than there can be.

use cloudtrail_model::{Day, Month, grace_days};
use fan_out::{DailyJob, MESSAGE_VERSION, MonthlyJob, Request, Wanted};

/// Days before yesterday that a tick asks for.
const LATE_DAYS: u16 = 3;

pub(crate) fn check(body: &[u8]) {
    let todays =
        [(2026, 11, 23), (2024, 2, 29)].map(|(y, m, d)| Day::new(y, m, d).expect("a day of the calendar"));
    if let Ok(request) = Request::parse(body) {
        let text = request.to_string();
        assert_eq!(Request::parse(text.as_bytes()).expect("it reads what it wrote"), request);
        todays.iter().for_each(|today| check_jobs(&request, *today));
    }
    if let Ok(job) = DailyJob::parse(body) {
        todays.iter().for_each(|today| check_daily(&job, *today));
    }
    if let Ok(job) = MonthlyJob::parse(body) {
        check_monthly(&job);
    }
}

/// The jobs of a request on a day.
fn check_jobs(request: &Request, today: Day) {
    let jobs = request.jobs(today, LATE_DAYS);
    // neither a gap nor the same day again
    assert!(jobs.windows(2).all(|pair| pair[0].day.next() == Some(pair[1].day)));
    let bounds = jobs.first().map(|job| job.day).zip(jobs.last().map(|job| job.day));
    assert_eq!(bounds, wanted(request.wanted, today), "{request}");
    let awaited = match request.wanted {
        Wanted::Days { .. } => None,
        Wanted::Month(month) => Some(month),
        // a day's job knows the months of its records by itself: the one before is asked for, or none
        Wanted::Tick(day) => {
            let month = jobs.first().and_then(|job| job.month).map(|awaited| awaited.job.month);
            assert!(month.is_none() || month == day.month().previous());
            month
        }
    };
    for (at, job) in jobs.iter().enumerate() {
        assert_eq!(job.month.map(|awaited| awaited.job.month), awaited);
        assert_eq!(
            job.month.is_some_and(|awaited| awaited.closing),
            awaited.is_some() && at + 1 == jobs.len()
        );
        assert_eq!((job.rebuild, job.retry_quarantined), (request.rebuild, request.retry_quarantined));
    }
    // thousands of days are alike
    jobs.iter().take(40).chain(jobs.last()).for_each(|job| check_daily(job, today));
}

/// The first and the last day of a request, if it has any.
fn wanted(wanted: Wanted, today: Day) -> Option<(Day, Day)> {
    let (first, last) = match wanted {
        Wanted::Days { first, last } => (first.max(Day::FIRST_DELIVERY), last.min(today)),
        Wanted::Month(month) => {
            let last = month.days().chain(grace_days(month)).last()?;
            (month.days().next()?, last.min(today))
        }
        Wanted::Tick(day) => {
            let last = day.previous()?;
            let first = (0..LATE_DAYS).try_fold(last, |day, _| day.previous()).unwrap_or(Day::FIRST);
            (first, last)
        }
    };
    (first <= last).then_some((first, last))
}

fn check_daily(job: &DailyJob, today: Day) {
    let text = serde_json::to_vec(job).expect("a job is JSON");
    assert_eq!(DailyJob::parse(&text).expect("it reads what it wrote"), *job);
    assert_eq!(job.version, MESSAGE_VERSION);
    let fed = job.months(today);
    let months: Vec<Month> = fed.iter().map(|fed| fed.job.month).collect();
    assert!(months.len() <= 3, "{months:?}");
    assert!(
        (1..months.len()).all(|at| !months[..at].contains(&months[at])),
        "a month is fed once: {months:?}"
    );
    for fed in &fed {
        assert!(fed.awaited || fed.job.month < today.month());
        assert_eq!(fed.awaited, job.month.is_some_and(|awaited| awaited.job.month == fed.job.month));
        check_monthly(&fed.job);
    }
    assert_eq!(job.month.is_some(), fed.iter().any(|fed| fed.awaited));
}

fn check_monthly(job: &MonthlyJob) {
    let text = serde_json::to_vec(job).expect("a job is JSON");
    assert_eq!(MonthlyJob::parse(&text).expect("it reads what it wrote"), *job);
    assert_eq!(job.version, MESSAGE_VERSION);
}
