use std::sync::Mutex;

use cloudtrail_corpus::{DigestSigner, SignedBucket, SignedTrail, Tampering};
use cloudtrail_model::digest::PublicKeys;
use lake::{Input, Outcome};
use lake_store::StoreError;
use proof::PublicKeysFrom;
use testkit::{Call, Hook, Hooked, STAMP};

use super::*;
use crate::testing::world::{World, day, gzip, put};

/// Notes the reads of objects, and refuses those of digest files if it is told to.
#[derive(Debug, Default)]
struct Noted {
    reads: Mutex<Vec<String>>,
    refuses_digests: bool,
}

#[async_trait]
impl Hook for Noted {
    async fn before(&self, call: Call, key: &str) -> lake_store::Result<()> {
        if call != Call::Get {
            return Ok(());
        }
        self.reads.lock().unwrap().push(key.to_owned());
        match self.refuses_digests && key.contains("CloudTrail-Digest") {
            true => Err(StoreError::new(ErrorKind::Denied, "read", key).because("no")),
            false => Ok(()),
        }
    }
}

/// A trail in one region, and the mode that its day is proven in.
struct Proven {
    world: World,
    bucket: SignedBucket,
    trail: SignedTrail,
}

/// The report of a run, and how many log files and digest files it has read.
struct Ran {
    report: Result<DayReport, DailyError>,
    log_files: usize,
    digests: usize,
}

impl Proven {
    async fn new() -> Self {
        let mut bucket = SignedBucket::new("audit-logs");
        let trail = SignedTrail { backfills: false, ..SignedTrail::small(day()) };
        trail.deliver(&DigestSigner::cloudtrail(), &mut bucket);
        Proven { world: World::new(), bucket, trail }
    }

    fn tamper(&mut self, tampering: Tampering) {
        let chain = self.trail.chain(&self.trail.accounts[0], &self.trail.regions[0]);
        tampering.apply(&mut self.bucket, &chain, &chain);
    }

    /// Puts the objects into the source that CloudTrail has delivered by an instant. Their metadata is lost, as in a folder.
    async fn deliver_until(&self, instant: &str) {
        let instant: jiff::Timestamp = instant.parse().unwrap();
        for (key, object) in self.bucket.objects.iter().filter(|(_, object)| object.delivered <= instant) {
            self.put(key, &object.body).await;
        }
    }

    /// Puts an object, unless it is there already: a new one would be another version.
    async fn put(&self, key: &str, body: &[u8]) {
        let source = &self.world.source;
        if source.get(key, None).await.is_ok_and(|there| there == body) {
            return;
        }
        put(source, key, body.to_vec()).await;
    }

    async fn run(&self, mode: ProofMode, now: fn() -> String) -> Ran {
        self.run_with(mode, now, Noted::default(), Request::default()).await
    }

    async fn run_with(&self, mode: ProofMode, now: fn() -> String, hook: Noted, request: Request) -> Ran {
        let signer = DigestSigner::cloudtrail();
        let valid = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"].map(|text| text.parse().unwrap());
        let json = signer.public_keys_json(valid[0], valid[1]);
        let keys = PublicKeysFrom::Given(PublicKeys::parse(json.as_bytes()).unwrap()).asked_again();
        let hook = Arc::new(hook);
        let source = Hooked { store: self.world.source.clone(), hook: hook.clone() };
        let stage = DailyAggregator {
            source: Source::survey(Arc::new(source), "").await.unwrap(),
            lake: Arc::new(self.world.lake.clone()),
            options: self.world.options,
            proving: Some(Proving { mode, bucket: None, keys }),
            stamp: Stamp { now, ..STAMP },
            progress: Arc::default(),
        };
        let report = stage.run(Table::CloudTrail, day(), request).await;
        let reads = std::mem::take(&mut *hook.reads.lock().unwrap());
        let digests = reads.iter().filter(|key| key.contains("CloudTrail-Digest")).count();
        Ran { report, log_files: reads.len() - digests, digests }
    }

