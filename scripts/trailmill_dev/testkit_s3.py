"""The S3 of testkit as a server of its own, on 127.0.0.1: the example `s3-server`."""

import contextlib
import json
import os
import pathlib
import subprocess
import threading
from collections.abc import Iterable
from types import TracebackType

from trailmill_dev.cores import pinned
from trailmill_dev.expect import Failed

CREDENTIALS = {
    "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests", "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip
# the count of a server that is no kind of request
FAULTS = "faults"


def without_aws() -> dict[str, str]:
    """The environment of this process without what configures AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


class TestkitS3:
    """The server, from the beginning of a `with` block to its end. Then `requests` has how many came, by kind."""

    # pytest: no class of tests
    __test__ = False

    def __init__(
        self,
        release: pathlib.Path,
        buckets: Iterable[str],
        *,
        latency: str,
        options: Iterable[str] = (),
        cores: list[int] | None = None,
    ) -> None:
        """Buckets are `NAME` or `NAME=FOLDER`, latency is in milliseconds a request, cores are those it runs on."""
        self.command = [str(release / "examples/s3-server"), *options, "--latency", latency, *buckets]
        self.cores = cores
        self.requests: dict[str, int] = {}
        # with the option --log, a line for each request
        self.log: list[str] = []

    def __enter__(self) -> "TestkitS3":
        pipe = subprocess.PIPE
        with pinned(self.cores):
            self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        self.endpoint = self.process.stdout.readline().strip() if self.process.stdout else ""
        if not self.endpoint:
            self.process.kill()
            self.process.wait()
            raise Failed(f"the S3 of testkit did not start: {''.join(self.log)[-500:]}")
        return self

    def read_log(self) -> None:
        """Keeps what the server writes on standard error."""
        if self.process.stderr:
            self.log.extend(self.process.stderr)

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        """Its standard input is closed, at which it prints its counts and ends."""
        try:
            if kind is None and self.process.stdin and self.process.stdout:
                self.process.stdin.close()
                self.requests = json.loads(self.process.stdout.read())
                self.process.wait(timeout=60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.reader.join()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()

    def environment(self) -> dict[str, str]:
        """The environment of this process with this server as AWS."""
        return without_aws() | CREDENTIALS | {"AWS_ENDPOINT_URL": self.endpoint}

    def calls(self) -> int:
        """How many requests came, of all kinds."""
        return sum(count for kind, count in self.requests.items() if kind != FAULTS)
