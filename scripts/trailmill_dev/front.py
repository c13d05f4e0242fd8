"""How the programs in scripts/ start: in the root of the workspace, in the venv where they need its packages, by name where
one of them has several under it."""

import importlib
import os
import pathlib
import signal
import sys
from dataclasses import dataclass

from trailmill_dev import venv
from trailmill_dev.expect import Failed
from trailmill_dev.workspace import ROOT


@dataclass(frozen=True)
class Program:
    """A module of this package with a function `main(arguments) -> exit status`."""

    module: str
    about: str
    # whether it needs packages of the venv; else Python's standard library is enough
    tools: bool = True

    def start(self, arguments: list[str]) -> int:
        """Runs the program; its exit status."""
        # before the process changes its folder, for the way to the front may be relative
        sys.argv[0] = str(pathlib.Path(sys.argv[0]).resolve())
        if self.tools:
            venv.enter()
        os.chdir(ROOT)
        try:
            status: int = importlib.import_module(f"trailmill_dev.{self.module}").main(arguments)
        except Failed as failed:
            print(f"FAILED: {failed}", file=sys.stderr)
            return 1
        return status


def start(module: str, *, tools: bool = True) -> int:
    """Runs the one program of a front; its exit status."""
    return Program(module, "", tools).start(sys.argv[1:])


def choose(about: str, programs: dict[str, Program]) -> int:
    """Runs the program that the first argument names; its exit status. Without one, prints the names."""
    front = f"scripts/{pathlib.Path(sys.argv[0]).name}"
    name, *arguments = sys.argv[1:] or ["--help"]
    if name in programs:
        return programs[name].start(arguments)
    listing = "\n".join(f"  {each:12}{program.about}" for each, program in programs.items())
    text = f"usage: {front} NAME [ARGUMENT ...]\n\n{about}\n\n{listing}\n\n{front} NAME --help has the arguments."
    if name in ("-h", "--help"):
        print(text)
        return 0
    print(f"{front}: no {name!r}\n\n{text}", file=sys.stderr)
    return 2


def end_in_order() -> None:
    """Makes signals end the process with an exception, so that what it started is stopped and what it made is removed."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda *_: sys.exit("stopped"))
