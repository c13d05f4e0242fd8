//! Log files proven by CloudTrail's digest files, in a folder with a file of public keys.

use std::path::Path;

use cloudtrail_corpus::{DigestSigner, SignedBucket, SignedTrail, Tampering};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Ran, daily, daily_well, run_well, trailmill};
use crate::lake_on_disk::assert_verifies;
use crate::made_source::{day, put};

const DAY: [&str; 2] = ["--day", "2026-11-22"];

/// A folder with `AWSLogs/` and `keys.json`.
struct World {
    folder: TempDir,
    bucket: SignedBucket,
    trail: SignedTrail,
}

impl World {
    fn new() -> Self {
        let (folder, mut bucket) = (tempfile::tempdir().unwrap(), SignedBucket::new("audit-logs"));
        let trail = SignedTrail { backfills: false, ..SignedTrail::small(day()) };
        let signer = DigestSigner::cloudtrail();
        trail.deliver(&signer, &mut bucket);
        let valid = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"].map(|text| text.parse().unwrap());
        let keys = signer.public_keys_json(valid[0], valid[1]);
        put(folder.path(), "keys.json", keys.as_bytes());
        let world = World { folder, bucket, trail };
        world.write();
        world
    }

    fn write(&self) {
        for (key, object) in &self.bucket.objects {
            put(self.folder.path(), &format!("logs/{key}"), &object.body);
        }
    }

    fn tamper(&mut self, tampering: Tampering) {
        let chain = self.trail.chain(&self.trail.accounts[0], &self.trail.regions[0]);
        let before = self.bucket.clone();
        tampering.apply(&mut self.bucket, &chain, &chain);
        for gone in before.objects.keys().filter(|key| !self.bucket.objects.contains_key(*key)) {
            std::fs::remove_file(self.folder.path().join("logs").join(gone)).unwrap();
        }
        self.write();
    }

    fn logs(&self) -> std::path::PathBuf {
        self.folder.path().join("logs")
    }

    fn lake(&self) -> std::path::PathBuf {
        self.folder.path().join("lake")
    }

    fn keys(&self) -> String {
        self.folder.path().join("keys.json").to_str().unwrap().to_owned()
    }

    fn daily(&self, more: &[&str]) -> Ran {
        daily(&self.logs(), &self.lake(), &[&DAY, &["--public-keys", &self.keys()][..], more].concat())
    }

    fn verify(&self, more: &[&str]) -> Ran {
        let mut command = trailmill();
        command.args(["verify", "--proof", "--lake"]).arg(self.lake()).arg("--source").arg(self.logs());
        command.args(DAY).args(["--public-keys", &self.keys()]).args(more).output().unwrap().into()
    }

    fn status(&self) -> String {
        let mut command = trailmill();
        let ran: Ran = command.args(["status", "--lake"]).arg(self.lake()).output().unwrap().into();
        ran.stdout
    }
}

/// The proof of the main table of the day in the output of `daily --json`.
fn proof(ran: &Ran) -> Value {
    let objects = ran.objects();
    let of_the_day = objects.iter().find(|object| object["partition"] == "cloudtrail_daily 2026-11-22");
    of_the_day.unwrap()["proof"].clone()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn a_folder_is_proven_by_a_file_of_public_keys_and_an_auditor_gets_a_report() {
    let world = World::new();
    let ran = world.daily(&["--proof", "require"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let stated = proof(&ran);
    assert_eq!((&stated["log_files"]["proven"], &stated["is_final"]), (&46.into(), &true.into()), "{stated}");
    assert_eq!(stated["digests"], 25, "{stated}");
    assert!(world.status().contains("  proven"), "{}", world.status());
    assert_verifies(&world.lake());

    // without the log files: the journal and the digest files are enough
    for key in world.bucket.objects.keys().filter(|key| key.contains("/CloudTrail/")) {
        std::fs::remove_file(world.logs().join(key)).unwrap();
    }
    let (text, json) = (world.folder.path().join("report.md"), world.folder.path().join("report.json"));
    let verified = world.verify(&["--report", text.to_str().unwrap(), "--report", json.to_str().unwrap()]);
    assert_eq!((verified.status, verified.stderr.as_str()), (Some(0), ""), "{verified:?}");
    let said = "cloudtrail 2026-11-22: proven, 46 of 46 log files proven by 25 of 25 digest files";
    assert!(verified.stdout.starts_with(said), "{verified:?}");
    assert!(
        verified.stdout.ends_with("1 of 1 day proven, by the digest files in 1 folder\n"),
        "{verified:?}"
    );
    assert!(read(&text).contains("Result: **proven**"), "{}", read(&text));
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!(report["days"][0]["regions"][0]["log_files"]["proven"], 46, "{report}");
    // an earlier report is never overwritten
    assert_eq!(world.verify(&["--report", text.to_str().unwrap()]).status, Some(1));
}

#[test]
fn a_log_file_that_is_gone_ends_with_status_2_and_with_status_1_where_proof_is_required() {
    let mut world = World::new();
    world.tamper(Tampering::LogRemoved);
    let ran = world.daily(&[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), ""), "{ran:?}");
    assert_eq!((&proof(&ran)["broken"], &proof(&ran)["log_files"]["missing"]), (&1.into(), &1.into()));
    assert!(world.status().contains("  broken"), "{}", world.status());
    let required = world.daily(&["--proof", "require"]);
    assert_eq!((required.status, required.stderr.lines().count()), (Some(1), 1), "{required:?}");
    assert!(required.stderr.contains("is committed, but CloudTrail's digest files do not prove it"));
    let verified = world.verify(&[]);
    assert_eq!(verified.status, Some(1), "{verified:?}");
    assert!(verified.stdout.contains("is missing; "), "{verified:?}");
    assert_verifies(&world.lake());
}

#[test]
fn without_public_keys_a_folder_is_not_proven_until_a_later_run_has_them() {
    let world = World::new();
    let mut command = trailmill();
    command.arg("daily").arg("--source").arg(world.logs()).arg("--lake").arg(world.lake()).args(DAY);
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(!world.status().contains("proof"), "{}", world.status());
    // the log files were hashed: the next run proves them without reading one
    let ran =
        daily_well(&world.logs(), &world.lake(), &[&DAY[..], &["--public-keys", &world.keys()]].concat());
    assert_eq!(proof(&ran)["log_files"]["proven"], 46);
    assert_eq!(ran.objects().last().unwrap()["summary"]["files_in"], 0);

    let mut command = trailmill();
    command.args(["verify", "--proof", "--lake"]).arg(world.lake()).arg("--source").arg(world.logs());
    let ran: Ran = command.output().unwrap().into();
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stderr.contains("aws cloudtrail list-public-keys --region REGION"), "{ran:?}");
}

#[test]
fn a_run_of_all_stages_proves_too() {
    let world = World::new();
    let ran = run_well(
        &world.logs(),
        &world.lake(),
        &["--from", "2026-11-22", "--to", "2026-11-22", "--public-keys", &world.keys(), "--json"],
    );
    assert_eq!(proof(&ran)["log_files"]["proven"], 46, "{ran:?}");
}
