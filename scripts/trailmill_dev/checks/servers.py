"""Runs the conformance suites of the storage port and the queue port, and a day, against servers of S3 and SQS that share
no code with Trailmill. They come from PyPI, and serve on free ports of 127.0.0.1. What runs against each is the example
`conformance` of lake-aws."""

import argparse
import concurrent.futures
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trailmill_dev.expect import Failed
from trailmill_dev.local_server import LocalServer, ask, bare_environment, free_ports
from trailmill_dev.ministack import Ministack
from trailmill_dev.workspace import debug_build

REGION, KEY, SECRET = "eu-central-1", "lake-key", "lake-secret-key"

# what SeaweedFS 4.48 does otherwise than S3
NOT_IN_SEAWEEDFS = [
    # it keeps keys as files in folders, and lists them as a walk does: a/b before a-b
    "listing-order-of-folders",
    # a GET with If-Match of such a folder is answered 412, as if it were an object
    "reading-missing-version-of-folder",
    # a backslash in a key becomes a slash
    "keys-backslash",
]

# what ministack does otherwise than SQS, as it is for queues
NOT_IN_MINISTACK_QUEUES = [
    # it knows a receipt no more once its message is deleted or received again, and says that it never was one
    "receipts-deleted",
    "receipts-late",
    "fifo-receipts-deleted",
    "fifo-receipts-late",
]

# calls of an operation between two faults of a kind
BETWEEN_FAULTS = 40
# done to nothing: a retry hides it
REFUSED: list[dict[str, Any]] = [
    {"error": {"code": "SlowDown", "status": 503}},
    {"error": {"code": "InternalError", "status": 500}},
    {"reset": True},
]
CUT_UPLOAD = {"request": {"cut_upload": {"after_frac": 0.5}}}
# done, and the answer is cut off
CUT_ANSWER = {"response": {"abort_frac": 0.5}}
# by the names that microburst gives them: to it a part of an upload is a PutObject, the abort of one a DeleteObject, and
# its completion, which alone has a body of XML, a CreateMultipartUpload
COMPLETION = {"content-type": "xml"}
FAULTS: list[tuple[str, dict[str, str] | None, list[dict[str, Any]]]] = [
    ("PutObject", None, [*REFUSED, CUT_UPLOAD]),
    ("GetObject", None, [*REFUSED, CUT_ANSWER]),
    ("HeadObject", None, REFUSED),
    ("ListObjectsV2", None, [*REFUSED, CUT_ANSWER]),
    ("ListMultipartUploads", None, [*REFUSED, CUT_ANSWER]),
    ("DeleteObject", None, REFUSED),
    ("CreateMultipartUpload", COMPLETION, [*REFUSED, CUT_ANSWER]),
    ("CreateMultipartUpload", None, REFUSED),
]
# as microburst counts them; each must have happened
FAULT_KINDS = {"error:SlowDown", "error:InternalError", "reset", "request:cut_upload", "response:abort"}
# uploads that were abandoned before the call failed are not counted by the next try, and the port says so
NOT_WITH_FAULTS = ["staging-abandoned"]


