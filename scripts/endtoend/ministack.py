"""The server that stands for AWS: ministack, on a free port of 127.0.0.1, in a process that is stopped by its id."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from endtoend.failed import Failed

BIN = pathlib.Path(sys.executable).parent
# seconds until it must answer
PATIENCE = 60
REGION = "us-east-1"
# with AUTH ministack checks signatures, and each call against the policies of who makes it; a number for a key is the
# root user of that account
ACCOUNT = "000000000000"
KEY, SECRET = ACCOUNT, "test"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Ministack:
    """One server, and its log."""

    def __init__(self, folder: pathlib.Path, *, auth: bool = True):
        self.log = folder / "ministack.log"
        port = str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        home = folder / "ministack"
        home.mkdir()
        environment = {
            # nothing of the caller's but the path
            "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home),
            "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "GATEWAY_PORT": port, "AWS_ENDPOINT_URL": self.url,
            "MINISTACK_REGION": REGION, "AWS_SECRET_ACCESS_KEY": SECRET, "AUTH": str(auth).lower(),
            "ATHENA_ENGINE": "duckdb", "LOG_LEVEL": "INFO",
        }  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [BIN / "ministack"], cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def answered(self) -> float:
        """Waits until it answers, and gives the seconds it took."""
        started = time.monotonic()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < started + PATIENCE and self.process.poll() is None:
            with contextlib.suppress(OSError):
                opener.open(f"{self.url}/_ministack/health", timeout=PATIENCE).close()
                return time.monotonic() - started
            time.sleep(0.1)
        raise Failed(f"ministack did not answer at {self.url}; its log ends:\n{self.tail()}")

    def tail(self, characters: int = 3000) -> str:
        """The end of its log, which has what the functions print."""
        return self.log.read_text(errors="replace")[-characters:]

    def children(self, function: str) -> list[int]:
        """The ids of the processes that it runs for a function."""
        found = []
        wanted = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == self.process.pid and wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def stop(self) -> None:
        """Ends it, and with it the functions' processes."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
