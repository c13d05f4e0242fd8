"""The runs of scripts/bench-growth."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field

from peers import data
from peers.tables import show
from peers.tools import Daily, Failed, Monthly, Run, clear, machine, run

STAGES = ("daily", "monthly")
RECORDS = "62500,250000,1000000"
DAYS = "2,8,31"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-growth", description="Cost and memory as the work grows.")
    parser.add_argument("--stage", action="append", choices=STAGES, dest="stages", help="a stage; both by default")
    parser.add_argument("--records", default=RECORDS, help=f"records of the days, with commas between [{RECORDS}]")
    parser.add_argument("--days", default=DAYS, help=f"days of the months, with commas between [{DAYS}]")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, of which medians are printed [5]")
    parser.add_argument("--minutes", type=float, default=30, help="when to stop, whatever has run [30]")
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/PERFORMANCE.md")
    return parser.parse_args()


@dataclass
class Size:
    """One amount of work, and what its runs cost."""

    name: str
    stage: Daily | Monthly
    runs: list[Run] = field(default_factory=list)
    records: int = 0
    index: int = 0

    def once(self, seconds: float) -> None:
        """One run, from nothing."""
        self.stage.clean()
        cost, status, out, errors = run(self.stage.ours(), seconds)
        if status != 0:
            last = (errors.strip().splitlines() or [""])[-1]
            raise Failed(f"{self.name}: exit status {status} after {cost.wall:.0f} s: {last[:200]}")
        self.runs.append(cost)
        lines = [json.loads(line) for line in out.splitlines()]
        committed = [line["committed"] for line in lines if "partition" in line]
        self.records = sum(each["totals"]["records_in"] for each in committed)
        self.index = max(each["index_bytes"] for each in committed)
        self.stage.clean()

    def median(self, measure: str) -> float:
        return statistics.median(getattr(cost, measure) for cost in self.runs)

    def row(self, first: "Size") -> list[str]:
        cpu, peak, index = self.median("cpu"), self.median("peak"), self.index / 2**20
        each, at_first = cpu / self.records, first.median("cpu") / first.records
        peaks = [cost.peak for cost in self.runs]
        return [
            self.name, f"{self.records:,}", str(len(self.runs)), f"{cpu:.2f}", f"{self.median('wall'):.2f}", f"{peak:.0f}",
            f"{min(peaks):.0f} to {max(peaks):.0f}", f"{index:.1f}", f"{peak - index:.0f}",
            f"{index / peak * 100:.0f} %", f"{each * 1e6:.2f}",
            f"{self.records / first.records:.2f}", f"{cpu / first.median('cpu'):.2f}", f"{each / at_first:.2f}",
            f"{self.median('wall') / first.median('wall'):.2f}", f"{peak / first.median('peak'):.2f}",
        ]  # fmt: skip


HEAD = ["", "records in", "runs", "CPU s", "wall s", "peak MiB", "range", "index MiB", "beyond it MiB", "index of peak",
        "CPU µs a record", "× records", "× CPU", "× CPU a record", "× wall", "× peak"]  # fmt: skip


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


def measure(sizes: list[Size], runs: int, deadline: float) -> list[str]:
    """Runs the sizes in turn, as often as there is time for, and says what failed."""
    for turn in range(runs):
        for size in sizes:
            last = size.runs[-1].wall if size.runs else 0.0
            if time.monotonic() + last > deadline:
                return [f"no time left in turn {turn + 1} of {runs}, before {size.name}"]
            print(f"turn {turn + 1}: {size.name} …", file=sys.stderr, flush=True)
            try:
                size.once(deadline - time.monotonic())
            except Failed as failed:
                return [str(failed)]
    return []


def numbers(text: str) -> list[int]:
    return sorted(int(number) for number in text.split(","))


def main() -> None:
    said = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    deadline = time.monotonic() + said.minutes * 60
    release = (said.release or pathlib.Path("target/release")).resolve()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (said.dir or pathlib.Path(temporary)).resolve()
        (folder / "work").mkdir(parents=True, exist_ok=True)
        for stage in said.stages or STAGES:
            of_days = stage == "daily"
            sizes = daily(folder, release, numbers(said.records)) if of_days else monthly(folder, release, numbers(said.days))
            notes = measure(sizes, said.runs, deadline)
            measured = [size for size in sizes if size.runs]
            print(f"\nthe {stage} stage; × is the ratio to the first line\n")
            if measured:
                show([HEAD, *(size.row(measured[0]) for size in measured)], said.markdown)
            for note in notes:
                print(f"- {note}")


if __name__ == "__main__":
    main()
