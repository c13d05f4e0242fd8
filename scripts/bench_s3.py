"""The runs of scripts/bench-s3: FOLDER LATENCY RUNS, with the logs in FOLDER/logs."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time

FOLDER, LATENCY, RUNS = sys.argv[1], sys.argv[2], int(sys.argv[3])
RELEASE = "target/release"


class Server:
    """The tests' S3 with the logs in it, until the block ends; then `requests` has what came, by kind."""

    def __init__(self, *options: str):
        self.command = [f"{RELEASE}/examples/s3-server", *options, f"logs={FOLDER}/logs", "lake"]
        self.requests: dict[str, int] = {}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        printed, _ = self.process.communicate()
        self.requests = json.loads(printed)


def daily(source: str, lake: str, endpoint: str = "", *options: str) -> tuple[float, float, float]:
    """Wall and CPU seconds and peak MiB of one run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
        "AWS_EC2_METADATA_DISABLED": "true",
    } if endpoint else {}
    command = [f"{RELEASE}/trailmill", "daily", "--json", "--source", source, "--lake", lake, *options]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    summary = next(line for line in map(json.loads, done.stdout.splitlines()) if "summary" in line)
    assert summary["summary"]["files_in"] > 3_911 and summary["failed"] == 0, summary
    return wall, cpu, summary["peak_memory_bytes"] / 2**20


def show(name: str, runs: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    median = tuple(statistics.median(column) for column in zip(*runs))
    walls = [wall for wall, _, _ in runs]
    print(f"{name:34} {median[0]:7.2f} {min(walls):6.2f} to {max(walls):5.2f} {median[1]:7.2f} {median[2]:9.1f}", flush=True)
    return median


print(f"{LATENCY} ms a request; medians of {RUNS} runs, but one of those one file at a time")
print(f"{'':34} {'wall s':>7} {'wall, range':>15} {'cpu s':>7} {'peak MiB':>9}")
disk = show("from a disk to a disk", [daily(f"{FOLDER}/logs", f"{FOLDER}/lake-{run}") for run in range(RUNS)])
with Server("--latency", LATENCY) as server:
    many = show("S3", [daily("s3://logs", f"s3://lake/{run}", server.endpoint) for run in range(RUNS)])
calls = sum(count for kind, count in server.requests.items() if kind != "faults") / RUNS
with Server("--latency", LATENCY) as server:
    one = show("S3, one file at a time", [daily("s3://logs", "s3://lake/one", server.endpoint, "--fetches", "1")])
with Server("--latency", LATENCY, "--throttle", "30") as server:
    throttled = show("S3, 30 % of requests refused", [daily("s3://logs", f"s3://lake/{run}", server.endpoint) for run in range(RUNS)])
more = sum(count for kind, count in server.requests.items() if kind != "faults") / RUNS
print(f"one file at a time / default: {one[0] / many[0]:.0f} x")
print(f"requests a run: {calls:.0f}; CPU a request beyond that of the disk's: {(many[1] - disk[1]) / calls * 1e6:.0f} us")
print(f"with 30 % refused: {more:.0f} requests a run, {more / calls:.2f} x")
