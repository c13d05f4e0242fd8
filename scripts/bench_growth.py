"""The runs of scripts/bench-growth."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field

from peers import data
from peers.tables import numbers, show
from peers.tools import Daily, Failed, Monthly, Run, built, clear, machine, run, stoppable

STAGES = ("daily", "monthly")
# 1, 4 and 16 times
RECORDS = "62500,250000,1000000"
# 1, 4 and nearly 16 times: October has no more days
DAYS = "2,8,31"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-growth", description="Time, memory and output as the input grows.")
    parser.add_argument("--stage", action="append", choices=STAGES, dest="stages", help="a stage; both by default")
    parser.add_argument("--records", type=numbers, default=RECORDS, help=f"records of the days, with commas between [{RECORDS}]")
    parser.add_argument("--days", type=numbers, default=DAYS, help=f"days of the months, with commas between [{DAYS}]")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, of which medians are printed [5]")
    parser.add_argument("--minutes", type=float, default=8, help="when to stop, whatever has run [8]")
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/internals/performance.md")
    said = parser.parse_args()
    if said.runs < 1:
        parser.error("--runs: at least one")
    if said.days[-1] > 31:
        parser.error("--days: October has 31")
    return said


@dataclass
class Size:
    """One amount of work, and what its runs cost."""

    name: str
    stage: Daily | Monthly
    runs: list[Run] = field(default_factory=list)
    records: int = 0
    index: float = 0.0

    def once(self, deadline: float) -> None:
        """One run, from nothing."""
        self.stage.clean()
        cost, status, out, errors = run(self.stage.ours(), max(1.0, deadline - time.monotonic()))
        if time.monotonic() >= deadline:
            raise Failed(f"{self.name}: no time left after {cost.wall:.0f} s of a run")
        # 2: the demo has damaged log files, which are named
        if status not in (0, 2):
            last = (errors.strip().splitlines() or [""])[-1]
            raise Failed(f"{self.name}: exit status {status} after {cost.wall:.0f} s: {last[:200]}")
        lines = [json.loads(line) for line in out.splitlines()]
        committed = [line["committed"] for line in lines if line.get("outcome") == "committed"]
        if not committed:
            raise Failed(f"{self.name}: nothing was committed: {out[:200]}")
        self.records = sum(each["totals"]["records_in"] for each in committed)
        self.index = max(each["index_bytes"] for each in committed) / 2**20
        self.runs.append(cost.sized(sum(each["totals"]["bytes_out"] for each in committed)))
        self.stage.clean()

    def median(self, measure: str) -> float:
        return statistics.median(getattr(cost, measure) for cost in self.runs)

    @property
    def beside(self) -> float:
        """MiB beside the dedupe index, which holds its old table, of half the size, and the new one when it grows."""
        return self.median("peak") - 1.5 * self.index

    def row(self, first: "Size") -> list[str]:
        measures = {measure: self.median(measure) for measure in ("cpu", "wall", "peak", "size")}
        ratios = {measure: value / first.median(measure) for measure, value in measures.items()}
        grown = self.records / first.records
        return [
            self.name, f"{self.records:,}", str(len(self.runs)), f"{measures['cpu']:.2f}", f"{measures['wall']:.2f}",
            f"{measures['size'] / 1e6:.1f}", f"{measures['peak']:.0f}", f"{self.index:.1f}", f"{self.beside:.0f}",
            f"{grown:.1f}", f"{ratios['cpu']:.1f}", f"{ratios['wall']:.1f}", f"{ratios['size']:.1f}",
            f"{self.index / first.index:.1f}", f"{ratios['peak']:.2f}", f"{self.beside / first.beside:.2f}",
        ]  # fmt: skip


HEAD = ["", "records in", "runs", "CPU s", "wall s", "MB out", "peak MiB", "index MiB", "without it",
        "× records", "× CPU", "× wall", "× out", "× index", "× peak", "× without it"]  # fmt: skip


def first_days(month: pathlib.Path, days: int, lake: pathlib.Path) -> pathlib.Path:
    """A lake of the first days of a month, of the same files."""
    clear(lake)
    for day in range(1, days + 1):
        for path in (f"cloudtrail_daily/year=2026/month=10/day={day:02}", f"_journal/cloudtrail_daily/2026-10-{day:02}"):
            shutil.copytree(month / path, lake / path, copy_function=os.link)
    return lake


def daily(folder: pathlib.Path, release: pathlib.Path, records: list[int]) -> list[Size]:
    """Made days, from the smallest on."""
    return [Size(f"a day of {count:,}", Daily(release, data.day(folder, release, count), folder / "work")) for count in records]


def monthly(folder: pathlib.Path, release: pathlib.Path, days: list[int]) -> list[Size]:
    """The first days of the demo's October."""
    month = data.month(folder, release)
    lakes = {count: first_days(month, count, folder / f"month-{count}") for count in days}
    return [Size(f"{count} days", Monthly(release, lake, folder / "work")) for count, lake in lakes.items()]


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


def main() -> None:
    said = options()
    stoppable()
    deadline = time.monotonic() + said.minutes * 60
    release = built(said.release, "trailmill", "examples/make-day")
    print(machine(), flush=True)
    stopped = None
    with tempfile.TemporaryDirectory() as temporary:
        folder = (said.dir or pathlib.Path(temporary)).resolve()
        (folder / "work").mkdir(parents=True, exist_ok=True)
        for stage in said.stages or STAGES:
            print(f"{stage}: making its data …", file=sys.stderr, flush=True)
            sizes = daily(folder, release, said.records) if stage == "daily" else monthly(folder, release, said.days)
            stopped = measure(sizes, said.runs, deadline) or stopped
            print(f"\nthe {stage} stage: medians, × is the ratio to the first line\n")
            if measured := [size for size in sizes if size.runs]:
                show([HEAD, *(size.row(measured[0]) for size in measured)], said.markdown)
            sys.stdout.flush()
    print("\n- linear should be: CPU, wall, what comes out, and the dedupe index, which doubles when it is full")
    print("- flat should be: the memory without the index, which is the peak less 1.5 times the index: its old table and its new one")
    if stopped:
        sys.exit(f"stopped early: {stopped}")


if __name__ == "__main__":
    main()
