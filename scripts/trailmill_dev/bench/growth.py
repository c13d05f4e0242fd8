"""Shows how time, memory and output grow with the input: the daily stage on generated days of 62,500 records, 4 and 16
times as many, and the monthly stage on the first 2, 8 and 31 days of the demo's October. Prints medians and each line's
ratio to the first of its stage: CPU should grow as the records do, and memory without the dedupe index hardly. The sizes
take turns. Needs about 2 GB below --dir (a folder in memory measures the program, not the disk)."""

import argparse
import pathlib
import sys
import time
from dataclasses import dataclass, field

from trailmill_dev import front, timing
from trailmill_dev.bench import data
from trailmill_dev.bench.machine import machine
from trailmill_dev.bench.options import add_place, at_least_one, folder, numbers
from trailmill_dev.bench.stages import Daily, Monthly
from trailmill_dev.bench.tables import show
from trailmill_dev.expect import Failed
from trailmill_dev.timing import Cost, run
from trailmill_dev.workspace import WITH_CORPUS, release_programs

STAGES = ("daily", "monthly")
# 1, 4 and 16 times
RECORDS = "62500,250000,1000000"
# 1, 4 and nearly 16 times: October has no more days
DAYS = "2,8,31"


def options(arguments: list[str]) -> argparse.Namespace:
    """The options of the bench."""
    parser = argparse.ArgumentParser(prog="scripts/bench growth", description=__doc__)
    parser.add_argument("--stage", action="append", choices=STAGES, dest="stages", help="a stage; both by default")
    parser.add_argument(
        "--records", type=numbers, default=RECORDS, help=f"records of the days, with commas between [{RECORDS}]"
    )
    parser.add_argument("--days", type=numbers, default=DAYS, help=f"days of the months, with commas between [{DAYS}]")
    parser.add_argument("--runs", type=at_least_one, default=5, help="runs of each, of which medians are printed [5]")
    parser.add_argument("--minutes", type=float, default=8, help="when to stop, whatever has run [8]")
    add_place(parser)
    said = parser.parse_args(arguments)
    if said.days[-1] > 31:
        parser.error("--days: October has 31")
    return said


@dataclass
class Size:
    """One amount of work, and what its runs cost."""

    name: str
    stage: Daily | Monthly
    runs: list[Cost] = field(default_factory=list)
    records: int = 0
    index: float = 0.0

    def once(self, deadline: float) -> None:
        """One run, from nothing."""
        self.stage.clean()
        done = run(self.stage.ours(), max(1.0, deadline - time.monotonic()))
        if time.monotonic() >= deadline:
            raise Failed(f"{self.name}: no time left after {done.cost.wall:.0f} s of a run")
        # 2: the demo has damaged log files, which are named
        if done.status not in (0, 2):
            raise Failed(f"{self.name}: exit status {done.status} after {done.cost.wall:.0f} s: {done.last_error}")
        committed = [line["committed"] for line in done.json_lines() if line.get("outcome") == "committed"]
        if not committed:
            raise Failed(f"{self.name}: nothing was committed: {done.out[:200]}")
        self.records = sum(each["totals"]["records_in"] for each in committed)
        self.index = max(each["index_bytes"] for each in committed) / 2**20
        self.runs.append(done.cost.sized(sum(each["totals"]["bytes_out"] for each in committed)))
        self.stage.clean()

    @property
    def median(self) -> Cost:
        """The medians of its runs."""
        return timing.median(self.runs)

    @property
    def without_index(self) -> float:
        """MiB without the dedupe index, which holds its old table, of half the size, and the new one when it grows."""
        return self.median.peak - 1.5 * self.index

    def row(self, first: "Size") -> list[str]:
        """Its medians, and their ratios to those of the smallest size."""
        cost, of = self.median, first.median
        return [
            self.name, f"{self.records:,}", str(len(self.runs)), f"{cost.cpu:.2f}", f"{cost.wall:.2f}",
            f"{cost.size / 1e6:.1f}", f"{cost.peak:.0f}", f"{self.index:.1f}", f"{self.without_index:.0f}",
            f"{self.records / first.records:.1f}", f"{cost.cpu / of.cpu:.1f}", f"{cost.wall / of.wall:.1f}",
            f"{cost.size / of.size:.1f}", f"{self.index / first.index:.1f}", f"{cost.peak / of.peak:.2f}",
            f"{self.without_index / first.without_index:.2f}",
        ]  # fmt: skip


HEAD = ["", "records in", "runs", "CPU s", "wall s", "MB out", "peak MiB", "index MiB", "without it",
        "× records", "× CPU", "× wall", "× out", "× index", "× peak", "× without it"]  # fmt: skip


def daily(place: pathlib.Path, release: pathlib.Path, records: list[int]) -> list[Size]:
    """Generated days, from the smallest on."""
    return [
        Size(f"a day of {count:,}", Daily(release, data.day(place, release, count), place / "work")) for count in records
    ]


def monthly(place: pathlib.Path, release: pathlib.Path, days: list[int]) -> list[Size]:
    """The first days of the demo's October."""
    month = data.month(place, release)
    lakes = {count: data.first_days(month, count, place / f"month-{count}") for count in days}
    return [Size(f"{count} days", Monthly(release, lake, place / "work")) for count, lake in lakes.items()]


def measure(sizes: list[Size], runs: int, deadline: float) -> str | None:
    """Runs the sizes in turn, as often as there is time for; what stopped it, if anything did."""
    for turn in range(1, runs + 1):
        print(f"turn {turn} of {runs} …", file=sys.stderr, flush=True)
        for size in sizes:
            last = size.runs[-1].wall if size.runs else 0.0
            if time.monotonic() + last > deadline:
                return f"no time left in turn {turn} of {runs}, before {size.name}"
            try:
                size.once(deadline)
            except Failed as failed:
                return str(failed)
    return None


def main(arguments: list[str]) -> int:
    """Prints a table for each stage."""
    said = options(arguments)
    front.end_in_order()
    release = release_programs(said.release, WITH_CORPUS, "trailmill", "examples/make-day")
    deadline = time.monotonic() + said.minutes * 60
    print(machine(), flush=True)
    stopped = None
    with folder(said.dir) as place:
        (place / "work").mkdir(exist_ok=True)
        for stage in said.stages or STAGES:
            print(f"{stage}: making its data …", file=sys.stderr, flush=True)
            sizes = daily(place, release, said.records) if stage == "daily" else monthly(place, release, said.days)
            stopped = measure(sizes, said.runs, deadline) or stopped
            print(f"\nthe {stage} stage: medians, × is the ratio to the first line\n")
            if measured := [size for size in sizes if size.runs]:
                show([HEAD, *(size.row(measured[0]) for size in measured)], said.markdown)
            sys.stdout.flush()
    print("\n- linear should be: CPU, wall, what comes out, and the dedupe index, which doubles when it is full")
    print("- flat should be: the memory without the index: the peak less 1.5 times the index, its old table and its new one")
    if stopped:
        print(f"stopped early: {stopped}", file=sys.stderr)
    return 1 if stopped else 0
