"""A share of CPU for a process, as a function has it by its memory: cores to run on, and a bound on the time it has there.

Where a cgroup can be made, its quota is the bound. Elsewhere a thread does the same from outside: it stops the process with
SIGSTOP when it has used what a period allows, and lets it go on with the next one.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Protocol

from trailmill_dev.cores import cores, pinned
from trailmill_dev.timing import Command, Finished, run

# seconds; at 0.1 s, the default of Linux, a short run would see few periods
PERIOD = 0.02
# the process says its id before it becomes the command; an id written to cgroup.procs moves it there
LAUNCH = 'echo $$ >"$0" && exec "$@"'
SPIN = "import time\nwhile time.process_time() < 0.4: pass"
OURS = "trailmill-bench-"
KINDS = ("cgroup", "signals")


def sweep(place: pathlib.Path) -> None:
    """Takes away the groups of benches that were killed."""
    for left in place.glob(f"{OURS}*"):
        if not pathlib.Path(f"/proc/{left.name.removeprefix(OURS)}").exists():
            with contextlib.suppress(OSError):
                left.rmdir()


class Cgroup:
    """A group of processes with a quota of CPU, by version 2 or 1 of cgroups."""

    def __init__(self) -> None:
        self.folder, self.version = self.made()

    @staticmethod
    def made() -> tuple[pathlib.Path, int]:
        """A new group, where the kernel and our rights allow one."""
        for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
            _, place, kind, choices, *_ = line.split()
            version = 2 if kind == "cgroup2" else 1 if kind == "cgroup" and "cpu" in choices.split(",") else 0
            if not version:
                continue
            sweep(pathlib.Path(place))
            folder = pathlib.Path(place) / f"{OURS}{os.getpid()}"
            try:
                folder.mkdir()
            except OSError:
                continue
            quota = folder / ("cpu.max" if version == 2 else "cpu.cfs_quota_us")
            # not every group that can be made takes processes
            enter = ["/bin/sh", "-c", LAUNCH, str(folder / "cgroup.procs"), "true"]
            if quota.exists() and subprocess.run(enter, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return folder, version
            folder.rmdir()
        raise OSError("no cgroup with a quota of CPU can be made here")

    def __str__(self) -> str:
        return f"a cgroup (version {self.version}) with a period of {PERIOD * 1e3:.0f} ms"

    def run(self, command: Command, share: float, seconds: float, environment: dict[str, str] | None) -> Finished:
        """Runs a command to its end with a share of CPU."""
        quota, period = round(share * PERIOD * 1e6), round(PERIOD * 1e6)
        if self.version == 2:
            (self.folder / "cpu.max").write_text(f"{quota} {period}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(period))
            (self.folder / "cpu.cfs_quota_us").write_text(str(quota))
        return run(["/bin/sh", "-c", LAUNCH, self.folder / "cgroup.procs", *command], seconds, environment)

    def close(self) -> None:
        """Removes the group."""
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.05)
        print(f"{self.folder} is left", file=sys.stderr)


class Signals:
    """A process is stopped and let go by signals."""

    def __str__(self) -> str:
        return f"SIGSTOP and SIGCONT with a period of {PERIOD * 1e3:.0f} ms"

    def run(self, command: Command, share: float, seconds: float, environment: dict[str, str] | None) -> Finished:
        """Runs a command to its end with a share of CPU."""
        _, elsewhere = cores(share)
        with tempfile.NamedTemporaryFile("r") as said:
            over = threading.Event()
            guard = threading.Thread(target=keep, args=(said.name, share, elsewhere, over))
            guard.start()
            try:
                return run(["/bin/sh", "-c", LAUNCH, said.name, *command], seconds, environment)
            finally:
                over.set()
                guard.join()

    def close(self) -> None:
        """There is nothing to remove."""


def keep(said: str, share: float, elsewhere: list[int], over: threading.Event) -> None:
    """Keeps the process whose id comes in a file to its share of CPU, until it is over."""
    os.sched_setaffinity(0, elsewhere)
    while not (text := pathlib.Path(said).read_text()).endswith("\n"):
        if over.wait(0.001):
            return
    try:
        process = os.pidfd_open(int(text))
    except ProcessLookupError:
        return
    # the clock of a process's CPU time, as clock_getcpuclockid(3) makes it
    clock = (~int(text) << 3) | 2
    try:
        with contextlib.suppress(OSError):
            periods(process, clock, share, over)
    finally:
        os.close(process)


def periods(process: int, clock: int, share: float, over: threading.Event) -> None:
    """Stops a process when its share of a period is used; what it had too much is taken off the next.

    Raises an OSError when the process has ended.
    """
    end, before, debt = time.monotonic(), time.clock_gettime(clock), 0.0
    while not over.is_set():
        end += PERIOD
        allowed = share * PERIOD - debt
        signal.pidfd_send_signal(process, signal.SIGCONT if allowed > 0 else signal.SIGSTOP)
        while allowed > 0 and (left := end - time.monotonic()) > 0:
            rest = allowed - (time.clock_gettime(clock) - before)
            if rest <= 0:
                signal.pidfd_send_signal(process, signal.SIGSTOP)
                break
            # with several cores the rest is used up sooner
            time.sleep(min(left, max(rest / max(1.0, share), 0.0001)))
        time.sleep(max(0.0, end - time.monotonic()))
        now = time.clock_gettime(clock)
        debt = max(0.0, now - before - allowed)
        before = now


class Way(Protocol):
    """A way to give a process a share of CPU."""

    def run(self, command: Command, share: float, seconds: float, environment: dict[str, str] | None) -> Finished:
        """Runs a command to its end with a share of CPU."""

    def close(self) -> None:
        """Removes what it has made."""


class Shares:
    """Runs processes with shares of CPU, in one of the ways."""

    def __init__(self, kind: str | None) -> None:
        if kind == "signals":
            self.way: Way = Signals()
            return
        try:
            self.way = Cgroup()
        except OSError as error:
            if kind:
                sys.exit(f"--shares {kind}: {error}")
            self.way = Signals()

    def __enter__(self) -> "Shares":
        return self

    def __exit__(self, *_: object) -> None:
        self.way.close()

    def run(self, command: Command, share: float, seconds: float, environment: dict[str, str] | None = None) -> Finished:
        """As `timing.run`, on the cores for a share and with no more CPU than that."""
        here, _ = cores(share)
        with pinned(here):
            if share == len(here):
                return run(command, seconds, environment)
            return self.way.run(command, share, seconds, environment)

    def exact(self, share: float, seconds: float) -> float:
        """How much of its share a process gets that does nothing but count, on one core; 1 is exact."""
        done = self.run([sys.executable, "-I", "-S", "-c", SPIN], min(share, 1.0), seconds)
        if done.status != 0:
            sys.exit(f"a process that counts failed: {done.errors}")
        return done.cost.cpu / done.cost.wall / min(share, 1.0)
