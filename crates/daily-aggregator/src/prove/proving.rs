//! Proves a day within a run: the log files of the journal and those that the run has read.

use std::sync::Arc;

use cloudtrail_model::{Day, Table};
use lake::{DayState, Inputs, PartitionState, Proof, ProofState, WrittenInputs};
use lake_store::Store;
use proof::{Bucket, DayToProve, DigestSource, Prover, PublicKeySource, PublicKeysFrom, log_files};
use tokio::time::{Instant, timeout_at};

use crate::Source;

/// The findings of a region that are kept while a day is proven: a commit states fewer.
const MAX_FOUND: usize = 20;

/// Whether and how digest files prove the log files of a day.
#[derive(Debug, Clone)]
pub struct Proving {
    /// What a day that is not proven means for its run.
    pub mode: ProofMode,
    /// The bucket of the source; `None` for a folder.
    pub bucket: Option<Bucket>,
    /// Where public keys come from.
    pub keys: Arc<dyn PublicKeySource>,
}

/// What a day that is not proven means for its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofMode {
    /// The commit states it.
    Record,
    /// The commit states it, and the run fails. A run also tries to prove a day again that an earlier one could not prove.
    Require,
}

/// What a process is told about digest files.
#[derive(Debug, Clone)]
pub struct ProofSettings {
    /// What a day that is not proven means for its run.
    pub mode: ProofMode,
    /// The bucket of the source; `None` for a folder.
    pub bucket: Option<Bucket>,
    /// Where public keys come from.
    pub keys: PublicKeysFrom,
}

impl ProofSettings {
    /// The same for one run, with the public keys that a lake knows. A later run asks AWS again for keys that it could not get.
    pub fn proving(&self, lake: &Arc<dyn Store>) -> Proving {
        let ProofSettings { mode, bucket, keys } = self.clone();
        Proving { mode, bucket, keys: keys.kept_in(lake.clone()) }
    }
}

/// The log files of a day: those of the journal, and those that a run has read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogFilesOf<'a> {
    pub(crate) state: &'a PartitionState,
    /// Whether those of the journal still count.
    pub(crate) keeps_state: bool,
    pub(crate) written: Option<&'a WrittenInputs>,
}

/// Whether a partition whose log files are all read is to be proven, or proven again.
pub(crate) fn is_due(proving: &Proving, table: Table, state: &PartitionState) -> bool {
    let has_log_files = state.input_counts.files > 0;
    let is_there = state.is_there() && state.day != Some(DayState::BeforeSource);
    // most days bring none of the other tables
    if !is_there || !(has_log_files || table == Table::CloudTrail) {
        return false;
    }
    match &state.proof {
        None => true,
        Some(proof) => {
            let is_proven = proof.state() == ProofState::Proven;
            !proof.is_final || (proving.mode == ProofMode::Require && !is_proven)
        }
    }
}

impl Proving {
    /// What digest files prove about a day: `None` without digest files, or if the deadline passes.
    pub(crate) async fn prove(
        &self,
        source: &Source,
        table: Table,
        day: Day,
        now: &str,
        log_files_of: LogFilesOf<'_>,
        until: Option<Instant>,
    ) -> Option<Proof> {
        let folders = source.digest_folders().clone();
        let as_of = now.parse().ok()?;
        if folders.is_empty() {
            return None;
        }
        let LogFilesOf { state, keeps_state, written } = log_files_of;
        let (none, new) = (Inputs::default(), written.map(WrittenInputs::inputs).unwrap_or_default());
        let older = if keeps_state { &state.inputs } else { &none };
        let new_above = written.map_or(&[][..], WrittenInputs::above);
        let prover = Prover {
            source: DigestSource { store: source.store().clone(), bucket: self.bucket.clone(), folders },
            keys: self.keys.clone(),
            max_found: MAX_FOUND,
        };
        let proving = async {
            let log_files = || log_files(older, &state.above, &new, new_above);
            // digest files list log files of all kinds: they are not read again for each table in each region
            let all_regions = table == Table::CloudTrail;
            let mut wanted = DayToProve { table, day, as_of, first_day: None, all_regions };
            let mut proof = prover.day(wanted, log_files()).await;
            if proof.has_missing() && wanted.may_have_expired() {
                // where it is not known, nothing counts as expired
                wanted.first_day = source.first_day().await.ok()?;
                proof = prover.day(wanted, log_files()).await;
            }
            (!proof.is_empty()).then(|| proof.summary())
        };
        match until {
            Some(until) => timeout_at(until, proving).await.ok().flatten(),
            None => proving.await,
        }
    }
}
