use super::*;

#[tokio::test(start_paused = true)]
async fn work_has_time_if_twice_its_time_is_left() {
    let mut pace = Pace::new(Some(Instant::now() + Duration::from_secs(100)));
    tokio::time::advance(Duration::from_secs(10)).await;
    pace.wrote(1_000);
    assert!(pace.has_time_for(4_400), "88 of 90 s");
    assert!(!pace.has_time_for(4_600), "92 of 90 s");
    assert!(!pace.is_over());
    tokio::time::advance(Duration::from_secs(91)).await;
    assert!(pace.is_over() && !pace.has_time_for(1));
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_there_is_always_time() {
    let pace = Pace::new(None);
    tokio::time::advance(Duration::from_secs(1_000_000)).await;
    assert!(pace.has_time_for(u64::MAX) && !pace.is_over());
}

#[tokio::test(start_paused = true)]
async fn an_estimate_that_is_no_duration_is_no_time() {
    let mut pace = Pace::new(Some(Instant::now() + Duration::from_secs(100)));
    tokio::time::advance(Duration::from_secs(1)).await;
    pace.wrote(0);
    assert!(!pace.has_time_for(u64::MAX));
}
