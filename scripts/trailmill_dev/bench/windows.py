"""Measures, from outside, how long a reader may see a mix: from the first new part to the commit, and to the last old part
deleted. In a folder the partition is looked at as fast as it goes; in S3, where a request takes LATENCY milliseconds, the
server's own log tells when each request came. Needs about 1 GB below DIR, 4 GB of memory, and ten minutes."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from trailmill_dev.bench.days import made_day
from trailmill_dev.bench.options import add_release, at_least_one, folder
from trailmill_dev.expect import Failed, present
from trailmill_dev.testkit_s3 import TestkitS3
from trailmill_dev.workspace import WITH_CORPUS, release_programs

# seconds between two looks at a folder that are too many to tell when something happened
LONGEST_LOOK_AWAY = 0.005
# a part of a day is 512 MiB of text, so this is four of them
LARGE_RECORDS = 1_400_000
# of each run: milliseconds from the first new part to the commit, from the commit to the last old part deleted, and both
# together
Windows = tuple[float, float, float]
# the windows of a run, and how many parts it wrote
Run = tuple[Windows, int]


class Partition:
    """Where the parts and the journal of a partition are, in a lake."""

    def __init__(self, stage: str) -> None:
        day = "/day=15" if stage == "daily" else ""
        self.parts = f"cloudtrail_{stage}/year=2026/month=10{day}"
        self.journal = f"_journal/cloudtrail_{stage}/2026-10{'-15' if stage == 'daily' else ''}"


def check(status: int, said: str) -> None:
    """Fails where a run failed; 2 is a log file that is broken on purpose."""
    if status not in (0, 2):
        raise Failed(f"a run failed with {status}: {said}")


def window(appeared: float, committed: float, gone: float | None) -> Windows:
    """The windows of a run whose old parts, if any, were gone at a time."""
    return committed - appeared, (gone or committed) - committed, (gone or committed) - appeared


class Place(Protocol):
    """Where lakes are, and how a run there is watched."""

    name: str

    def source(self, day: str) -> str:
        """The logs of a day."""

    def lake(self, name: str) -> str:
        """A lake; a folder is emptied."""

    def measure(self, arguments: list[str], lake: str, of: Partition) -> Run | None:
        """Runs a command, which changes a partition, and watches it."""

    def forget(self, lake: str) -> None:
        """Removes a lake that is needed no more."""


class Disk:
    """Lakes in folders. A run is watched by looking at the partition over and over."""

    name = "folder"

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.passed_over = folder, 0

    def source(self, day: str) -> str:
        """The logs of a day."""
        return str(self.folder / day)

    def lake(self, name: str) -> str:
        """An empty lake."""
        lake = self.folder / f"lake-{name}"
        shutil.rmtree(lake, ignore_errors=True)
        return str(lake)

    def forget(self, lake: str) -> None:
        """Removes a lake."""
        shutil.rmtree(lake)

    def measure(self, arguments: list[str], lake: str, of: Partition) -> Run | None:
        """What was seen; None where the other processes of the machine did not let us look often enough."""
        parts, journal = pathlib.Path(lake, of.parts), pathlib.Path(lake, of.journal)
        entries = len(list(journal.glob("*.json.gz"))) if journal.exists() else 0
        commit = journal / f"{entries + 2:06}.json.gz"
        old = set(os.listdir(parts)) if parts.exists() else set()
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        appeared: float | None = None
        committed: float | None = None
        gone: float | None = None
        looked, longest, runs = time.perf_counter(), 0.0, True
        while gone is None and runs:
            runs = process.poll() is None  # and then one more look
            now = time.perf_counter()
            try:
                seen = set(os.listdir(parts))
            except FileNotFoundError:
                seen = set()
            if appeared is None and seen - old:
                appeared = now
            if appeared is not None:
                longest = max(longest, now - looked)
                if committed is None and commit.exists():
                    committed = now
                if committed is not None and not seen & old:
                    gone = now
            looked = now
        said = present(process.stderr, "the run has no standard error").read().decode()
        check(process.wait(), said)
        if longest > LONGEST_LOOK_AWAY:
            self.passed_over += 1
            return None
        if appeared is None or committed is None:
            raise Failed(f"a run ended, and nothing was committed in {lake}")
        first, second, both = window(appeared, committed, gone if old else None)
        return (first * 1000, second * 1000, both * 1000), len(os.listdir(parts))


class Bucket:
    """Lakes in the S3 of testkit. Its log has the time at which each request came; all take effect as long after it."""

    def __init__(self, server: TestkitS3, latency: str) -> None:
        self.name, self.server = f"S3, {latency} ms", server

    def forget(self, lake: str) -> None:
        """Lakes stay in the server's memory until it ends."""

    def source(self, day: str) -> str:
        """The logs of a day."""
        return f"s3://{day}"

    def lake(self, name: str) -> str:
        """A lake that is not there yet."""
        return f"s3://lake/{name}"

    def measure(self, arguments: list[str], lake: str, of: Partition) -> Run | None:
        """What the log of the server says."""
        start = len(self.server.log)
        done = subprocess.run(arguments, capture_output=True, text=True, env=self.server.environment(), check=False)
        check(done.returncode, done.stdout + done.stderr)
        time.sleep(0.2)  # until the last lines of the log are read
        prefix = lake.removeprefix("s3://lake/")
        came: dict[str, list[float]] = {"CompleteUpload": [], "Put": [], "Delete": []}
        for line in self.server.log[start:]:
            at, operation, bucket, key = line.rstrip("\n").lstrip().split(" ", 3)
            where = of.journal if operation == "Put" else of.parts
            if bucket == "lake" and operation in came and key.startswith(f"{prefix}/{where}"):
                came[operation].append(float(at))
        gone = max(came["Delete"], default=None)
        found = window(min(came["CompleteUpload"]), max(came["Put"]), gone)
        return found, len(came["CompleteUpload"])


