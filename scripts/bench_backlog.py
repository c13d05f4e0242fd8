"""The runs of scripts/bench-backlog: FOLDER LOGS MONTH LATENCY."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import botocore.session

from endtoend.ministack import KEY, REGION, SECRET, Ministack

FOLDER, LOGS, MONTH, LATENCY = sys.argv[1:5]
RELEASE = "target/release"
DAYS_AT_ONCE = "8"


def environment(s3: str, sqs: str) -> dict[str, str]:
    """Of the command: these servers and no other."""
    return {
        "PATH": os.environ["PATH"], "HOME": FOLDER, "AWS_ENDPOINT_URL_S3": s3, "AWS_ENDPOINT_URL_SQS": sqs, "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
    }  # fmt: skip


def queues(url: str) -> dict[str, str]:
    """The queues of a worker, made now."""
    sqs = botocore.session.get_session().create_client(
        "sqs", REGION, endpoint_url=url, aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    fifo = {"FifoQueue": "true", "DelaySeconds": "3"}
    made = {"requests": {}, "daily-jobs": {}, "monthly-jobs.fifo": fifo}
    return {name: sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"] for name, attributes in made.items()}


def backlog(s3: str) -> tuple[float, float, int]:
    """Seconds from the request to the last day and to the Parquet, and its rows."""
    server = Ministack(pathlib.Path(FOLDER), auth=False)
    try:
        server.answered()
        urls = queues(server.url)
        tell = environment(s3, server.url)
        places = ["--source", "s3://logs", "--lake", "s3://lake/worker", "--days-at-once", DAYS_AT_ONCE]
        of_queues = ["--requests", urls["requests"], "--daily-jobs", urls["daily-jobs"], "--monthly-jobs", urls["monthly-jobs.fifo"]]
        worker = subprocess.Popen([f"{RELEASE}/trailmill", "worker", *places, *of_queues], env=tell, stdout=subprocess.PIPE, text=True)
        started, last_day = time.monotonic(), 0.0
        submit = [f"{RELEASE}/trailmill", "submit", "--queue", urls["requests"], "--month", MONTH]
        subprocess.run(submit, env=tell, check=True, stdout=subprocess.DEVNULL)
        for line in worker.stdout:
            said = json.loads(line)
            if said["Failures"]:
                raise SystemExit(f"a message failed: {line}")
            if said["Function"] == "daily":
                last_day = time.monotonic() - started
            if said["Function"] == "monthly":
                break
        took = time.monotonic() - started
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
        return last_day, took, said["RecordsOut"]
    finally:
        server.stop()


def alone(s3: str) -> float:
    """Seconds that `trailmill run` takes."""
    command = [f"{RELEASE}/trailmill", "run", "--source", "s3://logs", "--lake", "s3://lake/run", "--allow-gaps"]
    started = time.monotonic()
    subprocess.run([*command, "--days-at-once", DAYS_AT_ONCE], env=environment(s3, s3), stdout=subprocess.DEVNULL)
    return time.monotonic() - started


command = [f"{RELEASE}/examples/s3-server", "--latency", LATENCY, f"logs={LOGS}", "lake"]
s3_server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
endpoint = s3_server.stdout.readline().strip()
try:
    files = sum(1 for path in pathlib.Path(LOGS).rglob("*") if path.is_file())
    print(f"{files} log files, {LATENCY} ms a request, {DAYS_AT_ONCE} days at once", flush=True)
    last_day, took, rows = backlog(endpoint)
    print(f"worker: request to last day {last_day:.1f} s, to {rows} rows of Parquet {took:.1f} s, 3 s of them the queue's delay")
    run = alone(endpoint)
    print(f"trailmill run: {run:.1f} s; the worker takes {took / run:.2f} times as long")
finally:
    s3_server.communicate()
