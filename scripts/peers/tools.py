"""What scripts/bench-peers runs: Trailmill and its peers, each as a whole process."""

import gzip
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import pyarrow.parquet

PEERS = pathlib.Path(__file__).parent
DAILY = {
    "python": ["daily_python.py"],
    "orjson": ["daily_orjson.py"],
    "jq": ["daily_jq.py"],
    "duckdb": ["daily_duckdb.py"],
    "chdb": ["daily_chdb.py"],
    "chdb-plain": ["daily_chdb.py", "plain"],
    "polars": ["daily_polars.py"],
}
MONTHLY = {
    "pyarrow": ["monthly_pyarrow.py"],
    "duckdb": ["monthly_duckdb.py"],
    "chdb": ["monthly_chdb.py"],
    "polars": ["monthly_polars.py"],
}


class Failed(Exception):
    """A run that did not end well; its last words."""


@dataclass(frozen=True)
class Run:
    """What a run cost."""

    wall: float
    cpu: float
    peak: float
    size: int = 0

    def sized(self, size: int) -> "Run":
        return Run(self.wall, self.cpu, self.peak, size)


def run(
    command: list[str | pathlib.Path], seconds: float, environment: dict[str, str] | None = None
) -> tuple[Run, int, str, str]:
    """Wall and CPU seconds (its children's too) and peak MiB (of its largest process), exit status, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors, tempfile.NamedTemporaryFile() as result:
        weigh = [sys.executable, "-I", "-S", PEERS / "weigh.py", result.name, *command]
        process = subprocess.Popen(weigh, stdout=out, stderr=errors, start_new_session=True, env=environment)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        out.seek(0)
        errors.seek(0)
        texts = out.read().decode(), errors.read().decode(errors="replace")
        cost = json.loads(result.read() or b"null")
        if cost is None:
            return Run(seconds, 0.0, 0.0), process.returncode, *texts
        return Run(cost["wall"], cost["cpu"], cost["peak"]), cost["status"], *texts


def built(release: pathlib.Path | None, *programs: str) -> pathlib.Path:
    """The folder of the binaries, with these in it."""
    folder = (release or pathlib.Path("target/release")).resolve()
    if missing := [program for program in programs if not (folder / program).is_file()]:
        sys.exit(f"{folder} has no {', '.join(missing)}")
    return folder


def stoppable() -> None:
    """Signals end the program in an orderly way: what it started is stopped, what it made is taken away."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda *_: sys.exit("stopped"))


def clear(path: pathlib.Path) -> None:
    """Takes away a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Daily:
    """The daily stage of one day of log files."""

    release: pathlib.Path
    source: pathlib.Path
    work: pathlib.Path

    def ours(self) -> list[str | pathlib.Path]:
        return [self.release / "trailmill", "daily", "--source", self.source, "--lake", self.work / "lake", "--json"]

    def theirs(self, peer: str) -> list[str | pathlib.Path]:
        program, *more = DAILY[peer]
        return [sys.executable, PEERS / program, self.source, self.work / "peer.ndjson.gz", *more]

    def clean(self) -> None:
        clear(self.work / "lake")
        clear(self.work / "peer.ndjson.gz")

    def outputs(self, peer: str | None) -> list[pathlib.Path]:
        if peer:
            return [path for path in [self.work / "peer.ndjson.gz"] if path.exists()]
        return sorted((self.work / "lake").glob("cloudtrail_daily/**/*.ndjson.gz"))

    def records(self, peer: str | None) -> int:
        return sum(count_lines(path) for path in self.outputs(peer))


@dataclass(frozen=True)
class Monthly:
    """The monthly stage of a lake's month."""

    release: pathlib.Path
    lake: pathlib.Path
    work: pathlib.Path

    def ours(self) -> list[str | pathlib.Path]:
        command = [self.release / "trailmill", "monthly", "--lake", self.lake, "--month", "2026-10"]
        return [*command, "--table", "cloudtrail", "--allow-gaps", "--json"]

    def theirs(self, peer: str) -> list[str | pathlib.Path]:
        source = self.lake / "cloudtrail_daily"
        program = PEERS / MONTHLY[peer][0]
        return [sys.executable, program, source, self.work / "peer.parquet", self.work / "columns.json"]

    def clean(self) -> None:
        for path in ("_journal/cloudtrail_monthly", "cloudtrail_monthly", "_staging"):
            clear(self.lake / path)
        clear(self.work / "peer.parquet")

    def outputs(self, peer: str | None) -> list[pathlib.Path]:
        if peer:
            return [path for path in [self.work / "peer.parquet"] if path.exists()]
        return sorted(self.lake.glob("cloudtrail_monthly/**/*.parquet"))

    def records(self, peer: str | None) -> int:
        return sum(pyarrow.parquet.read_metadata(path).num_rows for path in self.outputs(peer))


def count_lines(path: pathlib.Path) -> int:
    """Lines of gzipped text that are not empty at the end of it."""
    lines = 0
    with gzip.open(path) as file:
        while block := file.read(1 << 24):
            lines += block.count(b"\n")
    return lines


def versions(peers: set[str]) -> str:
    """The versions of the peers, in one line."""
    words = [f"Python {platform.python_version()}"]
    packages = {"orjson": "orjson", "duckdb": "duckdb", "chdb": "chdb-core", "polars": "polars", "pyarrow": "pyarrow"}
    words += [f"{package} {importlib.metadata.version(package)}" for peer, package in packages.items() if peer in peers]
    if "jq" in peers:
        for tool in ("jq", "gzip"):
            said = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True).stdout
            words.append(said.splitlines()[0])
    return ", ".join(words)


def machine() -> str:
    """What it ran on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, {pages:.0f} GiB; load {load:.1f} at the start"
