"""Runs every test of the project, and says how long each step takes. CI runs it with --all.

Installs what it needs: a Python venv in .venv for the tools that come from PyPI. Needs rustup (or the Rust of
rust-toolchain.toml) and python3. Run from anywhere. Stops at the first step that fails, and prints what that step printed.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

from trailmill_dev.expect import Failed
from trailmill_dev.suite.steps import HEAVY, STRETCHES, Step, Stretch, every_step


def run(step: Step) -> None:
    """Runs a step to its end. Fails with its name."""
    print(f"\n== {step.name}", flush=True)
    started = time.monotonic()
    process = step.start(None)
    try:
        status = step.ended(process, started)
    except BaseException:
        end(process)
        raise
    if status != 0:
        raise Failed(step.name)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a step that is still running, and what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


class Others:
    """Steps that run at the same time as others. What each prints is shown when it has ended."""

    def __init__(self, steps: list[Step], folder: pathlib.Path) -> None:
        self.running = []
        for number, step in enumerate(steps):
            log = folder / f"{number}.log"
            started = time.monotonic()
            with log.open("wb") as output:
                process = step.start(output.fileno())
            # its time is that of its end, not of when it is shown
            watch = threading.Thread(target=step.ended, args=(process, started))
            watch.start()
            self.running.append((step, process, log, watch))
            print(f"\n== {step.name}: begun, shown at its end", flush=True)

    def show_ended(self, *, wait: bool = False) -> None:
        """Shows those that have ended, or waits for all. Fails with the name of the first that failed."""
        for running in list(self.running):
            step, process, log, watch = running
            if not wait and watch.is_alive():
                continue
            watch.join()
            self.running.remove(running)
            print(f"\n== {step.name}\n{log.read_text(errors='replace')}", end="", flush=True)
            if process.returncode != 0:
                raise Failed(step.name)

    def stop(self) -> None:
        """Ends those that are still running."""
        for _, process, _, _ in self.running:
            end(process)


def run_stretch(stretch: Stretch) -> None:
    """Runs steps in their order, and others at the same time. Fails with the name of the first that failed."""
    with tempfile.TemporaryDirectory() as folder:
        others = Others(stretch.others, pathlib.Path(folder))
        try:
            for step in stretch.steps:
                run(step)
                others.show_ended()
            others.show_ended(wait=True)
        finally:
            others.stop()


def chosen(names: list[str], *, heavy: bool = False) -> list[Stretch]:
    """All stretches, with the heavy ones or without, or one with the steps of these names, one after the other. Fails for a
    name that no step has."""
    if not names:
        return [*STRETCHES, *HEAVY] if heavy else STRETCHES
    steps = every_step()
    if unknown := sorted(set(names) - {step.name for step in steps}):
        raise Failed(f"no step {', '.join(map(repr, unknown))}: --list prints the names")
    return [Stretch([step for step in steps if step.name in names])]


def table() -> list[str]:
    """The lines of a table: how long each step took that has run."""
    lines = ["seconds  step"]
    for stretch in [*STRETCHES, *HEAVY]:
        for steps, when in ((stretch.steps, ""), (stretch.others, stretch.when)):
            lines += [f"{step.seconds:7.0f}  {step.name}{when}" for step in steps if step.seconds]
    return lines


def main(arguments: list[str]) -> int:
    """Runs the steps and prints the table."""
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], metavar="STEP", help="run this step alone; may be given again"
    )
    parser.add_argument("--all", action="store_true", help="also what only CI runs: Spark, which is 450 MB and needs Java")
    parser.add_argument("--list", action="store_true", help="print the names of the steps, and run nothing")
    said = parser.parse_args(arguments)
    if said.list:
        print("\n".join(step.name for step in every_step()))
        return 0
    stretches = chosen(said.only, heavy=said.all)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started, failed = time.monotonic(), None
    try:
        for stretch in stretches:
            run_stretch(stretch)
    except Failed as reason:
        failed = reason
    print("\n" + "\n".join(table()))
    print(f"{time.monotonic() - started:7.0f}  in all")
    if failed:
        print(f"FAILED: {failed}", file=sys.stderr)
    return 1 if failed else 0
