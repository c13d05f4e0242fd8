"""Fuzzes what is given any bytes: the parsers of cloudtrail-model (keys, envelope, digests), of lake (journal, inputs,
layout) and of fan-out (messages), the compressor of block-deflate (blocks), and records on their way to Parquet and back in
monthly-aggregator (parquet). Needs a nightly compiler (rustup toolchain install nightly); installs cargo-fuzz if it is
missing.

Starts from the small corpus of each target, fuzz/corpus/TARGET, which `cargo test` replays. What is found in addition
goes to fuzz/target/found/TARGET, and what fails to fuzz/artifacts/TARGET.
"""

import argparse
import subprocess

from trailmill_dev.workspace import ROOT

TARGETS = (
    "cloudtrail-model/keys", "cloudtrail-model/envelope", "cloudtrail-model/digests", "fan-out/messages", "lake/journal",
    "lake/inputs", "lake/layout", "block-deflate/blocks", "parquet-columns/columns", "monthly-aggregator/parquet",
)  # fmt: skip
FUZZ = ["cargo", "+nightly", "fuzz"]


def command(name: str, seconds: int) -> list[str]:
    """The command that fuzzes a target, for its crate's folder."""
    sanitizer, options = "address", [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=2048"]
    if name == "parquet":
        # a hundred columns for every case: shorter ones, and no look at memory that only other crates' code could spoil
        sanitizer = "none"
        options += ["-max_len=2048", "-dict=fuzz/parquet.dict"]
    corpora = [f"fuzz/target/found/{name}", f"fuzz/corpus/{name}"]
    return [*FUZZ, "run", "--sanitizer", sanitizer, name, *corpora, "--", *options]


def main(arguments: list[str]) -> int:
    """Fuzzes the targets in turn; the exit status of the first that fails."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=int, default=60, help="seconds for each target [60]")
    parser.add_argument("targets", nargs="*", metavar="CRATE/TARGET", help=f"without one, all of them: {', '.join(TARGETS)}")
    said = parser.parse_args(arguments)
    crates = ROOT / "crates"
    if subprocess.run([*FUZZ, "--version"], cwd=crates, capture_output=True, check=False).returncode != 0:
        subprocess.run(["cargo", "install", "cargo-fuzz", "--locked"], cwd=crates, check=True)
    for target in said.targets or TARGETS:
        crate, _, name = target.partition("/")
        (crates / crate / "fuzz/target/found" / name).mkdir(parents=True, exist_ok=True)
        status = subprocess.run(command(name, said.seconds), cwd=crates / crate, check=False).returncode
        if status != 0:
            return status
    return 0
