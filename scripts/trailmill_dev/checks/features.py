"""Proves that every build of the workspace asks for the same features of third-party crates.

Cargo takes features from the packages that a command selects, so `cargo run`, `cargo nextest run -p lake-store` and a
benchmark would each compile tokio and all that depends on it again. crates/feature-set asks for what any of them does; this
compares what cargo resolves for each selection that a command of ours makes with what it resolves for all of them. Run from
anywhere; needs cargo and python3, nothing else.

With `--built` it asks cargo itself, of some selections that need little of our own to be built: once the workspace has been
built with every target, they must compile no third-party crate.
"""

import argparse
import collections
import json
import subprocess
import sys
from collections.abc import Callable, Iterable

from trailmill_dev.workspace import ROOT

# crates are compiled for programs, and again for build scripts and procedural macros, with features of their own
FOR_PROGRAMS = "normal,no-proc-macro"
FOR_BOTH = "normal,build"
# what is built without tests: `cargo run`, scripts/deploy, `cargo install`
WITHOUT_TESTS = [["--workspace"], ["--package", "trailmill"], ["--package", "functions"]]
# the command, with the programs that scripts/bench measures it with
MEASURED = [
    ["--package", "trailmill", "--package", "cloudtrail-corpus"],
    ["--package", "trailmill", "--package", "cloudtrail-corpus", "--package", "testkit", "--features", "testkit/s3"],
]


def features(selection: list[str]) -> dict[str, set[str]]:
    """The sets of features, joined by commas, that third-party crates are compiled with, by name and version."""
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--prefix", "none", "--format", "{p}|{f}", *selection],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return third_party_features(tree.stdout.splitlines())


def third_party_features(tree: Iterable[str]) -> dict[str, set[str]]:
    """The same of the lines that `cargo tree` prints. Crates of the workspace, whose path is given, are not among them."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for line in tree:
        crate, separator, enabled = line.replace(" (*)", "").replace(" (proc-macro)", "").partition("|")
        if separator and "(/" not in crate:
            found[crate].add(enabled)
    return found


def members() -> list[str]:
    """The crates that are tested alone. What is in tests/ needs the command, and so is run with the whole workspace."""
    return sorted(path.parent.name for path in ROOT.glob("crates/*/Cargo.toml"))


def selections_with(edges: str) -> list[list[str]]:
    """What the commands select, along some kinds of dependencies."""
    alone = [["--package", name] for name in members()]
    selections = [[*selection, "--edges", edges] for selection in WITHOUT_TESTS]
    return selections + [[*selection, "--edges", f"{edges},dev"] for selection in [*MEASURED, *alone]]


def check_resolved(edges: str) -> list[str]:
    """The features of all that each selection does not have, along some kinds of dependencies."""
    everything = features(["--workspace", "--edges", f"{edges},dev"])
    return lacking(selections_with(edges), everything, features)


def lacking(
    selections: list[list[str]], everything: dict[str, set[str]], features_of: Callable[[list[str]], dict[str, set[str]]]
) -> list[str]:
    """A line for each crate that a selection compiles with fewer features than the whole workspace does."""
    missing: dict[str, set[str]] = collections.defaultdict(set)
    where: dict[str, str] = {}
    for selection in selections:
        for crate, sets in features_of(selection).items():
            for enabled in sets - everything[crate]:
                most = max(everything[crate], key=len)
                missing[crate] |= set(most.split(",")) - set(enabled.split(","))
                where.setdefault(crate, " ".join(selection[:-2]))
    return [
        f"{crate} is compiled again for {where[crate]}: crates/feature-set must ask for {', '.join(sorted(missing[crate]))}"
        for crate in sorted(missing)
    ]


def check_built() -> list[str]:
    """Third-party crates that cargo compiles again for a selection."""
    problems = []
    selections = [["build", "--package", "feature-set"]]
    selections += [["test", "--no-run", "--package", name] for name in ("lake-store", "cloudtrail-corpus", "fan-out")]
    for selection in selections:
        build = subprocess.run(
            ["cargo", *selection, "--locked", "--quiet", "--message-format", "json"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        for line in build.stdout.splitlines():
            message = json.loads(line)
            third_party = message.get("package_id", "").startswith("registry+")
            if message["reason"] == "compiler-artifact" and third_party and not message["fresh"]:
                problems.append(f"cargo {' '.join(selection)} compiled {message['package_id'].rpartition('#')[2]} again")
    return problems


def main(arguments: list[str]) -> int:
    """Prints what is compiled with other features."""
    parser = argparse.ArgumentParser(prog="scripts/check features", description=__doc__)
    parser.add_argument("--built", action="store_true", help="ask cargo what it compiles again; needs a build of everything")
    built = parser.parse_args(arguments).built
    problems = check_built() if built else [*check_resolved(FOR_PROGRAMS), *check_resolved(FOR_BOTH)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"features: {len(problems)} problems" if problems else "features: one set for every build")
    return 1 if problems else 0
