"""How a process is timed: what is read of it, and how it ends."""

import os
import pathlib
import sys
import time

import pytest

from trailmill_dev.timing import Command, Cost, finished, median, run


def python(code: str) -> Command:
    """A command that runs some Python."""
    return [sys.executable, "-c", code]


def test_a_run_has_its_status_and_what_it_printed() -> None:
    done = run(python("import sys; print('{\"a\": 1}'); print('first\\nlast', file=sys.stderr); sys.exit(3)"))
    assert (done.status, done.errors, done.last_error) == (3, "first\nlast\n", "last")
    assert done.json_lines() == [{"a": 1}]


def test_a_command_is_found_on_the_path_and_has_a_folder_and_an_environment(tmp_path: pathlib.Path) -> None:
    done = run(["sh", "-c", 'pwd && echo "$SAID"'], environment=os.environ | {"SAID": "yes"}, folder=tmp_path)
    assert done.out.splitlines() == [str(tmp_path.resolve()), "yes"]


def test_the_peak_is_that_of_the_process() -> None:
    small, large = run(python("")).cost, run(python("x = bytearray(200 << 20); x[::4096] = b'1' * len(x[::4096])")).cost
    assert small.peak < 100
    assert 200 < large.peak < 300


def is_running(process: str) -> bool:
    """Whether a process is there, and no zombie that nobody has waited for."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_run_that_takes_too_long_is_killed_with_what_it_started() -> None:
    # on a busy machine a second may be too short to start anything
    for seconds in (1, 4, 16, 64):
        done = run(["sh", "-c", "sleep 600 & echo $!; wait"], seconds)
        assert done.status != 0
        if done.out:
            break
    # it was killed, and dies when the kernel comes to it
    for _ in range(1000):
        if not is_running(done.out.strip()):
            return
        time.sleep(0.01)
    raise AssertionError("a process that a killed run had started is still there")


def test_a_signal_is_a_status_below_0() -> None:
    assert run(["sh", "-c", "kill -9 $$"]).status == -9


def test_what_weigh_writes_is_a_cost() -> None:
    done = finished(b'{"wall": 2.5, "cpu": 1.25, "peak": 64.0, "status": 7}', 60, 0, "out", "errors")
    assert (done.cost, done.status, done.out) == (Cost(2.5, 1.25, 64.0), 7, "out")


def test_a_process_that_was_killed_has_written_nothing() -> None:
    done = finished(b"", 60, -9, "", "")
    assert (done.cost, done.status) == (Cost(60, 0.0, 0.0), -9)


@pytest.mark.parametrize(("errors", "last"), [("", ""), ("a\nb\n", "b"), ("a\n\n", "a"), ("x" * 300, "x" * 200)])
def test_the_last_error_is_one_short_line(errors: str, last: str) -> None:
    assert finished(b"", 1, 1, "", errors).last_error == last


def test_medians_are_of_each_measure() -> None:
    costs = [Cost(1, 30, 200, 5), Cost(3, 10, 100, 5), Cost(2, 20, 900, 8)]
    assert median(costs) == Cost(2, 20, 200, 5)
    assert median(costs[:2]) == Cost(2, 20, 150, 5)
