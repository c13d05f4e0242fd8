//! The job of the last missing day of a month is stopped at each of its effects on the lake and the queues. After redelivery
//! the day is right, and its month was sent on once.

use bytes::Bytes;
use lake_store::{Depth, MemoryStore, list_all};
use testkit::{Effect, Fault, Hooked, Then};

use super::*;

/// The last missing day of February.
const LAST: &str = "2026-02-17";

fn last_job() -> DailyJob {
    let jobs = Asked::new(Wanted::Month(month("2026-02"))).jobs(day(TODAY), 0);
    jobs.into_iter().find(|job| job.day == day(LAST)).unwrap()
}

/// Log files of every day of February, and all of them but one in the lake.
async fn all_but_one() -> World {
    let world = World::delivered(month("2026-02").days()).await;
    world.deliver(day(LAST), "b", 100).await;
    for job in Asked::new(Wanted::Month(month("2026-02"))).jobs(day(TODAY), 0) {
        if job.day != day(LAST) {
            world.done(job).await;
        }
    }
    world
}

/// A copy of the world, with its own lake and queues.
async fn copy(world: &World) -> World {
    let (content, lake) = (world.lake.content().await, MemoryStore::new());
    for object in list_all(&content, "", Depth::All).await.unwrap().objects {
        let body: Bytes = content.get(&object.key, None).await.unwrap();
        lake.create_new(&object.key, body).await.unwrap();
    }
    World { source: world.source.clone(), lake: TestStore::holding(lake).await, ..World::new() }
}

/// Delivers the job again, without faults, and checks the result.
async fn assert_set_right(world: &World, context: &str) {
    let handled = world.handle(last_job()).await;
    assert!(handled.failure.is_none(), "{context}: {:?}", handled.failure);
    assert_eq!(world.sent_on().await, [MonthlyJob::new(month("2026-02"))], "{context}");
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let verified =
        daily_aggregator::verify(lake, Partition::day(Table::CloudTrail, day(LAST)), 1).await.unwrap();
    assert_eq!(verified.problems, vec![], "{context}");
    let totals = world.state(day(LAST)).await.totals;
    assert_eq!((totals.files_in, totals.records_out), (2, 2), "{context}");
}

#[tokio::test]
async fn it_may_be_stopped_at_every_effect_on_the_lake() {
    let base = all_but_one().await;
    let ways = [(Effect::Missing, Then::Dies), (Effect::Done, Then::Dies), (Effect::Done, Then::GoesOn)];
    for (effect, then) in ways {
        for spared in 0.. {
            let context = format!("effect {spared} {effect:?}, {then:?}");
            let (world, fault) = (copy(&base).await, Fault::at(spared, effect, then));
            let lake = Arc::new(Hooked { store: world.lake.clone(), hook: fault.clone() });
            let handled = DailyJobs { lake, ..world.jobs() }
                .handle(&serde_json::to_string(&last_job()).unwrap(), None)
                .await;
            assert_eq!(handled.failure.is_some(), fault.happened(), "{context}: {:?}", handled.failure);
            let sent_at_first = world.monthly.bodies().len();
            assert_eq!(sent_at_first, usize::from(!fault.happened()), "{context}");
            assert_set_right(&world, &context).await;
            if !fault.happened() {
                assert!(fault.effects() >= 5, "claim, upload, commit …: {}", fault.effects());
                break;
            }
        }
    }
}

/// A queue whose calls fail before or after they are carried out.
fn failing(queue: &MemoryQueue, effect: Effect) -> Failing {
    Failing { after: (effect == Effect::Done).then(|| queue.clone()) }
}

#[tokio::test]
async fn it_may_be_stopped_before_and_after_it_sends_the_month_on() {
    let base = all_but_one().await;
    for effect in [Effect::Missing, Effect::Done] {
        let world = copy(&base).await;
        let monthly_jobs: Option<Arc<dyn Queue>> = Some(Arc::new(failing(&world.monthly, effect)));
        let handled = DailyJobs { monthly_jobs, ..world.jobs() }
            .handle(&serde_json::to_string(&last_job()).unwrap(), None)
            .await;
        assert!(handled.failure.is_some());
        assert_eq!(world.monthly.bodies().len(), usize::from(effect == Effect::Done));
        assert_set_right(&world, &format!("{effect:?}")).await;
    }
}

#[tokio::test]
async fn it_may_be_stopped_before_and_after_it_hands_its_day_back() {
    let base = all_but_one().await;
    for effect in [Effect::Missing, Effect::Done] {
        let world = copy(&base).await;
        let daily_jobs = Arc::new(failing(&world.daily, effect));
        let body = serde_json::to_string(&last_job()).unwrap();
        let handled = DailyJobs { daily_jobs, ..world.jobs() }.handle(&body, Some(Instant::now())).await;
        assert!(handled.failure.is_some());
        assert_eq!(world.state(day(LAST)).await.totals.files_in, 1, "what it committed stays");
        for rest in world.daily.receive(10, Duration::ZERO).await.unwrap() {
            assert!(world.jobs().handle(&rest.body, None).await.failure.is_none());
        }
        assert_set_right(&world, &format!("{effect:?}")).await;
    }
}
