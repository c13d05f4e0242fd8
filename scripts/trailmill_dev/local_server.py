"""A server from PyPI in a process of its own, on 127.0.0.1, that is stopped by its process id."""

import contextlib
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence

from trailmill_dev.expect import Failed
from trailmill_dev.venv import BIN

# seconds until a server must answer; microburst reads the models of all of AWS before its first answer
PATIENCE = 120


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def ask(url: str, timeout: float = PATIENCE) -> str:
    """The answer of a URL, without the proxy of the environment; an HTTP error is an answer too."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            text: str = answer.read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
    return text


def bare_environment(home: pathlib.Path, **more: str) -> dict[str, str]:
    """An environment with nothing of the caller's but the path."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), **more}


class LocalServer:
    """A program of the venv that serves a URL, with a folder of its own and a log."""

    def __init__(
        self,
        program: str,
        folder: pathlib.Path,
        url: str,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        health: str = "",
    ) -> None:
        """Starts it below a folder. `health` is the path below its URL that is asked whether it answers."""
        self.program, self.url, self.health = program, url, health
        self.log = folder / f"{program}.log"
        home = folder / program
        home.mkdir()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [BIN / program, *arguments],
                cwd=home,
                env=bare_environment(home, **(environment or {})),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def answered(self) -> float:
        """Waits until it answers; the seconds it took. Fails if it ends, or does not answer in time."""
        started = time.monotonic()
        while time.monotonic() < started + PATIENCE and self.process.poll() is None:
            with contextlib.suppress(OSError):
                ask(self.url + self.health)
                return time.monotonic() - started
            time.sleep(0.1)
        raise Failed(f"{self.program} did not answer at {self.url}; its log ends:\n{self.tail()}")

    def tail(self, characters: int = 3000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-characters:]

    def stop(self, patience: float = 20) -> None:
        """Ends it, and kills it where it takes longer than some seconds."""
        if patience:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=patience)
                return
        self.process.kill()
        self.process.wait()
