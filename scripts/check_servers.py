"""Starts servers of S3 and SQS that share no code with Trailmill and runs the example `conformance` of lake-aws against
each. Called by scripts/check-servers: CONFORMANCE_PROGRAM FOLDER"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

BIN = pathlib.Path(sys.executable).parent
REGION, KEY, SECRET = "eu-central-1", "lake-key", "lake-secret-key"
# seconds until a server must answer; the proxy reads the models of all of AWS before its first answer
PATIENCE = 120

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
    "receipts-deleted", "receipts-late", "fifo-receipts-deleted", "fifo-receipts-late",
]

# calls of an operation between two faults of a kind
BETWEEN_FAULTS = 40
# done to nothing: a retry hides it
REFUSED = [
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
FAULTS = [
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


class Failed(Exception):
    """Why the servers were not checked, or what they showed."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def ask(url: str, timeout: float = PATIENCE) -> str:
    """What an URL answers, past the proxy of the environment; an error is an answer too."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


class Servers:
    """Starts processes below a folder, with nothing of the caller's environment but the path."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.running: list[subprocess.Popen] = []
        self.sockets: list[str] = []

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder), **more}

    def start(self, name: str, arguments: list[str], **environment: str) -> subprocess.Popen:
        """A server of the venv, in a folder of its own."""
        home = self.folder / name
        home.mkdir()
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / name, *arguments],
                cwd=home, env=self.environment(**environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        self.running.append(process)
        return process

    def answered(self, name: str, process: subprocess.Popen, url: str) -> float:
        """Waits until a server answers, and gives the seconds it took."""
        started = time.monotonic()
        while time.monotonic() < started + PATIENCE:
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                ask(url)
                return time.monotonic() - started
            time.sleep(0.1)
        log = (self.folder / name / "log").read_text(errors="replace")
        raise Failed(f"{name} did not answer at {url}; its log ends:\n{log[-2000:]}")

    def stop(self) -> None:
        """Kills what was started: there is nothing to save, and SeaweedFS takes 12 s to end by itself."""
        for process in self.running:
            process.kill()
            process.wait()
        for name in self.sockets:
            pathlib.Path(name).unlink(missing_ok=True)

    def seaweedfs(self) -> tuple[subprocess.Popen, str]:
        names = ["master", "volume", "filer", "s3", "admin"]
        ports = dict(zip([*names, *(f"{name}.grpc" for name in names)], free_ports(2 * len(names)), strict=True))
        options = [f"-{name.split('.')[0]}.port{'.grpc' * name.endswith('.grpc')}={port}" for name, port in ports.items()]
        identity = {
            "name": "lake", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"],
        }
        config = self.folder / "identities.json"
        config.write_text(json.dumps({"identities": [identity]}))
        # it makes these where it likes, and a killed one leaves them there
        self.sockets += [f"/tmp/seaweedfs-{name.replace('.', '-')}-{port}.sock" for name, port in ports.items()]
        # without what is not asked here, and without its reports to its makers
        without = ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
        address = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-dir=.", f"-s3.config={config}"]
        return self.start("weed", ["mini", *address, *options, *without]), f"http://127.0.0.1:{ports['s3']}"

    def ministack(self) -> tuple[subprocess.Popen, str]:
        port = str(free_ports(1)[0])
        url = f"http://127.0.0.1:{port}"
        process = self.start(
            "ministack", [],
            BIND_HOST="127.0.0.1", MINISTACK_HOST="127.0.0.1", GATEWAY_PORT=port, AWS_ENDPOINT_URL=url, SERVICES="s3,sqs",
            LOG_LEVEL="WARNING",
        )
        return process, url

    def microburst(self, upstream: str) -> tuple[subprocess.Popen, str]:
        rules = [
            {
                "service": "s3", "operation": operation, "headers": headers,
                "sequence": {"fail": 1, "pass": BETWEEN_FAULTS}, **fault,
            }
            for operation, headers, faults in FAULTS
            for fault in faults
        ]
        config = self.folder / "faults.yml"
        config.write_text(json.dumps({"rules": rules})) # which is YAML too
        port = free_ports(1)[0]
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--upstream", upstream, "--no-resign", "--config", str(config)]
        return self.start("microburst", arguments), f"http://127.0.0.1:{port}"

    def conforms(self, name: str, program: str, url: str, place: list[str], *flags: str) -> str:
        """Runs the program on a bucket that is not there yet and a prefix of it, or on queues, and gives what it printed."""
        started = time.monotonic()
        run = subprocess.run(
            [program, *flags, url, REGION, KEY, SECRET, *place], env=self.environment(), check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        if run.returncode != 0:
            raise Failed(f"{name}: the suite does not hold there\n{run.stdout}")
        return f"{name} ({time.monotonic() - started:.0f} s)\n{run.stdout.rstrip()}"


def faults_so_far(proxy: str) -> dict[str, int]:
    """How many faults of each kind the proxy made, by its own count."""
    counted: dict[str, int] = {}
    metrics = ask(f"{proxy}/_microburst/metrics")
    for kind, number in re.findall(r'^microburst_faults_total\{.*action="([^"]*)"\} (\d+)$', metrics, re.MULTILINE):
        counted[kind] = counted.get(kind, 0) + int(number)
    return counted


def without(checks: list[str]) -> list[str]:
    return [f"--without={name}" for name in checks]


def check_seaweedfs(servers: Servers, program: str) -> str:
    weed, url = servers.seaweedfs()
    servers.answered("weed", weed, url)
    # no + and % in the prefix: it says that the keys of its list of uploads are URL-encoded, and they are not
    flags = ["--signatures", *without(NOT_IN_SEAWEEDFS)]
    return servers.conforms("SeaweedFS, which checks signatures", program, url, ["lake", "a prefix/é"], *flags)


def check_ministack(servers: Servers, program: str) -> Iterator[str]:
    """Alone, then behind the proxy, which is started meanwhile."""
    ministack, url = servers.ministack()
    microburst, proxy = servers.microburst(url)
    servers.answered("ministack", ministack, url)
    yield servers.conforms("ministack", program, url, ["lake", "a prefix/+%é"])
    yield servers.conforms("ministack's SQS", program, url, [], "--queues", *without(NOT_IN_MINISTACK_QUEUES))
    servers.answered("microburst", microburst, proxy)
    flags = ["--faults", *without(NOT_WITH_FAULTS)]
    yield servers.conforms("ministack behind microburst, which makes faults", program, proxy, ["faulty-lake", ""], *flags)
    faults = faults_so_far(proxy)
    yield f"  {sum(faults.values())} faults: {', '.join(f'{kind} {number}' for kind, number in sorted(faults.items()))}"
    if missing := sorted(FAULT_KINDS - faults.keys()):
        raise Failed(f"microburst made no faults of these kinds: {', '.join(missing)}")


def main() -> int:
    """Stops every server again, also where a signal ends it."""
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    servers = Servers(folder)
    beside = concurrent.futures.ThreadPoolExecutor()
    try:
        # beside the others, for a race at SeaweedFS is seconds of waiting for its locks
        seaweedfs = beside.submit(check_seaweedfs, servers, program)
        for said in check_ministack(servers, program):
            print(said, flush=True)
        print(seaweedfs.result(), flush=True)
    except Failed as failed:
        print(f"FAILED: {failed}", file=sys.stderr)
        return 1
    finally:
        servers.stop()
        beside.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
