use super::*;

#[tokio::test(start_paused = true)]
async fn time_is_kept_to_commit() {
    let now = SystemTime::UNIX_EPOCH;
    for (left, usable) in [(900, 840), (180, 120), (90, 60), (3, 2), (0, 0)] {
        let end = now + Duration::from_secs(left);
        assert_eq!(soft_deadline(end, now) - Instant::now(), Duration::from_secs(usable), "{left} s");
    }
    assert_eq!(soft_deadline(now, now + Duration::from_secs(9)), Instant::now(), "the end is past");
}
