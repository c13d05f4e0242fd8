"""The steps of scripts/test: what runs, in which order, and what runs at the same time."""

import os
import pathlib
import subprocess
import sys
import time
from dataclasses import dataclass, field

from trailmill_dev.venv import BIN
from trailmill_dev.workspace import ROOT, SCRIPTS

# a crate's documentation examples are compiled one by one; the others have `doctest = false`
WITH_EXAMPLES = (
    "block-deflate",
    "cloudtrail-corpus",
    "cloudtrail-model",
    "daily-aggregator",
    "lake",
    "lake-store",
    "monthly-aggregator",
    "parquet-columns",
)
# many tests wait: for another process, a server, a pause between retries
THREADS = f"--test-threads={2 * (os.cpu_count() or 1)}"


@dataclass
class Step:
    """A command, and how many seconds it took."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def ended(self, process: subprocess.Popen[bytes], started: float) -> int:
        """Waits for its process, notes how long it took, and gives the exit status."""
        status = process.wait()
        self.seconds = time.monotonic() - started
        return status

    def start(self, output: int | None) -> subprocess.Popen[bytes]:
        """Starts it in a process group of its own, so that it can be ended with all that it started."""
        return subprocess.Popen(
            self.command, cwd=ROOT, env=os.environ | self.environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=None if output is None else subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """Steps that run one after the other, and steps that run at the same time as those."""

    steps: list[Step]
    others: list[Step] = field(default_factory=list)
    # what the table of seconds says of the others
    when: str = ""


def cargo(*arguments: str) -> list[str]:
    """A command of cargo, which may not change Cargo.lock."""
    return ["cargo", arguments[0], "--locked", *arguments[1:]]


def tool(name: str, *arguments: str) -> list[str]:
    """A program of the venv."""
    return [str(BIN / name), *arguments]


def script(name: str, *arguments: str) -> list[str]:
    """A program in scripts/."""
    return [str(SCRIPTS / name), *arguments]


def is_program(path: pathlib.Path, interpreter: bytes) -> bool:
    """Whether a file's first line names an interpreter."""
    first = path.read_bytes().partition(b"\n")[0] if path.is_file() else b""
    return first.startswith(b"#!") and interpreter in first


def programs(interpreter: bytes) -> list[str]:
    """The files in scripts/, and .ci/run, whose first line names an interpreter."""
    files = [*sorted(SCRIPTS.iterdir()), ROOT / ".ci/run"]
    return [str(path) for path in files if is_program(path, interpreter)]


def python_files() -> list[str]:
    """The package, its tests, and the programs in Python."""
    return [str(SCRIPTS / "trailmill_dev"), str(SCRIPTS / "tests"), *programs(b"python")]


PYPROJECT = str(SCRIPTS / "pyproject.toml")

BEFORE = [
    Step("tools", [sys.executable, "-m", "trailmill_dev.venv"], {"PYTHONPATH": str(SCRIPTS)}),
]
CHECKS = [
    Step("format", ["cargo", "fmt", "--all", "--check"]),
    Step("crate boundaries", script("check", "boundaries")),
    Step(
        "licences, bans and sources of dependencies",
        tool("cargo-deny", "--log-level", "error", "check", "licenses", "bans", "sources"),
    ),
    Step("shell scripts", tool("shellcheck", *programs(b"bash"))),
    Step("Python: format", tool("ruff", "format", "--quiet", "--diff", *python_files())),
    Step("Python: lints", tool("ruff", "check", "--quiet", *python_files())),
    Step("Python: types", tool("mypy", "--config-file", PYPROJECT)),
    Step("Python: tests", tool("pytest", "--config-file", PYPROJECT, "--quiet", str(SCRIPTS / "tests"))),
    Step("mutants apply", script("mutants", "--check")),
    Step("lints", cargo("clippy", "--workspace", "--all-targets", "--", "-D", "warnings")),
    Step("documentation", cargo("doc", "--workspace", "--no-deps", "--quiet"), {"RUSTDOCFLAGS": "-D warnings"}),
    # with every target, so that what follows finds everything built
    Step("build", cargo("build", "--workspace", "--all-targets")),
    Step("nothing is compiled twice", script("check", "features", "--built")),
    Step("the stack's template", script("check", "template")),
    Step("the stack's template, by an independent judge", script("check", "checkov")),
]
# these mostly wait: for schedules, for messages that are hidden, for servers, for cargo to read manifests
WITH_TESTS = [
    Step("one feature set", script("check", "features")),
    Step("the stack, end to end", script("e2e")),
    Step("independent S3 servers", script("check", "servers")),
]
TESTS = [
    Step(
        "tests",
        tool("cargo-nextest", "nextest", "run", "--workspace", "--locked", THREADS),
        {"TRAILMILL_BINARIES_ARE_BUILT": "1"},
    ),
    Step(
        "examples in the documentation", cargo("test", "--doc", "--quiet", *(f"--package={name}" for name in WITH_EXAMPLES))
    ),
]
# one core reads while the other serves
WITH_STAGES = [Step("independent readers", script("check", "readers"))]
STAGES = [Step("the stages over S3", script("test-over-s3", THREADS))]

STRETCHES = [
    Stretch([*BEFORE, *CHECKS]),
    Stretch(TESTS, WITH_TESTS, ", with the tests"),
    Stretch(STAGES, WITH_STAGES, ", with the stages over S3"),
]
# what only CI runs: it installs much
HEAVY = [
    Stretch([Step("Spark as a reader", script("check", "spark")), Step("digests by aws-cli", script("check", "digests"))])
]


def every_step() -> list[Step]:
    """All steps in the order of the table."""
    return [step for stretch in [*STRETCHES, *HEAVY] for step in [*stretch.steps, *stretch.others]]
