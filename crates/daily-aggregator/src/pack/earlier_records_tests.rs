use super::*;
use crate::testing::world::{World, envelope, key, partition, put, record};
use cloudtrail_model::Record;

#[tokio::test]
async fn of_the_earlier_parts_those_are_read_that_can_hold_an_account_of_the_run() {
    let mut world = World::new();
    world.options.part_raw_bytes = 1;
    world.options.block_bytes = 1;
    for account in 1..=9 {
        let key = key("a").replace("111122223333", &format!("{account:012}"));
        put(&world.source, &key, envelope(&[record(account)])).await;
    }
    assert_eq!(world.commit().await.parts.len(), 9);
    let state = world.state().await;
    let committed = CommittedParts { lake: &world.lake, partition: partition(), at_once: 2 };
    let mut earlier = EarlierRecords::new(state.parts.values(), committed);
    let print = |account: u64| {
        let line = record(account);
        Fingerprint::of(&Record::from_line(line.as_bytes()).unwrap()).unwrap()
    };
    for account in [3, 4, 9] {
        earlier.enter(&format!("{account:012}")).await.unwrap();
        assert_eq!(earlier.seen(print(account)), Seen::Duplicate);
        assert_eq!(earlier.seen(print(account - 2)), Seen::New, "its part was not needed");
    }
    // an account between two parts
    earlier.enter("000000000009-").await.unwrap();
    assert_eq!(earlier.seen(print(9)), Seen::New, "it is dropped once it is not needed");
}

#[tokio::test]
async fn a_part_of_several_accounts_is_read_for_each_of_them() {
    let world = World::new();
    let deliver = async |name: &str, account: u64| {
        let key = key(name).replace("111122223333", &format!("{account:012}"));
        put(&world.source, &key, envelope(&[record(account)])).await;
    };
    for account in [1, 2, 4] {
        deliver("a", account).await;
    }
    assert_eq!(world.commit().await.parts.len(), 1);
    for account in [2, 4] {
        deliver("copy", account).await;
    }
    let copies = world.commit().await;
    assert_eq!((copies.totals.records_in, copies.totals.duplicates, copies.parts.len()), (2, 2, 0));
}
