"""The runs of scripts/bench-lambda."""

import argparse
import contextlib
import json
import math
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from peers import data
from peers.shares import KINDS, Shares, cores, pinned
from peers.tables import columns, show
from peers.tools import Daily, Failed, Run, machine, versions

# MB that are one vCPU, by the Developer Guide of AWS Lambda, "Configure Lambda function memory"
ONE_CORE = 1769
SETTINGS = "256,442,512,885,1769,3538"
# MiB that a function needs beside the program, for extensions and the like; a guess, on the safe side
BESIDE = 64

# list prices of us-east-1 in dollars, without free tiers, as known in November 2026: check them
GB_SECOND = {"x86-64": 0.0000166667, "arm64": 0.0000133334}
CALL = 0.20 / 1e6
GET, PUT = 0.0004 / 1e3, 0.005 / 1e3
# what the tests' S3 counts; what is deleted or thrown away costs nothing
PRICES = {"Get": GET, "Head": GET, "HeadBucket": GET, "Put": PUT, "List": PUT, "ListUploads": PUT,
          "CreateUpload": PUT, "UploadPart": PUT, "CompleteUpload": PUT, "Delete": 0.0, "AbortUpload": 0.0}  # fmt: skip

# what the articles say that their function takes for such a day
ARTICLES = {"memory": 512, "seconds": 240.0}
WAYS = {"S3": "Trailmill, S3", "disk": "Trailmill, disk", "python": "Python, disk"}
AWS = {
    "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests", "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-lambda", description="The ordinary day at Lambda's memory settings.")
    parser.add_argument("--settings", default=SETTINGS, help=f"MB, with commas between [{SETTINGS}]; {ONE_CORE} are one core")
    parser.add_argument("--ways", default=",".join(WAYS), help="which of %(default)s; all by default")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, of which medians are printed [5]")
    parser.add_argument("--latency", type=int, default=15, help="milliseconds that a request to S3 takes [15]")
    parser.add_argument("--shares", choices=KINDS, help="how a share below a core is made; a cgroup where one can be made")
    parser.add_argument("--minutes", type=float, default=20, help="when to stop, whatever has run [20]")
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/PERFORMANCE.md")
    return parser.parse_args()


@contextlib.contextmanager
def server(command: list[str | pathlib.Path], on: list[int], counts: dict[str, int]) -> Iterator[str]:
    """The tests' S3 on some cores, and its endpoint; at the end how many requests came, by kind."""
    with pinned(on):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
        printed, _ = process.communicate(timeout=60)
        counts |= json.loads(printed)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@dataclass
class Measured:
    """The runs of one way at one setting."""

    memory: int
    way: str
    runs: list[Run] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return self.memory / ONE_CORE

    def median(self, measure: str) -> float:
        return statistics.median(getattr(cost, measure) for cost in self.runs)

    @property
    def gb_seconds(self) -> float:
        """What is billed, by the millisecond."""
        return self.memory / 1024 * math.ceil(self.median("wall") * 1e3) / 1e3

    def compute(self, kind: str) -> float:
        """Dollars of Lambda for a run."""
        return self.gb_seconds * GB_SECOND[kind] + CALL

    @property
    def calls(self) -> float:
        """Requests to S3 of a run."""
        return sum(count for name, count in self.requests.items() if name in PRICES) / len(self.runs)

    @property
    def s3(self) -> float:
        """Dollars of S3 for a run."""
        return sum(PRICES[name] * count for name, count in self.requests.items() if name in PRICES) / len(self.runs)

    @property
    def fits(self) -> bool:
        return max(cost.peak for cost in self.runs) + BESIDE <= self.memory

    def row(self) -> list[str]:
        wall, cpu = self.median("wall"), self.median("cpu")
        walls = [cost.wall for cost in self.runs]
        day = [self.compute(kind) for kind in GB_SECOND]
        return [
            WAYS[self.way], f"{self.memory:,}", f"{self.share:.2f}", str(len(self.runs)), f"{wall:.2f}",
            f"{min(walls):.2f} to {max(walls):.2f}", f"{cpu:.2f}", f"{cpu / wall / self.share * 100:.0f} %",
            f"{self.median('peak'):.0f}" + ("" if self.fits else ": too much"), f"{self.gb_seconds:.2f}",
            *(f"{dollars * 1e6:.1f}" for dollars in day), f"{self.s3 * 1e6:.0f}" if self.requests else "",
            *(f"{dollars * 30:.4f}" for dollars in day), f"{self.s3 * 30:.4f}" if self.requests else "",
        ]  # fmt: skip


HEAD = ["", "MB", "vCPU", "runs", "wall s", "range", "CPU s", "of its share", "peak MiB", "GB-s",
        "x86-64 µ$", "arm64 µ$", "S3 µ$", "30 days: x86-64 $", "arm64 $", "S3 $"]  # fmt: skip


