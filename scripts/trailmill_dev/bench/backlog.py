"""Times a backlog of a month: one request, and `trailmill worker` with eight days at once until the month's Parquet is
committed; then `trailmill run` on the same logs, which needs no queue. S3 is testkit's, where every request takes LATENCY
milliseconds; SQS is ministack's. All on 127.0.0.1, and on the same cores."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import botocore.session

from trailmill_dev import front
from trailmill_dev.bench.options import add_release
from trailmill_dev.expect import Failed, present
from trailmill_dev.ministack import KEY, REGION, SECRET, Ministack
from trailmill_dev.testkit_s3 import CREDENTIALS, TestkitS3
from trailmill_dev.timing import run
from trailmill_dev.workspace import TRAILMILL, release_programs

DAYS_AT_ONCE = "8"


class Backlog:
    """The command with some servers as AWS, and no other."""

    def __init__(self, release: pathlib.Path, folder: pathlib.Path, s3: str, month: str) -> None:
        self.command, self.folder, self.s3, self.month = str(release / "trailmill"), folder, s3, month

    def environment(self, sqs: str) -> dict[str, str]:
        """The command's environment: nothing of the caller's but the path."""
        servers = {"AWS_ENDPOINT_URL_S3": self.s3, "AWS_ENDPOINT_URL_SQS": sqs}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **CREDENTIALS, "AWS_REGION": REGION, **servers}

    def by_worker(self) -> tuple[float, float, int]:
        """Seconds from the request to the last day and to the Parquet, and the rows of the Parquet."""
        server = Ministack(self.folder, auth=False)
        try:
            server.answered()
            return self.drained(self.environment(server.url), queues(server.url))
        finally:
            server.stop()

    def drained(self, environment: dict[str, str], urls: dict[str, str]) -> tuple[float, float, int]:
        """The same, of queues that are there."""
        places = ["--source", "s3://logs", "--lake", "s3://lake/worker", "--days-at-once", DAYS_AT_ONCE]
        of_queues = [part for name, url in urls.items() for part in (f"--{name.removesuffix('.fifo')}", url)]
        command = [self.command, "worker", *places, *of_queues]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            started, last_day = time.monotonic(), 0.0
            submit = [self.command, "submit", "--queue", urls["requests"], "--month", self.month]
            subprocess.run(submit, env=environment, check=True, stdout=subprocess.DEVNULL)
            for line in present(worker.stdout, "the worker has no standard output"):
                said = json.loads(line)
                if said["Failures"]:
                    raise Failed(f"a message failed: {line}")
                if said["Function"] == "daily":
                    last_day = time.monotonic() - started
                if said["Function"] == "monthly":
                    return last_day, time.monotonic() - started, int(said["RecordsOut"])
            raise Failed("the worker ended before the month was committed")
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.communicate()

    def alone(self) -> float:
        """Seconds that `trailmill run` takes."""
        command = [self.command, "run", "--source", "s3://logs", "--lake", "s3://lake/run", "--allow-gaps"]
        done = run([*command, "--days-at-once", DAYS_AT_ONCE], environment=self.environment(self.s3))
        if done.status not in (0, 2):
            raise Failed(f"trailmill run ended with {done.status}: {done.last_error}")
        return done.cost.wall


def queues(url: str) -> dict[str, str]:
    """New queues for a worker, by the names of its options."""
    sqs = botocore.session.get_session().create_client(
        "sqs", REGION, endpoint_url=url, aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    fifo = {"FifoQueue": "true", "DelaySeconds": "3"}
    made: dict[str, dict[str, str]] = {"requests": {}, "daily-jobs": {}, "monthly-jobs.fifo": fifo}
    return {name: sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"] for name, attributes in made.items()}


def main(arguments: list[str]) -> int:
    """Prints the seconds of both ways."""
    parser = argparse.ArgumentParser(prog="scripts/bench backlog", description=__doc__)
    parser.add_argument(
        "logs", type=pathlib.Path,
        help="a folder as `trailmill demo` leaves it: cargo run --release -- demo makes trailmill-demo/logs, of 2026-10",
    )  # fmt: skip
    parser.add_argument("month", help="the month of the request, such as 2026-10")
    parser.add_argument("latency", nargs="?", default="15", help="milliseconds that a request to S3 takes [15]")
    add_release(parser)
    said = parser.parse_args(arguments)
    front.end_in_order()
    programs = ("trailmill", "examples/s3-server")
    release = release_programs(said.release, TRAILMILL, *programs, in_process_s3=True)
    buckets = [f"logs={said.logs}", "lake"]
    with tempfile.TemporaryDirectory() as folder, TestkitS3(release, buckets, latency=said.latency) as s3:
        files = sum(1 for path in said.logs.rglob("*") if path.is_file())
        print(f"{files} log files, {said.latency} ms a request, {DAYS_AT_ONCE} days at once", flush=True)
        backlog = Backlog(release, pathlib.Path(folder), s3.endpoint, said.month)
        last_day, took, rows = backlog.by_worker()
        delay = "3 s of them the queue's delay"
        print(f"worker: request to last day {last_day:.1f} s, to {rows} rows of Parquet {took:.1f} s, {delay}")
        alone = backlog.alone()
        print(f"trailmill run: {alone:.1f} s; the worker takes {took / alone:.2f} times as long")
    return 0
