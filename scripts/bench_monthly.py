"""Runs `trailmill monthly` and DuckDB in turn over the same days, and prints wall, CPU and peak memory of each."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

DUCKDB = """
import duckdb, sys
duckdb.sql("SET preserve_insertion_order = false")
duckdb.sql(f"COPY (SELECT * FROM read_ndjson('{sys.argv[1]}', union_by_name = true, sample_size = 20000,"
           f" maximum_object_size = 16777216, hive_partitioning = false)) TO '{sys.argv[2]}'"
           f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)")
"""


def first_days(lake: pathlib.Path, days: int, to: pathlib.Path) -> None:
    """A lake of the first days of the month."""
    for day in range(1, days + 1):
        for path in (f"cloudtrail_daily/year=2026/month=10/day={day:02}", f"_journal/cloudtrail_daily/2026-10-{day:02}"):
            shutil.copytree(lake / path, to / path)


def measured(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of a command."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in (0, 2):
        sys.exit(f"{command[0]} failed: {process.stderr.read().decode()}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    folder, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    print(f"{'days':>4} {'tool':9} {'wall s':>7} {'cpu s':>7} {'peak MiB':>9} {'MB out':>7}   (medians of {runs})")
    for days in (10, 31):
        lake = folder / f"lake-{days}"
        shutil.rmtree(lake, ignore_errors=True)
        first_days(folder / "demo/lake", days, lake)
        other = folder / "duckdb.parquet"
        ours = ["target/release/trailmill", "monthly", "--lake", str(lake), "--month", "2026-10", "--table", "cloudtrail",
                "--allow-gaps", "--rebuild"]
        theirs = [sys.executable, "-c", DUCKDB, f"{lake}/cloudtrail_daily/**/*.ndjson.gz", str(other)]
        rows: dict[str, list[tuple[float, float, float]]] = {"trailmill": [], "duckdb": []}
        for _ in range(runs):
            rows["trailmill"].append(measured(ours))
            rows["duckdb"].append(measured(theirs))
        size = {"trailmill": sum(path.stat().st_size for path in lake.glob("cloudtrail_monthly/**/*.parquet")),
                "duckdb": other.stat().st_size}
        for tool, measures in rows.items():
            wall, cpu, peak = (statistics.median(column) for column in zip(*measures))
            print(f"{days:4} {tool:9} {wall:7.2f} {cpu:7.2f} {peak:9.0f} {size[tool] / 1e6:7.1f}")
        ratios = [b[0] / a[0] for a, b in zip(rows["trailmill"], rows["duckdb"])]
        print(f"{days:4} duckdb takes {statistics.median(ratios):.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})")
        shutil.rmtree(lake)
        other.unlink()


if __name__ == "__main__":
    main()