class Bench:
    """Runs of the day at a setting, each way in turn."""

    def __init__(self, shares: Shares, folder: pathlib.Path, said: argparse.Namespace, release: pathlib.Path, deadline: float):
        self.shares, self.said, self.release, self.deadline = shares, said, release, deadline
        self.logs = data.whole_day(folder, release)
        self.peer = Daily(release, data.day(folder, release, None), folder / "work")
        self.disk = Daily(release, self.logs, folder / "work")
        self.peer.work.mkdir(exist_ok=True)
        self.plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def command(self, way: str, run: int) -> list[str | pathlib.Path]:
        if way == "S3":
            return [self.release / "trailmill", "daily", "--source", "s3://logs", "--lake", f"s3://lake/{run}", "--json"]
        return self.disk.ours() if way == "disk" else self.peer.theirs("python")

    def once(self, way: str, share: float, run: int, endpoint: str) -> Run:
        """One run, from nothing."""
        self.disk.clean()
        environment = self.plain | (AWS | {"AWS_ENDPOINT_URL": endpoint} if way == "S3" else {})
        left = max(1.0, self.deadline - time.monotonic())
        cost, status, out, errors = self.shares.run(self.command(way, run), share, left, environment)
        if status != 0:
            last = (errors.strip().splitlines() or [""])[-1]
            raise Failed(f"{WAYS[way]}: exit status {status} after {cost.wall:.0f} s: {last[:200]}")
        if way != "python":
            summary = next(line for line in map(json.loads, out.splitlines()) if "summary" in line)
            if summary["failed"] or summary["summary"]["files_in"] <= 3_911:
                raise Failed(f"{WAYS[way]}: {summary}")
        return cost

    def setting(self, memory: int, ways: list[str]) -> list[Measured]:
        """As many runs of each way as there is time for."""
        measured = {way: Measured(memory, way) for way in ways}
        share = memory / ONE_CORE
        _, elsewhere = cores(share)
        command = [self.release / "examples/s3-server", "--latency", str(self.said.latency), f"logs={self.logs}", "lake"]
        counts: dict[str, int] = {}
        with server(command, elsewhere, counts) if "S3" in ways else contextlib.nullcontext("") as endpoint:
            for run in range(self.said.runs):
                last = sum(of.runs[-1].wall for of in measured.values() if of.runs)
                if time.monotonic() + last > self.deadline:
                    break
                for way, of in measured.items():
                    of.runs.append(self.once(way, share, run, endpoint))
        self.disk.clean()
        if "S3" in measured:
            measured["S3"].requests = counts
        return [of for of in measured.values() if of.runs]


def cheapest(of: list[Measured]) -> str:
    """Which setting costs least, and which costs hardly more and is faster."""
    fitting = [measured for measured in of if measured.fits]
    if not fitting:
        return "no setting has memory enough"
    least = min(fitting, key=lambda measured: measured.compute("x86-64"))
    words = f"the cheapest for Lambda is {least.memory:,} MB: {least.median('wall'):.2f} s, {least.gb_seconds:.2f} GB-s"
    near = [measured for measured in fitting if measured.compute("x86-64") < 1.1 * least.compute("x86-64")]
    quick = min(near, key=lambda measured: measured.median("wall"))
    if quick is not least:
        more = quick.compute("x86-64") / least.compute("x86-64") - 1
        words += f"; {quick.memory:,} MB cost {more * 100:.0f} % more and take {quick.median('wall'):.2f} s"
    if least.requests:
        words += f"; {least.calls:.0f} requests to S3 cost {least.s3 / least.compute('x86-64'):.0f} times as much"
    return words


def articles() -> list[str]:
    """What the articles' figures come to."""
    used = ARTICLES["memory"] / 1024 * ARTICLES["seconds"]
    day = [used * price for price in GB_SECOND.values()]
    cells = {"": "the articles' figures", "MB": f"{ARTICLES['memory']:.0f}", "vCPU": f"{ARTICLES['memory'] / ONE_CORE:.2f}",
             "wall s": f"{ARTICLES['seconds']:.0f}", "GB-s": f"{used:.2f}", "x86-64 µ$": f"{day[0] * 1e6:.1f}",
             "arm64 µ$": f"{day[1] * 1e6:.1f}", "30 days: x86-64 $": f"{day[0] * 30:.4f}",
             "arm64 $": f"{day[1] * 30:.4f}"}  # fmt: skip
    return [cells.get(name, "") for name in HEAD]


def report(measured: list[Measured], said: argparse.Namespace) -> None:
    """The table and what it says."""
    print(f"\nthe ordinary day; {said.latency} ms a request to S3\n")
    rows = [of.row() for way in WAYS for of in measured if of.way == way]
    show(columns([HEAD, *rows, articles()]), said.markdown)
    print("\n- x86-64 and arm64: Lambda alone; S3: its requests; µ$: millionths of a dollar, for a run")
    print("- arm64 is priced for as many seconds, which were not measured there")
    print(f"- of its share: CPU used of what the setting allows; what is lacking is waiting. Fits: peak and {BESIDE} MiB")
    for way in WAYS:
        if of := [each for each in measured if each.way == way]:
            print(f"- {WAYS[way]}: {cheapest(of)}")


def main() -> None:
    said = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    deadline = time.monotonic() + said.minutes * 60
    release = (said.release or pathlib.Path("target/release")).resolve()
    settings, ways = [int(setting) for setting in said.settings.split(",")], said.ways.split(",")
    if unknown := set(ways) - set(WAYS):
        sys.exit(f"no such way: {', '.join(sorted(unknown))}")
    for setting in settings:
        cores(setting / ONE_CORE)
    print(machine())
    print(versions(set()))
    measured: list[Measured] = []
    notes = []
    with tempfile.TemporaryDirectory() as temporary, Shares(said.shares) as shares:
        folder = (said.dir or pathlib.Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(shares, folder, said, release, deadline)
        print(f"shares below a core are made by {shares.way}", flush=True)
        for setting in settings:
            if time.monotonic() > deadline:
                notes.append(f"{setting} MB: no time left")
                continue
            exact = shares.exact(setting / ONE_CORE, 60)
            print(f"{setting} MB …", file=sys.stderr, flush=True)
            notes.append(f"{setting} MB: a process that only counts got {exact:.3f} of its share")
            try:
                measured += bench.setting(setting, ways)
            except Failed as failed:
                notes.append(f"{setting} MB: {failed}")
    report(measured, said)
    for note in notes:
        print(f"- {note}")


if __name__ == "__main__":
    main()