@dataclass
class Servers:
    """The servers, and what runs against them: the program `conformance`."""

    program: pathlib.Path
    folder: pathlib.Path
    running: list[LocalServer] = field(default_factory=list)
    # files that a server makes where it likes, and leaves there when it is killed
    sockets: list[pathlib.Path] = field(default_factory=list)

    def started(self, server: LocalServer) -> LocalServer:
        """A server that `stop` will stop."""
        self.running.append(server)
        return server

    def stop(self) -> None:
        """Kills what was started: there is nothing to save, and SeaweedFS takes 12 s to end by itself."""
        for server in self.running:
            server.stop(patience=0)
        for socket in self.sockets:
            socket.unlink(missing_ok=True)

    def seaweedfs(self) -> LocalServer:
        """SeaweedFS with one identity, on ports that are all free."""
        names = ["master", "volume", "filer", "s3", "admin"]
        ports = dict(zip([*names, *(f"{name}.grpc" for name in names)], free_ports(2 * len(names)), strict=True))
        options = [f"-{name.split('.')[0]}.port{'.grpc' * name.endswith('.grpc')}={port}" for name, port in ports.items()]
        identity = {
            "name": "lake", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"],
        }  # fmt: skip
        config = self.folder / "identities.json"
        config.write_text(json.dumps({"identities": [identity]}))
        self.sockets += [
            pathlib.Path(f"/tmp/seaweedfs-{name.replace('.', '-')}-{port}.sock") for name, port in ports.items()
        ]
        # without what is not asked here, and without its reports to its makers
        without = ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
        address = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-dir=.", f"-s3.config={config}"]
        arguments = ["mini", *address, *options, *without]
        return self.started(LocalServer("weed", self.folder, f"http://127.0.0.1:{ports['s3']}", arguments))

    def ministack(self) -> LocalServer:
        """ministack, which takes any signature here."""
        return self.started(Ministack(self.folder, auth=False, services="s3,sqs"))

    def microburst(self, upstream: str) -> LocalServer:
        """The proxy that makes faults, before another server."""
        rules = [
            {
                "service": "s3", "operation": operation, "headers": headers,
                "sequence": {"fail": 1, "pass": BETWEEN_FAULTS}, **fault,
            }
            for operation, headers, faults in FAULTS
            for fault in faults
        ]  # fmt: skip
        config = self.folder / "faults.yml"
        # JSON is YAML too
        config.write_text(json.dumps({"rules": rules}))
        port = free_ports(1)[0]
        arguments = [
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--upstream",
            upstream,
            "--no-resign",
            "--config",
            str(config),
        ]
        return self.started(LocalServer("microburst", self.folder, f"http://127.0.0.1:{port}", arguments))

    def conforms(self, name: str, url: str, place: list[str], *flags: str) -> str:
        """Runs the program on a bucket that is not there yet and a prefix of it, or on queues; what it printed."""
        started = time.monotonic()
        run = subprocess.run(
            [self.program, *flags, url, REGION, KEY, SECRET, *place], env=bare_environment(self.folder), check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if run.returncode != 0:
            raise Failed(f"{name}: the suite does not hold there\n{run.stdout}")
        return f"{name} ({time.monotonic() - started:.0f} s)\n{run.stdout.rstrip()}"


def faults_counted(metrics: str) -> dict[str, int]:
    """How many faults of each kind microburst made, by the text of its metrics."""
    counted: dict[str, int] = {}
    for kind, number in re.findall(r'^microburst_faults_total\{.*action="([^"]*)"\} (\d+)$', metrics, re.MULTILINE):
        counted[kind] = counted.get(kind, 0) + int(number)
    return counted


def without(checks: list[str]) -> list[str]:
    """The program's flags that leave out checks."""
    return [f"--without={name}" for name in checks]


def check_seaweedfs(servers: Servers) -> str:
    """The suite on SeaweedFS."""
    weed = servers.seaweedfs()
    weed.answered()
    # no + and % in the prefix: it says that the keys of its list of uploads are URL-encoded, and they are not
    flags = ["--signatures", *without(NOT_IN_SEAWEEDFS)]
    return servers.conforms("SeaweedFS, which checks signatures", weed.url, ["lake", "a prefix/é"], *flags)


def check_ministack(servers: Servers) -> Iterator[str]:
    """The suites on ministack alone, then behind the proxy, which starts meanwhile."""
    ministack = servers.ministack()
    proxy = servers.microburst(ministack.url)
    ministack.answered()
    yield servers.conforms("ministack", ministack.url, ["lake", "a prefix/+%é"])
    yield servers.conforms("ministack's SQS", ministack.url, [], "--queues", *without(NOT_IN_MINISTACK_QUEUES))
    proxy.answered()
    flags = ["--faults", *without(NOT_WITH_FAULTS)]
    yield servers.conforms("ministack behind microburst, which makes faults", proxy.url, ["faulty-lake", ""], *flags)
    faults = faults_counted(ask(f"{proxy.url}/_microburst/metrics"))
    yield f"  {sum(faults.values())} faults: {', '.join(f'{kind} {number}' for kind, number in sorted(faults.items()))}"
    if missing := sorted(FAULT_KINDS - faults.keys()):
        raise Failed(f"microburst made no faults of these kinds: {', '.join(missing)}")


def run(servers: Servers) -> int:
    """Checks every server and stops it again; the exit status."""
    executor = concurrent.futures.ThreadPoolExecutor()
    try:
        # at the same time as the others, for a race at SeaweedFS is seconds of waiting for its locks
        seaweedfs = executor.submit(check_seaweedfs, servers)
        for said in check_ministack(servers):
            print(said, flush=True)
        print(seaweedfs.result(), flush=True)
    except Failed as failed:
        print(f"FAILED: {failed}", file=sys.stderr)
        return 1
    finally:
        servers.stop()
        executor.shutdown()
    return 0


def main(arguments: list[str]) -> int:
    """Stops every server again, also where a signal ends it."""
    argparse.ArgumentParser(prog="scripts/check servers", description=__doc__).parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    program = debug_build() / "examples/conformance"
    with tempfile.TemporaryDirectory() as folder:
        return run(Servers(program, pathlib.Path(folder)))
