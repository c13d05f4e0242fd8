"""Looks for known advisories against the crates of Cargo.lock, by cargo-deny and RustSec's database. CI may not
reach that, so .github/workflows/advisories.yml runs this, every working day."""

import argparse
import subprocess

from trailmill_dev.expect import expect
from trailmill_dev.venv import BIN
from trailmill_dev.workspace import ROOT

DATABASE = "https://github.com/RustSec/advisory-db"
FETCH = ["--locked", "fetch", "db"]
CHECK = ["--locked", "check", "advisories"]


def deny(arguments: list[str]) -> bool:
    """Whether a command of cargo-deny succeeds; it prints what it finds."""
    return subprocess.run([BIN / "cargo-deny", *arguments], cwd=ROOT, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Fails if the database cannot be had, or has something about a crate."""
    argparse.ArgumentParser(prog="scripts/check advisories", description=__doc__).parse_args(arguments)
    # apart from the check: a day without the database is no day without advisories
    expect(deny(FETCH), f"cannot fetch {DATABASE}; run this where it can be reached")
    found = "an advisory is about a crate: update it, or excuse it in deny.toml with the reason"
    expect(deny(CHECK), found)
    return 0
