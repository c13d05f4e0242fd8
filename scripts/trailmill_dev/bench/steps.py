"""Times each step that a record passes through, alone on one core, with its spread. Arguments are the names of steps, and
options of Criterion, which keeps the figures below target/criterion, and says how the next run differs from them."""

import argparse
import os
import subprocess

from trailmill_dev.workspace import ROOT


def main(arguments: list[str]) -> int:
    """Runs Criterion; its exit status."""
    parser = argparse.ArgumentParser(prog="scripts/bench steps", usage="%(prog)s [STEP] [OPTION ...]", description=__doc__)
    _, rest = parser.parse_known_args(arguments)
    command = ["cargo", "bench", "--quiet", "--locked", "--workspace", "--bench", "hot_steps", "--", *rest]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"RAYON_NUM_THREADS": "1"}, check=False).returncode
