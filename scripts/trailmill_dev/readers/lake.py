"""What a lake says of itself: its journal, its files, the lines of its daily stage."""

import gzip
import json
import pathlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TABLES = ("cloudtrail", "cloudtrail_network_activity", "cloudtrail_insight", "cloudtrail_aggregated")


@dataclass(frozen=True)
class Part:
    """A monthly Parquet file and the rows its commit gives it."""

    path: pathlib.Path
    rows: int


@dataclass(frozen=True)
class Lake:
    """A lake, and the command that made it."""

    folder: pathlib.Path
    command: str

    def trailmill(self, *arguments: str) -> str:
        """What the command prints."""
        run = [self.command, *arguments]
        return subprocess.run(run, check=True, capture_output=True, encoding="utf-8").stdout

    def commits(self, stage: str, partition: str) -> list[dict[str, Any]]:
        """The commits of a partition that count: those from the last one that replaces all before it."""
        commits: list[dict[str, Any]] = []
        for path in sorted(self.folder.glob(f"_journal/{stage}/{partition}/*.json.gz")):
            entry = json.loads(gzip.decompress(path.read_bytes()))
            if entry["entry"] == "commit":
                commits = [entry] if entry["replaces"] else [*commits, entry]
        return commits

    def partitions(self, stage: str) -> list[str]:
        """The days or months of a stage: 2026-10-01, 2026-10."""
        return sorted(path.name for path in self.folder.glob(f"_journal/{stage}/[0-9]*"))

    def parts(self, table: str, month: str) -> list[Part]:
        """The Parquet files of a month that no later commit replaced, in the order of their event days, as `export` reads
        them."""
        commits = self.commits(f"{table}_monthly", month)
        retired = {key for commit in commits for key in commit["retired"]}
        there = [part for commit in commits for part in commit["parts"] if part["key"] not in retired]
        there.sort(
            key=lambda part: ([min(part["event_days"]), max(part["event_days"])] if part["event_days"] else [], part["key"])
        )
        return [Part(self.folder / part["key"], part["records"]) for part in there]

    def months(self) -> list[tuple[str, str]]:
        """Every table and month that has Parquet."""
        return [(table, month) for table in TABLES for month in self.partitions(f"{table}_monthly")]

    def daily_lines(self, table: str) -> Iterator[tuple[str, bytes]]:
        """Every line of the daily stage with its delivery day, by the folders alone."""
        for path in sorted(self.folder.glob(f"{table}_daily/**/*.ndjson.gz")):
            day = "-".join(folder.split("=")[1] for folder in path.parts[-4:-1])
            for line in gzip.decompress(path.read_bytes()).splitlines():
                yield day, line

    def export(self, table: str, month: str) -> list[str]:
        """The lines of `trailmill export`."""
        exported = self.trailmill("export", "--lake", str(self.folder), "--table", table, "--month", month)
        # not splitlines: that would cut at marks that JSON has inside of texts
        return exported.removesuffix("\n").split("\n") if exported else []
