//! Builds the command once, runs it as a process, and parses its output.

use std::collections::BTreeMap;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cloudtrail_model::{Month, Table};
use serde_json::Value;

/// The command, without standard input and with captured output.
pub(crate) fn trailmill() -> Command {
    binary("trailmill")
}

/// A binary of the workspace, likewise. Builds it if it is missing or old.
pub(crate) fn binary(name: &str) -> Command {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(FOLDER.get_or_init(build).join(format!("{name}{EXE_SUFFIX}")));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Set if the binaries were just built: calling cargo takes a second for each test process.
const BUILT: &str = "TRAILMILL_BINARIES_ARE_BUILT";

/// Builds the binaries next to this test, whose folder this returns: `TARGET/PROFILE/deps/end_to_end-…` gives
/// `TARGET/PROFILE`. With every target, since our own crates have an additional feature when they are built with tests.
#[expect(clippy::disallowed_methods, reason = "the script that runs the tests says it so")]
fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    if std::env::var_os(BUILT).is_some() {
        return profile.to_owned();
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--all-targets", "--quiet", "--locked", "--profile"]);
    cargo.arg(match profile.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        name => name,
    });
    cargo.arg("--target-dir").arg(profile.parent().unwrap()).current_dir(workspace);
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "trailmill does not build:\n{}", String::from_utf8_lossy(&built.stderr));
    profile.to_owned()
}

/// The result of a run of the command.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; `None` if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `trailmill daily --json`, ready to be started.
pub(crate) fn daily_command(source: &Path, lake: &Path, more: &[&str]) -> Command {
    let mut command = trailmill();
    command.args(["daily", "--json", "--source"]).arg(source).arg("--lake").arg(lake).args(more);
    command
}

/// `trailmill daily --json`
pub(crate) fn daily(source: &Path, lake: &Path, more: &[&str]) -> Ran {
    daily_command(source, lake, more).output().unwrap().into()
}

/// `trailmill daily --json` that ends with status 0 and nothing on standard error.
pub(crate) fn daily_well(source: &Path, lake: &Path, more: &[&str]) -> Ran {
    let ran = daily(source, lake, more);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    ran
}

/// `trailmill run`, with JSON if `more` says so.
pub(crate) fn run(source: &Path, lake: &Path, more: &[&str]) -> Ran {
    let mut command = trailmill();
    command.arg("run").arg("--source").arg(source).arg("--lake").arg(lake).args(more);
    // the days of these tests are fixed, and sooner or later older than the last 35
    if !more.contains(&"--from") {
        command.arg("--all");
    }
    command.output().unwrap().into()
}

/// `trailmill run` that ends with status 0 and nothing on standard error.
pub(crate) fn run_well(source: &Path, lake: &Path, more: &[&str]) -> Ran {
    let ran = run(source, lake, more);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    ran
}

/// `trailmill monthly`, ready to be started.
pub(crate) fn monthly_command(lake: &Path, month: Month, more: &[&str]) -> Command {
    let mut command = trailmill();
    command.args(["monthly", "--month", &month.to_string(), "--lake"]).arg(lake).args(more);
    command
}

/// `trailmill monthly` that ends with status 0 and nothing on standard error.
pub(crate) fn monthly_well(lake: &Path, month: Month, more: &[&str]) -> Ran {
    let ran: Ran = monthly_command(lake, month, more).output().unwrap().into();
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    ran
}

/// `trailmill export`, ready to be started.
pub(crate) fn export_command(lake: &Path, table: Table, month: Month) -> Command {
    let mut command = trailmill();
    command.args(["export", "--table", table.as_str(), "--month", &month.to_string(), "--lake"]).arg(lake);
    command
}

/// `trailmill verify`
pub(crate) fn verify(lake: &Path) -> Ran {
    trailmill().args(["verify", "--lake"]).arg(lake).output().unwrap().into()
}

/// `trailmill status --json` of a lake and a source.
pub(crate) fn status(source: &Path, lake: &Path) -> Ran {
    let mut command = trailmill();
    command.args(["status", "--json", "--lake"]).arg(lake).arg("--source").arg(source);
    let ran: Ran = command.output().unwrap().into();
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{ran:?}");
    ran
}

impl Ran {
    /// The objects of `--json`, one a line.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The last object of `daily --json`: the sums over all partitions.
    pub(crate) fn summary(&self) -> Value {
        let last = self.objects().pop().unwrap();
        assert!(last["summary"].is_object(), "{self:?}");
        last
    }

    /// The partitions of `daily --json`, by name.
    pub(crate) fn partitions(&self) -> BTreeMap<String, Value> {
        let name = |object: &Value| object["partition"].as_str().map(str::to_owned);
        self.objects().into_iter().filter_map(|object| Some((name(&object)?, object))).collect()
    }

    /// The outcome of each partition, in order.
    pub(crate) fn outcomes(&self) -> Vec<String> {
        self.partitions().values().map(|object| object["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// Asserts that nothing was committed: every partition is up to date.
    pub(crate) fn assert_nothing_done(&self) {
        assert!(self.outcomes().iter().all(|outcome| outcome == "up_to_date"), "{self:?}");
        assert_eq!(self.summary()["committed"], 0);
        assert_eq!(self.summary()["summary"]["files_in"], 0);
    }
}
