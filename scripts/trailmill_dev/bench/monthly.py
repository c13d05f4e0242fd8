"""Times and weighs the monthly stage on the demo's month (31 days, 433,390 records, 707 MB of JSON), and on its first
ten days, to see whether memory grows with the month. DuckDB in turn makes Parquet of the same NDJSON, with the columns
it finds by itself: no deduplication, no month rule, and no way back. Runs alternate, so a busy machine slows both.
Needs about 1.5 GB below DIR."""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys

from trailmill_dev.bench.data import first_days
from trailmill_dev.bench.options import add_release, at_least_one, folder
from trailmill_dev.bench.tables import show
from trailmill_dev.timing import Command, Cost, median, run
from trailmill_dev.workspace import TRAILMILL, release_programs

HEAD = ["tool", "days", "wall s", "cpu s", "peak MiB", "MB out"]
DUCKDB = """
import duckdb, sys
duckdb.sql("SET preserve_insertion_order = false")
duckdb.sql(f"COPY (SELECT * FROM read_ndjson('{sys.argv[1]}', union_by_name = true, sample_size = 20000,"
           f" maximum_object_size = 16777216, hive_partitioning = false)) TO '{sys.argv[2]}'"
           f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)")
"""


def cost_of(command: Command) -> Cost:
    """What a command costs. Ends the process where it fails; 2 is a log file that is broken on purpose."""
    done = run(command)
    if done.status not in (0, 2):
        sys.exit(f"{command[0]} failed: {done.errors}")
    return done.cost


def demo(place: pathlib.Path, release: pathlib.Path) -> pathlib.Path:
    """The demo's lake, made once."""
    made = place / "demo"
    if not made.exists():
        with (place / "demo.log").open("wb") as log:
            status = subprocess.run([release / "trailmill", "demo", "--dir", made], stdout=log, check=False).returncode
        if status not in (0, 2):
            sys.exit(f"trailmill demo ended with {status}")
    return made / "lake"


def main(arguments: list[str]) -> int:
    """Prints a table for each number of days."""
    parser = argparse.ArgumentParser(prog="scripts/bench monthly", description=__doc__)
    parser.add_argument(
        "dir", nargs="?", type=pathlib.Path, help="where the month is made, or was; a temporary folder by default"
    )
    parser.add_argument(
        "runs", nargs="?", type=at_least_one, default=5, help="runs of each, of which medians are printed [5]"
    )
    add_release(parser)
    said = parser.parse_args(arguments)
    release = release_programs(said.release, TRAILMILL, "trailmill")
    with folder(said.dir) as place:
        month = demo(place, release)
        for days in (10, 31):
            lake, other = first_days(month, days, place / f"lake-{days}"), place / "duckdb.parquet"
            ours: Command = [release / "trailmill", "monthly", "--lake", lake, "--month", "2026-10", "--table", "cloudtrail",
                    "--allow-gaps", "--rebuild"]  # fmt: skip
            theirs: Command = [sys.executable, "-c", DUCKDB, f"{lake}/cloudtrail_daily/**/*.ndjson.gz", str(other)]
            pairs = [(cost_of(ours), cost_of(theirs)) for _ in range(said.runs)]
            size = sum(path.stat().st_size for path in lake.glob("cloudtrail_monthly/**/*.parquet"))
            tools = {
                "trailmill": median([pair[0] for pair in pairs]).sized(size),
                "duckdb": median([pair[1] for pair in pairs]).sized(other.stat().st_size),
            }
            show([HEAD, *(row(tool, days, cost) for tool, cost in tools.items())])
            ratios = [duckdb.wall / trailmill.wall for trailmill, duckdb in pairs]
            times = f"{statistics.median(ratios):.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})"
            print(f"medians of {said.runs}; duckdb takes {times}\n", flush=True)
            shutil.rmtree(lake)
            other.unlink()
    return 0


def row(tool: str, days: int, cost: Cost) -> list[str]:
    """One tool's medians."""
    return [tool, str(days), f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak:.0f}", f"{cost.size / 1e6:.1f}"]
