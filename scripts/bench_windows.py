"""The runs of scripts/bench-windows: FOLDER RUNS LATENCY, with the logs of two days in FOLDER/small and FOLDER/large."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

FOLDER, RUNS, LATENCY = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
RELEASE = "target/release"
# seconds between two looks at a folder that are too many to tell when something happened
LONGEST_LOOK_AWAY = 0.005
# of each run: milliseconds from the first new part to the commit, and from the commit to the last old part deleted
Windows = tuple[float, float, float]


class Partition:
    """Where the parts and the journal of a partition are, in a lake."""

    def __init__(self, stage: str):
        day = "/day=15" if stage == "daily" else ""
        self.parts = f"cloudtrail_{stage}/year=2026/month=10{day}"
        self.journal = f"_journal/cloudtrail_{stage}/2026-10{'-15' if stage == 'daily' else ''}"


def command(stage: str, source: str, lake: str, *options: str) -> list[str]:
    """The command for the partition of a stage."""
    where = ["--source", source] if stage == "daily" else ["--month", "2026-10", "--table", "cloudtrail", "--allow-gaps"]
    return [f"{RELEASE}/trailmill", stage, "--json", *where, "--lake", lake, *options]


def check(status: int, said: str) -> None:
    """Ends the script where a run failed; 2 is a log file that is broken on purpose."""
    if status not in (0, 2):
        sys.exit(f"a run failed with {status}: {said}")


def window(appeared: float, committed: float, gone: float | None) -> Windows:
    """The windows of a run whose old parts, if any, were gone at a time."""
    return committed - appeared, (gone or committed) - committed, (gone or committed) - appeared


class Disk:
    """Lakes in folders. A run is watched by looking at the partition over and over."""

    name = "folder"

    def __init__(self) -> None:
        self.passed_over = 0

    def source(self, day: str) -> str:
        return str(FOLDER / day)

    def lake(self, name: str) -> str:
        lake = FOLDER / f"lake-{name}"
        shutil.rmtree(lake, ignore_errors=True)
        return str(lake)

    def measure(self, arguments: list[str], lake: str, of: Partition) -> tuple[Windows, int] | None:
        """What was seen; nothing where the other processes of the machine did not let us look often enough."""
        parts, journal = pathlib.Path(lake, of.parts), pathlib.Path(lake, of.journal)
        entries = len(list(journal.glob("*"))) if journal.exists() else 0
        commit = journal / f"{entries + 2:06}.json.gz"
        old = set(os.listdir(parts)) if parts.exists() else set()
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        appeared = committed = gone = None
        looked, longest, runs = time.perf_counter(), 0.0, True
        while gone is None and runs:
            runs = process.poll() is None  # and then one more look
            now = time.perf_counter()
            try:
                seen = set(os.listdir(parts))
            except FileNotFoundError:
                seen = set()
            if appeared is None and seen - old:
                appeared = now
            if appeared is not None:
                longest = max(longest, now - looked)
                if committed is None and commit.exists():
                    committed = now
                if committed is not None and not seen & old:
                    gone = now
            looked = now
        said = process.stderr.read().decode()
        check(process.wait(), said)
        if longest > LONGEST_LOOK_AWAY:
            self.passed_over += 1
            return None
        found = window(appeared, committed, gone if old else None)
        return tuple(value * 1000 for value in found), len(os.listdir(parts))


class Bucket:
    """Lakes in the tests' own S3. Its log has the time at which each request came; all take effect as long after it."""

    name = f"S3, {LATENCY} ms"

    def __init__(self) -> None:
        days = [f"{day}={FOLDER / day}" for day in ("small", "large")]
        server = [f"{RELEASE}/examples/s3-server", "--log", "--latency", LATENCY, *days, "lake"]
        self.log: list[str] = []
        self.server = subprocess.Popen(
            server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=lambda: self.log.extend(self.server.stderr), daemon=True).start()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
            "AWS_ENDPOINT_URL": self.server.stdout.readline().strip(),
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def source(self, day: str) -> str:
        return f"s3://{day}"

    def lake(self, name: str) -> str:
        return f"s3://lake/{name}"

    def measure(self, arguments: list[str], lake: str, of: Partition) -> tuple[Windows, int] | None:
        start = len(self.log)
        done = subprocess.run(arguments, capture_output=True, text=True, env=self.environment)
        check(done.returncode, done.stdout + done.stderr)
        time.sleep(0.2)  # until the last lines of the log are read
        prefix = lake.removeprefix("s3://lake/")
        came: dict[str, list[float]] = {"CompleteUpload": [], "Put": [], "Delete": []}
        for line in self.log[start:]:
            at, operation, bucket, key = line.rstrip("\n").lstrip().split(" ", 3)
            where = of.journal if operation == "Put" else of.parts
            if bucket == "lake" and operation in came and key.startswith(f"{prefix}/{where}"):
                came[operation].append(float(at))
        gone = max(came["Delete"], default=None)
        found = window(min(came["CompleteUpload"]), max(came["Put"]), gone)
        return found, len(came["CompleteUpload"])


def row(what: str, place: str, found: list[tuple[Windows, int]], replaces: bool) -> None:
    """One line of the table."""
    columns = [f"{statistics.median(of):.1f} ({max(of):.1f})" for of in zip(*(windows for windows, _ in found))]
    if not replaces:
        columns[1:] = ["", ""]
    print(f"| {what} | {place} | {found[0][1]} | {len(found)} | {' | '.join(columns)} |", flush=True)


def measure_day(place: Disk | Bucket, day: str) -> None:
    """A day's first run and its rebuild, each often enough."""
    first, again, number = [], [], 0
    while min(len(first), len(again)) < RUNS:
        lake = place.lake(f"{day}-{number}")
        arguments = command("daily", place.source(day), lake, "--day", "2026-10-15")
        first.append(place.measure(arguments, lake, Partition("daily")))
        again.append(place.measure([*arguments, "--rebuild"], lake, Partition("daily")))
        first, again = [run for run in first if run], [run for run in again if run]
        number += 1
        if place.name == Disk.name and number > 1:
            shutil.rmtree(lake)
    row("daily, first run", place.name, first[:RUNS], False)
    row("daily `--rebuild`", place.name, again[:RUNS], True)


def main() -> None:
    print("| | lake | parts | runs | first new part to commit | commit to last old part gone | both together |")
    print("|---|---|---|---|---|---|---|", flush=True)
    disk = Disk()
    for place in (disk, Bucket()):
        measure_day(place, "small")
        lake = f"{FOLDER}/lake-small-0" if place is disk else "s3://lake/small-0"
        for rows in (100_000, 3_500, 500):
            arguments = command("monthly", "", lake, "--rebuild", "--row-group", "1", "--part-rows", str(rows))
            place.measure(arguments, lake, Partition("monthly"))  # what is replaced has as many parts
            runs = []
            while len(runs) < RUNS:
                runs.append(place.measure(arguments, lake, Partition("monthly")))
                runs = [run for run in runs if run]
            row("monthly `--rebuild`", place.name, runs, True)
        measure_day(place, "large")
    print(f"milliseconds, median (longest); {disk.passed_over} runs passed over, too seldom looked at", file=sys.stderr)


if __name__ == "__main__":
    main()
