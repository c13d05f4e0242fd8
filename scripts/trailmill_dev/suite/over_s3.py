"""Runs the tests of the stages that use a store once more, with every store of theirs over HTTP on the in-process S3.

They are the same binaries that scripts/test has run: nothing is compiled again. A test uses a store if its file, or the
world that its file imports, names one; the others would do the same as before. Jobs are not among them: scripts/e2e runs
them over S3. Arguments go to `cargo nextest run`, such as the name of a test.
"""

import argparse
import os
import pathlib
import re
import subprocess

from trailmill_dev.expect import expect
from trailmill_dev.venv import BIN
from trailmill_dev.workspace import ROOT

STAGES = ("daily-aggregator", "monthly-aggregator")
STORE = re.compile(r"\bTestStore\b|\bWorld\b|testkit_stores")
# a file of tests, and the module it is: `#[path = "aggregate_tests.rs"] mod tests;`
TESTS = re.compile(r'#\[path = "([a-z_]+\.rs)"\]\s*mod ([a-z_]+);')


def modules(sources: pathlib.Path) -> list[str]:
    """The paths of the modules of tests in a crate's `src` that use a store."""
    found = []
    for path in sorted(sources.glob("*.rs")):
        for file, module in TESTS.findall(path.read_text(encoding="utf-8")):
            if STORE.search(path.with_name(file).read_text(encoding="utf-8")):
                found.append(f"{path.stem}::{module}")
    return found


def main(arguments: list[str]) -> int:
    """Runs the tests; the exit status of cargo-nextest. Fails if a stage has none."""
    usage = "%(prog)s [ARGUMENT ...]"
    argparse.ArgumentParser(prog="scripts/test-over-s3", usage=usage, description=__doc__).parse_known_args(arguments)
    filters = []
    for crate in STAGES:
        found = modules(ROOT / "crates" / crate / "src")
        expect(found, f"no test of {crate} uses a store: is the pattern of scripts/test-over-s3 still right?")
        filters.append(f"(package({crate}) & kind(lib) & test(/^({'|'.join(found)})::/))")
    # with the whole workspace, as scripts/test does: other features would compile everything again
    select = ["--workspace", "--locked", "--filterset", " | ".join(filters)]
    command = [str(BIN / "cargo-nextest"), "nextest", "run", *select, *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"TRAILMILL_TEST_STORE": "s3"}, check=False).returncode
