"""The long run of tests/reliability: every order of two runs up to two preemptions, of three up to one, randomized runs, and
every state of the model of the journal with three attempts; then real processes that are killed, more often than in
scripts/test. Its figures are in docs/internals/reliability.md. Needs 10 GB of memory for the model."""

import argparse
import os
import subprocess

from trailmill_dev.workspace import ROOT


def tests(binary: str, environment: dict[str, str], *arguments: str) -> int:
    """Runs tests of a binary of tests/; the exit status."""
    command = ["cargo", "test", "--workspace", "--locked", "--test", binary, "--", "--nocapture", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Runs the long run, or one randomized run again; the exit status of the first that fails."""
    parser = argparse.ArgumentParser(prog="scripts/reliability", description=__doc__)
    parser.add_argument("seeds", nargs="?", default="10000", help="seeds of the randomized runs [10000]")
    parser.add_argument(
        "--replay", nargs=2, metavar=("SEED", "ORDER"), help="one randomized run again, as a failure prints it"
    )
    said = parser.parse_args(arguments)
    if said.replay:
        seed, order = said.replay
        again = {"SEED": seed, "ORDER": order}
        return tests("reliability", again, "--ignored", "--exact", "interleavings::replayed_schedule")
    skip = ["--skip", "replayed_schedule", "--test-threads", "2"]
    return tests("reliability", {"SEEDS": said.seeds}, "--ignored", *skip) or tests(
        "end_to_end", {"TRAILMILL_LONG_RUN": "1"}, "killed"
    )
