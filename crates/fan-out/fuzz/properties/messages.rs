//! Any bytes as the body of a message, whatever the queue: no panic, what parses is given back as it was written, and a
//! request is the jobs of its days, in order, each once, and no more than there can be.

use cloudtrail_model::Day;
use fan_out::{DailyJob, MESSAGE_VERSION, MonthlyJob, Request, Wanted, days_after};

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
        check_daily(&job);
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
        // the month before is requested, or none
        Wanted::Tick(day) => {
            let month = jobs.first().and_then(|job| job.month).map(|awaited| awaited.month);
            assert!(month.is_none() || month == day.month().previous());
            month
        }
    };
    for job in &jobs {
        assert_eq!(job.month.map(|awaited| awaited.month), awaited);
        assert_eq!((job.rebuild, job.retry_quarantined), (request.rebuild, request.retry_quarantined));
    }
    // thousands of days are alike
    jobs.iter().take(40).chain(jobs.last()).for_each(check_daily);
}

/// The first and the last day of a request, if it has any.
fn wanted(wanted: Wanted, today: Day) -> Option<(Day, Day)> {
    let (first, last) = match wanted {
        Wanted::Days { first, last } => (first.max(Day::FIRST_DELIVERY), last.min(today)),
        Wanted::Month(month) => {
            let last = month.days().chain(days_after(month)).last()?;
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

fn check_daily(job: &DailyJob) {
    let text = serde_json::to_vec(job).expect("a job is JSON");
    assert_eq!(DailyJob::parse(&text).expect("it reads what it wrote"), *job);
    assert_eq!(job.version, MESSAGE_VERSION);
    job.month.iter().for_each(check_monthly);
}

fn check_monthly(job: &MonthlyJob) {
    let text = serde_json::to_vec(job).expect("a job is JSON");
    assert_eq!(MonthlyJob::parse(&text).expect("it reads what it wrote"), *job);
    assert_eq!(job.version, MESSAGE_VERSION);
}
