//! Which daily records the Parquet of a month contains.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudtrail_model::{Day, Month, Table};
use futures::{StreamExt, TryStreamExt};
use lake::{Inputs, Journal, JournalError, Part, Partition, PartitionState};
use lake_store::Store;

/// The maximum of inputs objects read at once.
const READS_AT_ONCE: usize = 8;

/// The daily records that the Parquet of a month contains, by the journal of the month. A search that reads both tables skips
/// these in the daily table, and so sees each event once.
#[derive(Debug, Clone)]
pub struct MonthContent {
    state: PartitionState,
    /// The inputs of each commit that wrote event days, by [`lake::Commit::seq`].
    inputs: BTreeMap<u64, Inputs>,
}

impl MonthContent {
    /// Reads the journal of a month.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub async fn read(lake: &Arc<dyn Store>, table: Table, month: Month) -> Result<Self, JournalError> {
        let journal = Journal::new(lake.clone(), Partition::month(table, month));
        let state = journal.read_outline().await?;
        let reads = futures::stream::iter(state.inputs_of.clone()).map(|of| {
            let journal = &journal;
            async move { Ok::<_, JournalError>((of.seq, journal.read_inputs_of(&of).await?)) }
        });
        let at_once = lake.calls_at_once().clamp(1, READS_AT_ONCE);
        let inputs = reads.buffered(at_once).try_collect().await?;
        Ok(MonthContent { state, inputs })
    }

    /// The month, as its journal states it.
    pub fn state(&self) -> &PartitionState {
        &self.state
    }

    /// The daily parts that the commit which wrote an event day was made from, as its inputs; `None` if no commit wrote the day.
    pub fn inputs_of(&self, day: Day) -> Option<&Inputs> {
        self.inputs.get(&self.state.event_days.get(day)?.seq)
    }

    /// Whether the records of a daily part that have this event day are in the Parquet. An event day that is not of the month is not.
    /// Of a copy that was delivered on several days, the Parquet contains one, and the answer is `true` for all of them.
    pub fn has(&self, part: &Part, day: Day) -> bool {
        self.inputs_of(day)
            .and_then(|inputs| inputs.get(&part.key))
            .is_some_and(|input| input.etag == part.sha256)
    }
}
