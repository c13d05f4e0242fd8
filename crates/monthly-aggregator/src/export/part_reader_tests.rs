use futures::TryStreamExt;
use lake_store::Meter;

use super::*;
use crate::testing::world::{World, october};

#[tokio::test]
async fn the_columns_of_a_row_group_are_read_in_one_call() {
    let world = World::of_three_days().await;
    let parts = world.commit(october()).await.parts;
    let metered = Meter::new(world.lake.clone());
    let counters = metered.counters();
    let lake: Arc<dyn Store> = Arc::new(metered);
    for part in parts {
        let before = counters.usage().get_range.calls;
        let batches = read_rows(lake.clone(), &part.key, part.bytes).await.unwrap();
        let rows: usize =
            batches.map_ok(|batch| batch.num_rows()).try_collect::<Vec<_>>().await.unwrap().iter().sum();
        assert_eq!(rows as u64, part.records);
        // the length of the footer, the footer, the one row group
        assert_eq!(counters.usage().get_range.calls - before, 3);
    }
}
