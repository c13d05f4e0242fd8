"""Writes scripts/requirements*.txt again, each from the .in file next to it: all that its tools require, by version and
hash, for x86_64 and arm64. A package keeps its version as long as the .in file allows it."""

import argparse
import subprocess

from trailmill_dev import venv
from trailmill_dev.workspace import SCRIPTS

COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]


def main(arguments: list[str]) -> int:
    """Writes all of them, or those of the named files; the exit status of the first that fails."""
    parser = argparse.ArgumentParser(prog="scripts/lock", description=__doc__)
    names = sorted(path.stem for path in SCRIPTS.glob("requirements*.in"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which; without one all of them: {', '.join(names)}")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the .in files allow")
    said = parser.parse_args(arguments)
    if unknown := sorted(set(said.names) - set(names)):
        parser.error(f"no scripts/{unknown[0]}.in")
    uv = venv.own("lock") / "uv"
    upgrade = ["--upgrade"] if said.upgrade else []
    for name in said.names or names:
        # from its folder, so that the files name no path of this machine
        command = [str(uv), *COMPILE, *upgrade, "--output-file", f"{name}.txt", f"{name}.in"]
        status = subprocess.run(command, cwd=SCRIPTS, check=False).returncode
        if status != 0:
            return status
    return 0
