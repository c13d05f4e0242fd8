"""Times and weighs the ordinary day of 3,911 log files in an S3 where every request takes LATENCY milliseconds: at
default settings, one log file at a time, with 30 percent of requests refused (503 SlowDown), and from a disk. The
server is the S3 of testkit, in a process of its own on 127.0.0.1, so it takes its share of the cores."""

import argparse
import pathlib
import sys
import tempfile

from trailmill_dev.bench.days import whole_day
from trailmill_dev.bench.options import add_release, at_least_one
from trailmill_dev.bench.tables import show
from trailmill_dev.testkit_s3 import TestkitS3, without_aws
from trailmill_dev.timing import Cost, median, run
from trailmill_dev.workspace import WITH_CORPUS, release_programs

HEAD = ["", "wall s", "wall, range", "cpu s", "peak MiB"]


def daily(
    release: pathlib.Path, source: str | pathlib.Path, lake: str | pathlib.Path, environment: dict[str, str], *options: str
) -> Cost:
    """One run of the daily stage. Ends the process where the run fails, or reads too few files."""
    command = [release / "trailmill", "daily", "--json", "--source", source, "--lake", lake, *options]
    done = run(command, environment=environment)
    if done.status != 0:
        sys.exit(f"trailmill daily ended with {done.status}: {done.last_error}")
    summary = next(line for line in done.json_lines() if "summary" in line)
    if summary["summary"]["files_in"] <= 3_911 or summary["failed"]:
        sys.exit(f"the run was not of the whole day: {summary}")
    return done.cost


def row(name: str, runs: list[Cost]) -> list[str]:
    """Medians, and the range of wall seconds."""
    middle, walls = median(runs), [cost.wall for cost in runs]
    return [name, f"{middle.wall:.2f}", f"{min(walls):.2f} to {max(walls):.2f}", f"{middle.cpu:.2f}", f"{middle.peak:.1f}"]


def main(arguments: list[str]) -> int:
    """Prints a table and what follows from it."""
    parser = argparse.ArgumentParser(prog="scripts/bench s3", description=__doc__)
    parser.add_argument("latency", nargs="?", default="15", help="milliseconds that a request takes [15]")
    parser.add_argument("runs", nargs="?", type=at_least_one, default=5, help="runs of each; one file at a time has one [5]")
    add_release(parser)
    said = parser.parse_args(arguments)
    programs = ("trailmill", "examples/make-day", "examples/s3-server")
    release = release_programs(said.release, WITH_CORPUS, *programs, in_process_s3=True)
    with tempfile.TemporaryDirectory() as temporary:
        place = pathlib.Path(temporary)
        logs = whole_day(place, release)
        print(f"{said.latency} ms a request; medians of {said.runs} runs, but one of those one file at a time", flush=True)
        disk = [daily(release, logs, place / f"lake-{number}", without_aws()) for number in range(said.runs)]

        def server(*options: str) -> TestkitS3:
            return TestkitS3(release, [f"logs={logs}", "lake"], latency=said.latency, options=options)

        def over_s3(server: TestkitS3, lake: object, *options: str) -> Cost:
            return daily(release, "s3://logs", f"s3://lake/{lake}", server.environment(), *options)

        with server() as ordinary:
            many = [over_s3(ordinary, number) for number in range(said.runs)]
        with server() as alone:
            one = [over_s3(alone, "one", "--fetches", "1")]
        with server("--throttle", "30") as refusing:
            throttled = [over_s3(refusing, number) for number in range(said.runs)]
    rows = {
        "from a disk to a disk": disk,
        "S3": many,
        "S3, one file at a time": one,
        "S3, 30 % of requests refused": throttled,
    }
    show([HEAD, *(row(name, runs) for name, runs in rows.items())])
    calls, more = ordinary.calls() / said.runs, refusing.calls() / said.runs
    beyond = (median(many).cpu - median(disk).cpu) / calls * 1e6
    print(f"one file at a time / default: {median(one).wall / median(many).wall:.0f} x")
    print(f"requests a run: {calls:.0f}; CPU a request beyond that of the disk's: {beyond:.0f} us")
    print(f"with 30 % refused: {more:.0f} requests a run, {more / calls:.2f} x")
    return 0