    /// What the newest commit of the journal states.
    async fn stated(&self) -> Option<Proof> {
        self.world.state().await.proof
    }
}

fn a_week_later() -> String {
    "2026-11-29T03:00:00Z".to_owned()
}

fn in_the_evening() -> String {
    "2026-11-22T20:00:00Z".to_owned()
}

const ALL: &str = "2026-11-24T00:00:00Z";

#[tokio::test]
async fn a_day_is_proven_by_the_commit_that_reads_it_and_never_again() {
    let world = Proven::new().await;
    world.deliver_until(ALL).await;
    let first = world.run(ProofMode::Record, a_week_later).await;
    let report = first.report.unwrap();
    let proof = report.proof.unwrap();
    assert_eq!((proof.state(), proof.log_files_proven()), (ProofState::Proven, report.listed), "{proof:?}");
    assert!(first.digests > 24, "{}", first.digests);
    assert_eq!((world.stated().await, world.world.state().await.commits), (Some(proof), 1));

    for mode in [ProofMode::Record, ProofMode::Require] {
        let second = world.run(mode, a_week_later).await;
        let report = second.report.unwrap();
        assert_eq!((report.outcome, second.log_files, second.digests), (Outcome::UpToDate, 0, 0));
        assert_eq!(report.proof.unwrap().state(), ProofState::Proven);
    }
}

#[tokio::test]
async fn the_next_run_completes_the_proof_without_reading_a_log_file() {
    let world = Proven::new().await;
    world.deliver_until("2026-11-22T20:00:00Z").await;
    let early = world.run(ProofMode::Require, in_the_evening).await.report.unwrap();
    assert_eq!(early.proof.unwrap().state(), ProofState::Pending);
    // the rest of the day, before the digest files that list it
    for (key, object) in world.bucket.objects.iter().filter(|(key, _)| !key.contains("CloudTrail-Digest")) {
        world.put(key, &object.body).await;
    }
    let all = world.run(ProofMode::Record, in_the_evening).await;
    assert!(all.log_files > 0 && world.stated().await.unwrap().state() == ProofState::Pending);

    world.deliver_until(ALL).await;
    let later = world.run(ProofMode::Record, a_week_later).await;
    let report = later.report.unwrap();
    assert_eq!((later.log_files, report.proof.as_ref().unwrap().state()), (0, ProofState::Proven));
    let made = report.outcome.committed().expect("the proof is committed");
    assert_eq!((made.totals.files_in, made.parts.len(), made.left), (0, 0, 0));
    let state = world.world.state().await;
    assert_eq!((state.commits, state.day, state.is_there()), (3, Some(DayState::Committed), true));
    assert_eq!(state.proof, report.proof);
    let again = world.run(ProofMode::Record, a_week_later).await;
    assert_eq!((again.report.unwrap().outcome, again.digests), (Outcome::UpToDate, 0));
}

#[tokio::test]
async fn the_commit_of_a_late_file_proves_all_log_files_of_the_day() {
    let world = Proven::new().await;
    world.deliver_until(ALL).await;
    let late = world.bucket.objects.keys().find(|key| key.contains("/CloudTrail/") && key.contains("/22/"));
    let late = late.unwrap().clone();
    world.world.source.delete(&late).await.unwrap();
    let first = world.run(ProofMode::Record, a_week_later).await.report.unwrap();
    assert_eq!(first.proof.as_ref().unwrap().log_files["missing"], 1);
    world.deliver_until(ALL).await;
    let second = world.run(ProofMode::Record, a_week_later).await;
    let report = second.report.unwrap();
    assert_eq!((second.log_files, report.proof.as_ref().unwrap().state()), (1, ProofState::Proven));
    assert_eq!(report.proof.unwrap().log_files_proven(), report.listed);
    let rebuild = Request { rebuild: true, ..Request::default() };
    let third = world.run_with(ProofMode::Record, a_week_later, Noted::default(), rebuild).await;
    assert_eq!(third.report.unwrap().proof.unwrap().state(), ProofState::Proven);
    assert_eq!(world.stated().await.unwrap().log_files_proven(), report.listed);
}

