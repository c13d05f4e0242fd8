use super::*;

/// The permits that are free now.
fn free(limit: &AdaptiveLimit) -> usize {
    limit.permits.available_permits()
}

#[tokio::test]
async fn the_limit_falls_once_for_all_calls_started_under_it() {
    let limit = AdaptiveLimit::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(limit.acquire().await);
    }
    for permit in held.split_off(4) {
        permit.throttled();
    }
    assert_eq!((limit.allowed(), free(&limit)), (7, 3), "four of seven permits are held");
    for permit in held {
        permit.throttled();
    }
    assert_eq!((limit.allowed(), free(&limit)), (7, 7));
}

#[tokio::test]
async fn permits_above_a_lowered_limit_are_not_released() {
    let limit = AdaptiveLimit::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(limit.acquire().await);
    }
    held.pop().unwrap().throttled();
    assert_eq!((limit.allowed(), free(&limit)), (7, 0));
    held.truncate(7);
    assert_eq!(free(&limit), 0, "seven are held");
    drop(held);
    assert_eq!(free(&limit), 7);
}

#[tokio::test]
async fn the_limit_never_falls_below_one() {
    let limit = AdaptiveLimit::new(64);
    for _ in 0..100 {
        limit.acquire().await.throttled();
    }
    assert_eq!((limit.allowed(), free(&limit)), (1, 1));
}

#[tokio::test]
async fn the_limit_starts_low_and_doubles_until_the_store_throttles() {
    let limit = AdaptiveLimit::new(256);
    for allowed in [16, 32, 64] {
        assert_eq!((limit.allowed(), free(&limit)), (allowed, allowed));
        let mut round = Vec::new();
        for _ in 0..allowed {
            round.push(limit.acquire().await);
        }
        round.into_iter().for_each(CallPermit::succeeded);
    }
    limit.acquire().await.throttled();
    assert_eq!(limit.allowed(), 89);
    limit.acquire().await.succeeded();
    assert_eq!(limit.allowed(), 89, "it does not double any more");
    let fast = AdaptiveLimit::new(256);
    for _ in 0..1_000 {
        fast.acquire().await.succeeded();
    }
    assert_eq!((fast.allowed(), free(&fast)), (256, 256));
}

#[tokio::test]
async fn the_limit_rises_by_one_after_as_many_calls_as_it_allows_up_to_its_first_value() {
    let limit = AdaptiveLimit::new(10);
    limit.acquire().await.throttled();
    for allowed in [7, 8, 9] {
        assert_eq!(limit.allowed(), allowed);
        for _ in 0..allowed {
            limit.acquire().await.succeeded();
        }
    }
    for _ in 0..100 {
        limit.acquire().await.succeeded();
    }
    assert_eq!((limit.allowed(), free(&limit)), (10, 10));
}

#[tokio::test]
async fn a_rise_while_permits_are_owed_keeps_one() {
    let limit = AdaptiveLimit::new(10);
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(limit.acquire().await);
    }
    held.pop().unwrap().throttled();
    for _ in 0..7 {
        held.pop().unwrap().succeeded();
    }
    assert_eq!(limit.allowed(), 8);
    drop(held);
    assert_eq!(free(&limit), 8);
}
