"""The runs of scripts/bench-lambda."""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from peers import data
from peers.bills import HEAD, ONE_CORE, Measured, cheapest, given
from peers.shares import KINDS, Shares, cores, pinned
from peers.tables import numbers, show
from peers.tools import PEERS, Daily, Failed, Run, built, machine, stoppable, versions

SETTINGS = f"256,442,512,885,{ONE_CORE},{2 * ONE_CORE}"
DAY = ["--day", "2026-10-15"]
# MB and seconds of a function in Python for such a day: Chariot Solutions, Aggregating Files in your Data Lake,
# https://chariotsolutions.com/blog/post/aggregating-files-in-your-data-lake-part-1/
ARTICLE = (512, 240.0)
WAYS = {"s3": "Trailmill, S3", "disk": "Trailmill, disk", "python": "Python, disk", "python-s3": "Python, S3, one by one"}
AWS = {
    "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests", "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-lambda", description="The ordinary day at Lambda's memory settings.")
    parser.add_argument("--settings", type=numbers, default=SETTINGS, help=f"MB, with commas between [{SETTINGS}]")
    parser.add_argument("--ways", default=",".join(WAYS), help="which of %(default)s; all by default")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, of which medians are printed; python-s3 has one [5]")
    parser.add_argument("--latency", type=int, default=15, help="milliseconds that a request to S3 takes [15]")
    parser.add_argument("--shares", choices=KINDS, help="how a share below a core is made; a cgroup where one can be made")
    parser.add_argument("--minutes", type=float, default=8, help="when to stop, whatever has run [8]")
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/internals/performance.md")
    said = parser.parse_args()
    said.ways = said.ways.split(",")
    if unknown := set(said.ways) - set(WAYS):
        parser.error(f"--ways: no {', '.join(sorted(unknown))} among {', '.join(WAYS)}")
    if said.runs < 1:
        parser.error("--runs: at least one")
    return said


@contextlib.contextmanager
def server(command: list[str | pathlib.Path], on: list[int], counts: dict[str, int]) -> Iterator[str]:
    """The tests' S3 on some cores, and its endpoint; at the end how many requests came, by kind."""
    with pinned(on):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        endpoint = process.stdout.readline().strip()
        if not endpoint:
            sys.exit("the S3 of the tests did not start")
        yield endpoint
        printed, _ = process.communicate(timeout=60)
        counts |= json.loads(printed)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class Bench:
    """Runs of the day, each from nothing and within a share of CPU."""

    def __init__(self, shares: Shares, folder: pathlib.Path, said: argparse.Namespace, release: pathlib.Path, deadline: float):
        self.shares, self.latency, self.release, self.deadline = shares, str(said.latency), release, deadline
        self.logs = data.whole_day(folder, release)
        self.disk = Daily(release, self.logs, folder / "work")
        self.peer = Daily(release, data.day(folder, release, None), folder / "work")
        self.disk.work.mkdir(exist_ok=True)
        self.plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def command(self, way: str) -> list[str | pathlib.Path]:
        # a job of the function names its day, so that no others are looked for
        if way == "s3":
            return [self.release / "trailmill", "daily", "--source", "s3://logs", "--lake", "s3://lake/a", "--json", *DAY]
        if way == "python-s3":
            return [sys.executable, PEERS / "daily_s3.py", "logs", "lake"]
        return [*self.disk.ours(), *DAY] if way == "disk" else self.peer.theirs("python")

    def run(self, way: str, share: float) -> tuple[Run, dict[str, int]]:
        """One run, and its requests to S3, of which each run has one of its own."""
        self.disk.clean()
        counts: dict[str, int] = {}
        if way not in ("s3", "python-s3"):
            return self.checked(way, share, self.plain), counts
        logs = self.logs if way == "s3" else self.peer.source
        command = [self.release / "examples/s3-server", "--latency", self.latency, f"logs={logs}", "lake"]
        _, elsewhere = cores(share)
        with server(command, elsewhere, counts) as endpoint:
            cost = self.checked(way, share, self.plain | AWS | {"AWS_ENDPOINT_URL": endpoint})
        return cost, counts

    def checked(self, way: str, share: float, environment: dict[str, str]) -> Run:
        """A run that did what it should."""
        left = max(1.0, self.deadline - time.monotonic())
        cost, status, out, errors = self.shares.run(self.command(way), share, left, environment)
        if time.monotonic() >= self.deadline:
            raise Failed(f"{WAYS[way]}: no time left after {cost.wall:.0f} s of a run")
        if status != 0:
            last = (errors.strip().splitlines() or [""])[-1]
            raise Failed(f"{WAYS[way]}: exit status {status} after {cost.wall:.0f} s: {last[:200]}")
        if not way.startswith("python"):
            summary = next(line for line in map(json.loads, out.splitlines()) if "summary" in line)
            if summary["failed"] or summary["summary"]["files_in"] < 3_911:
                raise Failed(f"{WAYS[way]}: {summary}")
        return cost


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
    print("\n- of its share: CPU used of what the setting allows; what is lacking is waiting")
    print("- arm64 is priced for the seconds of this machine, not for seconds measured there")
    for name in dict.fromkeys(of.name for of in measured):
        ways = [of for of in measured if of.name == name]
        print(f"- {name}: peak {max(of.peak for of in ways):.0f} MiB; {cheapest(ways)}")
    print("- not in it: a cold start, the network's bandwidth, SQS, logs; nothing ran in AWS", flush=True)
    return [f"{of.name} does not fit in {of.memory} MB: it needed {of.peak:.0f} MiB" for of in measured if not of.fits]


def main() -> None:
    said = options()
    stoppable()
    deadline = time.monotonic() + said.minutes * 60
    release = built(said.release, "trailmill", "examples/make-day", "examples/s3-server")
    for setting in said.settings:
        cores(setting / ONE_CORE)
    print(machine())
    print(versions(set()))
    with tempfile.TemporaryDirectory() as temporary, Shares(said.shares) as shares:
        folder = (said.dir or pathlib.Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(shares, folder, said, release, deadline)
        print(f"shares below a core are made by {shares.way}")
        exact = [shares.exact(setting / ONE_CORE, 60) for setting in said.settings]
        counted = f"{min(exact):.2f} to {max(exact):.2f}"
        print(f"a process that only counts got {counted} of its share; below 1, others had it", flush=True)
        measured, wrong = measure(bench, said)
        bench.disk.clean()
    wrong += report(measured, said)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
