"""Times and weighs the daily stage on generated days: the ordinary one of 3,911 log files, and one of RECORDS records
(1,000,000 by default, 1.6 GB of JSON). Prints wall and CPU seconds, peak memory, and the size of the dedupe index.
Needs about 600 MB below DIR (a folder in memory measures the program, not the disk)."""

import argparse
import pathlib
import shutil
import statistics
import sys
from dataclasses import dataclass

from trailmill_dev.bench.days import whole_day
from trailmill_dev.bench.options import add_release, at_least_one, folder
from trailmill_dev.bench.tables import show
from trailmill_dev.timing import Cost, median, run
from trailmill_dev.workspace import WITH_CORPUS, release_programs

HEAD = ["day", "run", "wall s", "cpu s", "peak MiB", "index MiB", "records", "bytes out"]


@dataclass(frozen=True)
class Once:
    """One run: what it cost, MiB of its dedupe index, records in."""

    cost: Cost
    index: float
    records: int

    def row(self, day: str, number: int) -> list[str]:
        """The run as a row of the table."""
        cost = self.cost
        measures = [f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak:.1f}", f"{self.index:.1f}"]
        return [day, str(number), *measures, str(self.records), str(cost.size)]


def once(release: pathlib.Path, source: pathlib.Path, lake: pathlib.Path) -> Once:
    """Runs the daily stage from nothing. Ends the process where that fails."""
    shutil.rmtree(lake, ignore_errors=True)
    done = run([release / "trailmill", "daily", "--json", "--source", source, "--lake", lake])
    if done.status != 0:
        sys.exit(f"trailmill daily ended with {done.status}: {done.last_error}")
    lines = done.json_lines()
    index = max(line["committed"]["index_bytes"] for line in lines if "partition" in line and line.get("committed"))
    summary = next(line["summary"] for line in lines if "summary" in line)
    return Once(done.cost.sized(summary["bytes_out"]), index / 2**20, summary["records_in"])


def main(arguments: list[str]) -> int:
    """Prints a table for each day."""
    parser = argparse.ArgumentParser(prog="scripts/bench daily", description=__doc__)
    parser.add_argument(
        "dir", nargs="?", type=pathlib.Path, help="where the days are made, or were; a temporary folder by default"
    )
    parser.add_argument("records", nargs="?", type=int, default=1_000_000, help="records of the large day [1000000]")
    parser.add_argument("--runs", type=at_least_one, default=5, help="runs of each day [5]")
    add_release(parser)
    said = parser.parse_args(arguments)
    release = release_programs(said.release, WITH_CORPUS, "trailmill", "examples/make-day")
    with folder(said.dir) as place:
        for day, records in {"ordinary": None, "large": said.records}.items():
            source, lake = whole_day(place, release, records), place / "lake"
            runs = [once(release, source, lake) for _ in range(said.runs)]
            shutil.rmtree(lake)
            show([HEAD, *(each.row(day, number) for number, each in enumerate(runs, 1))])
            middle, index = median([each.cost for each in runs]), statistics.median(each.index for each in runs)
            measures = f"{middle.wall:.2f} s, {middle.cpu:.2f} s of CPU, {middle.peak:.1f} MiB"
            print(f"{day}, medians: {measures}, {middle.peak - index:.1f} MiB beyond the index\n", flush=True)
    return 0