#[tokio::test]
async fn a_day_that_is_contradicted_is_committed_and_fails_only_where_proof_is_required() {
    let mut world = Proven::new().await;
    world.tamper(Tampering::LogRewritten);
    world.deliver_until(ALL).await;
    let recorded = world.run(ProofMode::Record, a_week_later).await.report.unwrap();
    let proof = recorded.proof.unwrap();
    assert_eq!((proof.state(), proof.broken, proof.log_files["modified"]), (ProofState::Broken, 1, 1));
    assert!(proof.examples[0].contains("has another content than"), "{proof:?}");
    // nothing is read again where it is recorded
    assert_eq!(world.run(ProofMode::Record, a_week_later).await.digests, 0);
    let required = world.run(ProofMode::Require, a_week_later).await;
    let error = required.report.unwrap_err().to_string();
    assert!(error.starts_with("cloudtrail_daily 2026-11-22 is committed, but"), "{error}");
    assert!(required.digests > 0 && world.world.state().await.commits == 1);
    // restored from a backup: the log file is read again, since it has changed
    let whole = Proven { world: world.world.clone(), ..Proven::new().await };
    whole.deliver_until(ALL).await;
    let restored = whole.run(ProofMode::Require, a_week_later).await;
    assert_eq!(
        (restored.log_files, restored.report.unwrap().proof.unwrap().state()),
        (1, ProofState::Proven)
    );
}

#[tokio::test]
async fn digest_files_that_cannot_be_read_do_not_hold_up_the_day() {
    let world = Proven::new().await;
    world.deliver_until(ALL).await;
    let hook = Noted { refuses_digests: true, ..Noted::default() };
    let refused = world.run_with(ProofMode::Record, a_week_later, hook, Request::default()).await;
    let report = refused.report.unwrap();
    assert!(report.outcome.committed().is_some());
    let proof = report.proof.unwrap();
    assert_eq!((proof.state(), proof.broken), (ProofState::Unproven, 0));
    assert!(proof.examples[0].contains("access denied") || proof.examples[0].contains("no"), "{proof:?}");
    let required = world.run(ProofMode::Require, a_week_later).await;
    assert_eq!(required.report.unwrap().proof.unwrap().state(), ProofState::Proven);
}

#[tokio::test]
async fn a_source_without_digest_files_has_nothing_to_prove() {
    let world = World::new();
    world.deliver("a", 0..3).await;
    let proven = Proven { world, ..Proven::new().await };
    let ran = proven.run(ProofMode::Require, a_week_later).await;
    assert_eq!(ran.report.unwrap().proof, None);
    let state = proven.world.state().await;
    assert!(state.inputs.iter().all(|input| input.first_member_sha256.is_none()), "hashed for nothing");
}

#[tokio::test]
async fn a_quarantined_log_file_is_compared_too() {
    let world = Proven::new().await;
    world.deliver_until(ALL).await;
    let id = world.bucket.objects.keys().find(|key| key.contains("/CloudTrail/") && key.contains("/22/"));
    let added = id.unwrap().replace("_eu-west-1_20261122T", "_eu-west-1_20261122T1000Z_x");
    put(&world.world.source, &added, gzip(b"not a log file")).await;
    let report = world.run(ProofMode::Record, a_week_later).await.report.unwrap();
    assert_eq!(report.quarantined.len(), 1);
    assert_eq!(report.proof.unwrap().log_files["unlisted"], 1);
    let state = world.world.state().await;
    let input = state.inputs.iter().find(Input::is_quarantined).unwrap();
    assert!(input.first_member_sha256.is_some(), "{input:?}");
}
