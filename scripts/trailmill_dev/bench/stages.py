"""What the benches run: a stage of Trailmill, and the peer that does the same, each as a whole process."""

import gzip
import pathlib
import shutil
import sys
from dataclasses import dataclass

import pyarrow.parquet

from trailmill_dev.timing import Command

PEERS = pathlib.Path(__file__).parents[1] / "peers"
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

    def ours(self) -> Command:
        """Trailmill's command."""
        return [self.release / "trailmill", "daily", "--source", self.source, "--lake", self.work / "lake", "--json"]

    def theirs(self, peer: str) -> Command:
        """A peer's command."""
        program, *more = DAILY[peer]
        return [sys.executable, str(PEERS / program), self.source, self.work / "peer.ndjson.gz", *more]

    def clean(self) -> None:
        """Removes what a run has made."""
        clear(self.work / "lake")
        clear(self.work / "peer.ndjson.gz")

    def outputs(self, peer: str | None) -> list[pathlib.Path]:
        """The files that a run has made."""
        if peer:
            return [path for path in [self.work / "peer.ndjson.gz"] if path.exists()]
        return sorted((self.work / "lake").glob("cloudtrail_daily/**/*.ndjson.gz"))

    def records(self, peer: str | None) -> int:
        """How many records are in the files that a run has made."""
        return sum(count_lines(path) for path in self.outputs(peer))


@dataclass(frozen=True)
class Monthly:
    """The monthly stage of a lake's month."""

    release: pathlib.Path
    lake: pathlib.Path
    work: pathlib.Path

    def ours(self) -> Command:
        """Trailmill's command."""
        what = ["--month", "2026-10", "--table", "cloudtrail", "--allow-gaps", "--json"]
        return [self.release / "trailmill", "monthly", "--lake", self.lake, *what]

    def theirs(self, peer: str) -> Command:
        """A peer's command."""
        source = self.lake / "cloudtrail_daily"
        program = PEERS / MONTHLY[peer][0]
        return [sys.executable, program, source, self.work / "peer.parquet", self.work / "columns.json"]

    def clean(self) -> None:
        """Removes what a run has made."""
        for path in ("_journal/cloudtrail_monthly", "cloudtrail_monthly", "_staging"):
            clear(self.lake / path)
        clear(self.work / "peer.parquet")

    def outputs(self, peer: str | None) -> list[pathlib.Path]:
        """The files that a run has made."""
        if peer:
            return [path for path in [self.work / "peer.parquet"] if path.exists()]
        return sorted(self.lake.glob("cloudtrail_monthly/**/*.parquet"))

    def records(self, peer: str | None) -> int:
        """How many records are in the files that a run has made."""
        return sum(pyarrow.parquet.read_metadata(path).num_rows for path in self.outputs(peer))


def count_lines(path: pathlib.Path) -> int:
    """Lines of gzipped text that are not empty at the end of it."""
    lines = 0
    with gzip.open(path) as file:
        while block := file.read(1 << 24):
            lines += block.count(b"\n")
    return lines
