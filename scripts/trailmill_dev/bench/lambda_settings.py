"""Times, weighs and prices the ordinary day of 3,911 log files as Lambda would run it, at several memory settings:
Lambda gives CPU in proportion to memory, 1,769 MB are one core. Trailmill runs on as many cores, or on one with a quota
of its time, in the S3 of testkit where every request takes 15 ms, and on a disk, which tells CPU from waiting; with it
Python, by its standard library on a disk and one object after the other in S3. The server has cores of its own where
there are any left. What Lambda itself adds, such as a cold start, is not in it: nothing runs in AWS. Needs Linux, and
about 60 MB below --dir (a folder in memory measures the program, not the disk)."""

import argparse
import pathlib
import sys
import time

from trailmill_dev import front
from trailmill_dev.bench import data
from trailmill_dev.bench.bills import HEAD, ONE_CORE, Measured, cheapest, given
from trailmill_dev.bench.days import whole_day
from trailmill_dev.bench.machine import machine, versions
from trailmill_dev.bench.options import add_place, at_least_one, folder, numbers
from trailmill_dev.bench.shares import KINDS, Shares
from trailmill_dev.bench.stages import PEERS, Daily
from trailmill_dev.bench.tables import show
from trailmill_dev.cores import cores
from trailmill_dev.expect import Failed
from trailmill_dev.testkit_s3 import TestkitS3, without_aws
from trailmill_dev.timing import Command, Cost
from trailmill_dev.workspace import WITH_CORPUS, release_programs

SETTINGS = f"256,442,512,885,{ONE_CORE},{2 * ONE_CORE}"
DAY = ["--day", "2026-10-15"]
# MB and seconds of a function in Python for such a day: Chariot Solutions, Aggregating Files in your Data Lake,
# https://chariotsolutions.com/blog/post/aggregating-files-in-your-data-lake-part-1/
ARTICLE = (512, 240.0)
WAYS = {"s3": "Trailmill, S3", "disk": "Trailmill, disk", "python": "Python, disk", "python-s3": "Python, S3, one by one"}


def options(arguments: list[str]) -> argparse.Namespace:
    """The options of the bench."""
    parser = argparse.ArgumentParser(prog="scripts/bench lambda", description=__doc__)
    parser.add_argument("--settings", type=numbers, default=SETTINGS, help=f"MB, with commas between [{SETTINGS}]")
    parser.add_argument("--ways", default=",".join(WAYS), help="which of %(default)s; all by default")
    parser.add_argument(
        "--runs", type=at_least_one, default=5, help="runs of each, of which medians are printed; python-s3 has one [5]"
    )
    parser.add_argument("--latency", type=int, default=15, help="milliseconds that a request to S3 takes [15]")
    parser.add_argument("--shares", choices=KINDS, help="how a share below a core is made; a cgroup where one can be made")
    parser.add_argument("--minutes", type=float, default=8, help="when to stop, whatever has run [8]")
    add_place(parser)
    said = parser.parse_args(arguments)
    said.ways = said.ways.split(",")
    if unknown := set(said.ways) - set(WAYS):
        parser.error(f"--ways: no {', '.join(sorted(unknown))} among {', '.join(WAYS)}")
    return said


class Bench:
    """Runs of the day, each from nothing and within a share of CPU."""

    def __init__(
        self, shares: Shares, folder: pathlib.Path, said: argparse.Namespace, release: pathlib.Path, deadline: float
    ) -> None:
        self.shares, self.latency, self.release, self.deadline = shares, str(said.latency), release, deadline
        self.logs = whole_day(folder, release)
        self.disk = Daily(release, self.logs, folder / "work")
        self.peer = Daily(release, data.day(folder, release, None), folder / "work")
        self.disk.work.mkdir(exist_ok=True)
        self.plain = without_aws()

    def command(self, way: str) -> Command:
        """The command of a way."""
        # a job of the function names its day, so that no others are looked for
        if way == "s3":
            return [self.release / "trailmill", "daily", "--source", "s3://logs", "--lake", "s3://lake/a", "--json", *DAY]
        if way == "python-s3":
            return [sys.executable, PEERS / "daily_s3.py", "logs", "lake"]
        return [*self.disk.ours(), *DAY] if way == "disk" else self.peer.theirs("python")

    def run(self, way: str, share: float) -> tuple[Cost, dict[str, int]]:
        """One run, and its requests to S3, of which each run has one of its own."""
        self.disk.clean()
        if way not in ("s3", "python-s3"):
            return self.checked(way, share, self.plain), {}
        logs = self.logs if way == "s3" else self.peer.source
        _, elsewhere = cores(share)
        with TestkitS3(self.release, [f"logs={logs}", "lake"], latency=self.latency, cores=elsewhere) as server:
            cost = self.checked(way, share, server.environment())
        return cost, server.requests

    def checked(self, way: str, share: float, environment: dict[str, str]) -> Cost:
        """A run that did what it should."""
        left = max(1.0, self.deadline - time.monotonic())
        done = self.shares.run(self.command(way), share, left, environment)
        if time.monotonic() >= self.deadline:
            raise Failed(f"{WAYS[way]}: no time left after {done.cost.wall:.0f} s of a run")
        if done.status != 0:
            raise Failed(f"{WAYS[way]}: exit status {done.status} after {done.cost.wall:.0f} s: {done.last_error}")
        if not way.startswith("python"):
            summary = next(line for line in done.json_lines() if "summary" in line)
            if summary["failed"] or summary["summary"]["files_in"] < 3_911:
                raise Failed(f"{WAYS[way]}: {summary}")
        return done.cost


