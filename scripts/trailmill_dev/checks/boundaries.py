"""Proves what the folder names promise: which crate may import what, and how files are kept.

Import rules are checked against what cargo resolves (`cargo tree`), so that no rule can be passed by a detour through
another crate. Run from anywhere; needs cargo and python3, nothing else.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

from trailmill_dev.checks import architecture_picture, markdown_links, sources
from trailmill_dev.checks.sources import TESTKIT
from trailmill_dev.workspace import ROOT

AWS = r"aws-.*|lambda_runtime|lambda-.*"
AWS_BUT_LAMBDA = r"aws-(sdk|config|smithy).*|lake-aws"
ARROW = r"arrow|arrow-.*|parquet|parquet-.*"
ASYNC = r"tokio|futures.*|async-trait"
STAGES = r"daily-aggregator|monthly-aggregator|search|stage-jobs|fan-out"
LAKE = r"lake|lake-store"
OURS = "|".join(re.escape(path.parent.name) for path in ROOT.glob("crates/*/Cargo.toml"))
TEST_ONLY = r"testkit|testkit-stores|proptest|tempfile"

# crate -> what may not be among its dependencies, at any depth
FORBIDDEN = {
    # it asks for features, and is none of what it depends on
    "feature-set": [STAGES, "cloudtrail-.*|lake|lake-.*|job-queue|lambda-host|functions|trailmill"],
    "block-deflate": [".*"],
    "parquet-columns": [AWS, OURS],
    "cloudtrail-model": [AWS, ARROW, ASYNC, STAGES, LAKE, "cloudtrail-corpus"],
    "cloudtrail-corpus": [AWS, ARROW, ASYNC, STAGES, LAKE],
    "lake-store": [AWS, ARROW, STAGES, "cloudtrail-model|lake|job-queue"],
    "lake": [AWS, ARROW, STAGES, "job-queue"],
    "proof": [AWS, ARROW, STAGES, "job-queue|lambda-host|trailmill|cloudtrail-corpus"],
    "job-queue": [AWS, ARROW, STAGES, "cloudtrail-model|lake"],
    "fan-out": [AWS, ARROW, "daily-aggregator", "monthly-aggregator", "trailmill", "cloudtrail-corpus"],
    "lake-aws": [ARROW, STAGES, "lambda_runtime|lambda-.*", "trailmill", "cloudtrail-corpus"],
    "daily-aggregator": [AWS, ARROW, "monthly-aggregator", "fan-out", "job-queue", "trailmill", "cloudtrail-corpus"],
    "monthly-aggregator": [AWS, "daily-aggregator", "fan-out", "job-queue", "trailmill", "cloudtrail-corpus"],
    "search": [AWS, "daily-aggregator", "stage-jobs", "fan-out", "job-queue", "trailmill", "cloudtrail-corpus"],
    "stage-jobs": [AWS, "trailmill", "cloudtrail-corpus"],
    "lambda-host": [AWS_BUT_LAMBDA, ARROW, STAGES, "trailmill", "cloudtrail-corpus"],
    "functions": ["trailmill", "cloudtrail-corpus"],
    "trailmill": ["lambda-host", "lambda_runtime.*"],
    "testkit": [AWS, ARROW, STAGES, "lake-aws"],
    # it reaches the in-process S3 through lake-aws
    "testkit-stores": [ARROW, STAGES],
}


def dependencies(crate: str) -> set[str]:
    """The crates that a crate depends on at any depth, but for tests."""
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--package", crate, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {line.split()[0] for line in tree.stdout.splitlines() if line.strip()} - {crate}


def import_problems(crates: set[str], dependencies_of: Callable[[str], set[str]]) -> Iterator[str]:
    """Crates without a rule, rules without a crate, and dependencies that a rule forbids."""
    for crate in sorted(crates ^ set(FORBIDDEN)):
        yield f"{crate}: the crates and the rules of scripts/check boundaries differ"
    for crate in sorted(crates & set(FORBIDDEN)):
        found = dependencies_of(crate)
        for rule in [*FORBIDDEN[crate], *([] if crate in TESTKIT else [TEST_ONLY])]:
            for name in sorted(found):
                if re.fullmatch(rule, name):
                    yield f"{crate} must not depend on {name}"


def main(arguments: list[str]) -> int:
    """Prints what is wrong."""
    argparse.ArgumentParser(prog="scripts/check boundaries", description=__doc__).parse_args(arguments)
    crates = {path.parent.name for path in ROOT.glob("crates/*/Cargo.toml")}
    found = [
        *import_problems(crates, dependencies),
        *sources.problems(),
        *architecture_picture.picture_problems(ROOT),
        *markdown_links.link_problems(ROOT),
    ]
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"crate boundaries: {len(found)} problems" if found else "crate boundaries: all kept")
    return 1 if found else 0
