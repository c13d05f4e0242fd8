"""What a process costs: the one way in which the benches time and weigh a command."""

import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

WEIGH = pathlib.Path(__file__).parent / "weigh.py"

Command = Sequence[str | pathlib.Path]


@dataclass(frozen=True)
class Cost:
    """What a run cost: wall and CPU seconds (its children's too), peak MiB (of its largest process), bytes written."""

    wall: float
    cpu: float
    peak: float
    size: int = 0

    def sized(self, size: int) -> "Cost":
        """The same with another number of bytes written."""
        return replace(self, size=size)


@dataclass(frozen=True)
class Finished:
    """A process that has ended: what it cost, its exit status, what it printed on standard output and standard error."""

    cost: Cost
    status: int
    out: str
    errors: str

    @property
    def last_error(self) -> str:
        """The last line of standard error, cut short."""
        return (self.errors.strip().splitlines() or [""])[-1][:200]

    def json_lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(
    command: Command,
    seconds: float | None = None,
    environment: Mapping[str, str] | None = None,
    folder: pathlib.Path | None = None,
) -> Finished:
    """Runs a command to its end, in a folder.

    After some seconds it is killed with all that it started; then its status is not 0.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors, tempfile.NamedTemporaryFile() as result:
        weigh = [sys.executable, "-I", "-S", WEIGH, result.name, *command]
        process = subprocess.Popen(weigh, stdout=out, stderr=errors, start_new_session=True, env=environment, cwd=folder)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        out.seek(0)
        errors.seek(0)
        printed, said = out.read().decode(errors="replace"), errors.read().decode(errors="replace")
        return finished(result.read(), seconds or 0.0, process.returncode, printed, said)


def finished(result: bytes, seconds: float, status: int, out: str, errors: str) -> Finished:
    """What weigh.py has written of a process; where the process was killed before, weigh.py has written nothing."""
    if not result:
        return Finished(Cost(seconds, 0.0, 0.0), status, out, errors)
    cost = json.loads(result)
    return Finished(Cost(cost["wall"], cost["cpu"], cost["peak"]), cost["status"], out, errors)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each measure."""
    columns = [(cost.wall, cost.cpu, cost.peak, cost.size) for cost in costs]
    wall, cpu, peak, size = (statistics.median(column) for column in zip(*columns, strict=True))
    return Cost(wall, cpu, peak, round(size))