def row(what: str, place: str, found: list[Run], replaces: bool) -> None:
    """One line of the table."""
    columns = [f"{statistics.median(of):.1f} ({max(of):.1f})" for of in zip(*(windows for windows, _ in found), strict=True)]
    if not replaces:
        columns[1:] = ["", ""]
    print(f"| {what} | {place} | {found[0][1]} | {len(found)} | {' | '.join(columns)} |", flush=True)


class Bench:
    """Runs of a release build, each kind often enough."""

    def __init__(self, release: pathlib.Path, runs: int) -> None:
        self.command, self.runs = str(release / "trailmill"), runs

    def daily(self, source: str, lake: str, *options: str) -> list[str]:
        """The command for the partition of the daily stage."""
        where = ["--source", source, "--day", "2026-10-15", "--lake", lake]
        return [self.command, "daily", "--json", *where, *options]

    def monthly(self, lake: str, *options: str) -> list[str]:
        """The command for the partition of the monthly stage."""
        where = ["--month", "2026-10", "--table", "cloudtrail", "--allow-gaps", "--lake", lake]
        return [self.command, "monthly", "--json", *where, *options]

    def enough(self, once: Callable[[], Run | None]) -> list[Run]:
        """Runs until enough of the runs could be watched."""
        found: list[Run] = []
        while len(found) < self.runs:
            if (run := once()) is not None:
                found.append(run)
        return found

    def day(self, place: Place, day: str) -> None:
        """A day's first run and its rebuild."""
        first: list[Run] = []
        again: list[Run] = []
        number = 0
        while min(len(first), len(again)) < self.runs:
            lake = place.lake(f"{day}-{number}")
            for found, options in ((first, []), (again, ["--rebuild"])):
                if (
                    run := place.measure(self.daily(place.source(day), lake, *options), lake, Partition("daily"))
                ) is not None:
                    found.append(run)
            number += 1
            if number > 1:
                place.forget(lake)
        row("daily, first run", place.name, first[: self.runs], False)
        row("daily `--rebuild`", place.name, again[: self.runs], True)

    def month(self, place: Place, lake: str) -> None:
        """Rebuilds of a month, with parts of several sizes."""
        for rows in (100_000, 3_500, 500):
            command = self.monthly(lake, "--rebuild", "--row-group", "1", "--part-rows", str(rows))
            # what is replaced has as many parts
            place.measure(command, lake, Partition("monthly"))
            runs = self.enough(partial(place.measure, command, lake, Partition("monthly")))
            row("monthly `--rebuild`", place.name, runs, True)


def main(arguments: list[str]) -> int:
    """Prints the rows of a table in Markdown."""
    parser = argparse.ArgumentParser(prog="scripts/bench windows", description=__doc__)
    parser.add_argument(
        "dir", nargs="?", type=pathlib.Path, help="where the days are made, or were; a temporary folder by default"
    )
    parser.add_argument("runs", nargs="?", type=at_least_one, default=10, help="runs of each [10]")
    parser.add_argument("latency", nargs="?", default="15", help="milliseconds that a request to S3 takes [15]")
    add_release(parser)
    said = parser.parse_args(arguments)
    programs = ("trailmill", "examples/make-day", "examples/s3-server")
    release = release_programs(said.release, WITH_CORPUS, *programs, in_process_s3=True)
    bench = Bench(release, said.runs)
    with folder(said.dir) as home:
        days = {"small": None, "large": LARGE_RECORDS}
        for name, records in days.items():
            made_day(home / name, release, records)
        print("| | lake | parts | runs | first new part to commit | commit to last old part gone | both together |")
        print("|---|---|---|---|---|---|---|", flush=True)
        disk = Disk(home)
        buckets = [*(f"{name}={home / name}" for name in days), "lake"]
        with TestkitS3(release, buckets, latency=said.latency, options=["--log"]) as server:
            for place, lake in ((disk, str(home / "lake-small-0")), (Bucket(server, said.latency), "s3://lake/small-0")):
                bench.day(place, "small")
                bench.month(place, lake)
                bench.day(place, "large")
    print(f"milliseconds, median (longest); {disk.passed_over} runs passed over, too seldom looked at", file=sys.stderr)
    return 0