def turns(said: argparse.Namespace) -> list[list[tuple[str, int]]]:
    """What runs in each turn: every way at every setting, and the slow one once, at Chariot Solutions' setting."""
    each = [(way, memory) for memory in said.settings for way in said.ways if way != "python-s3"]
    once = [("python-s3", ARTICLE[0])] if "python-s3" in said.ways else []
    return [each + once, *[each] * (said.runs - 1)]


def measure(bench: Bench, said: argparse.Namespace) -> tuple[list[Measured], list[str]]:
    """All turns there is time for, so that what disturbs one disturbs all settings alike; and what failed."""
    found: dict[tuple[str, int], Measured] = {}
    failed: dict[tuple[str, int], str] = {}
    for number, turn in enumerate(turns(said), 1):
        print(f"turn {number} of {said.runs} …", file=sys.stderr, flush=True)
        for way, memory in turn:
            key = way, memory
            if key in failed:
                continue
            of = found.setdefault(key, Measured(WAYS[way], memory))
            last = of.runs[-1].wall if of.runs else 0.0
            if time.monotonic() + last > bench.deadline:
                return in_order(found), [*failed.values(), f"no time left in turn {number} of {said.runs}, at {memory} MB"]
            try:
                cost, requests = bench.run(way, of.share)
            except Failed as words:
                failed[key] = f"{memory} MB: {words}"
                continue
            of.runs.append(cost)
            of.count(requests)
    return in_order(found), list(failed.values())


def in_order(found: dict[tuple[str, int], Measured]) -> list[Measured]:
    """What was measured, by way and setting."""
    names = list(WAYS.values())
    return sorted((of for of in found.values() if of.runs), key=lambda of: (names.index(of.name), of.memory))


def report(measured: list[Measured], said: argparse.Namespace) -> list[str]:
    """The table and what it says; what does not fit."""
    print(f"\nthe ordinary day; medians, memory at most; {said.latency} ms a request to S3\n")
    show([HEAD, *(of.row() for of in measured), given("Chariot Solutions' Python", *ARTICLE)], said.markdown)
    print("\n- of its share: CPU used of what the setting allows; the rest is waiting")
    print("- arm64 is priced for the seconds of this machine, not for seconds measured there")
    for name in dict.fromkeys(of.name for of in measured):
        ways = [of for of in measured if of.name == name]
        print(f"- {name}: peak {max(of.peak for of in ways):.0f} MiB; {cheapest(ways)}")
    print("- not in it: a cold start, the network's bandwidth, SQS, logs; nothing ran in AWS", flush=True)
    return [f"{of.name} does not fit in {of.memory} MB: it needed {of.peak:.0f} MiB" for of in measured if not of.fits]


def main(arguments: list[str]) -> int:
    """Prints a table of all ways at all settings, and what it says."""
    said = options(arguments)
    front.end_in_order()
    programs = ("trailmill", "examples/make-day", "examples/s3-server")
    release = release_programs(said.release, WITH_CORPUS, *programs, in_process_s3=True)
    deadline = time.monotonic() + said.minutes * 60
    for setting in said.settings:
        cores(setting / ONE_CORE)
    print(machine())
    print(versions(set()))
    with folder(said.dir) as place, Shares(said.shares) as shares:
        bench = Bench(shares, place, said, release, deadline)
        print(f"shares below a core are made by {shares.way}")
        exact = [shares.exact(setting / ONE_CORE, 60) for setting in said.settings]
        counted = f"{min(exact):.2f} to {max(exact):.2f}"
        print(f"a process that only counts got {counted} of its share; below 1, others had it", flush=True)
        measured, wrong = measure(bench, said)
        bench.disk.clean()
    wrong += report(measured, said)
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0
