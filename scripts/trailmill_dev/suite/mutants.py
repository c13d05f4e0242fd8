"""Takes safeguards out of the code, one at a time, and sees that a test notices. Each file of tests/mutants is a patch that
does so; its first lines say what it takes out, and which test must fail then. The table that this prints is in
docs/internals/reliability.md."""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from trailmill_dev import timing
from trailmill_dev.expect import Failed, expect, present
from trailmill_dev.workspace import ROOT

PATCHES = ROOT / "tests/mutants"
HOME = ROOT / "target/mutants"
TREE = HOME / "tree"
# seconds that a test may take with its build
LONGEST = 1200
INVARIANT = re.compile(r"\[[a-z-]+\]")


@dataclass(frozen=True)
class Mutant:
    """A patch, by its name, and its first lines."""

    name: str
    # what it takes out
    taken_out: str
    # the path of the test that must fail
    test: str
    # the options of cargo that select the test's binary
    where: str

    @property
    def patch(self) -> pathlib.Path:
        """Its file."""
        return PATCHES / f"{self.name}.patch"

    @property
    def folder(self) -> str:
        """The folder that the test is in."""
        selection = self.where.split()
        return f"crates/{selection[1]}/src" if selection[0] == "-p" else "tests"


def read(name: str) -> Mutant:
    """A mutant of tests/mutants. Fails if there is none of this name, or a line of it is missing."""
    path = PATCHES / f"{name}.patch"
    expect(path.exists(), f"no mutant {name} in tests/mutants")
    return parsed(name, path.read_text(encoding="utf-8"))


def parsed(name: str, text: str) -> Mutant:
    """A mutant by the text of its patch. Fails if a line is missing."""

    def line(field: str) -> str:
        found = re.search(rf"^{field}: (.*)$", text, re.MULTILINE)
        return present(found, f"tests/mutants/{name}.patch has no line `{field}: …`").group(1)

    return Mutant(name, line("mutant"), line("test"), line("in"))


def every_name() -> list[str]:
    """The names of all mutants."""
    return sorted(path.stem for path in PATCHES.glob("*.patch"))


def check(mutant: Mutant) -> None:
    """Fails if the patch no longer applies, or its test does not exist."""
    applies = subprocess.run(["git", "apply", "--check", mutant.patch], cwd=ROOT, check=False).returncode == 0
    expect(applies, f"{mutant.patch.relative_to(ROOT)} no longer applies: make it again")
    function = re.compile(rf"fn {mutant.test.rpartition('::')[2]}\b")
    sources = (ROOT / mutant.folder).rglob("*.rs")
    there = any(function.search(path.read_text(encoding="utf-8")) for path in sources)
    expect(there, f"{mutant.patch.relative_to(ROOT)}: there is no test {mutant.test} in {mutant.folder}")


@contextlib.contextmanager
def tree() -> Iterator[None]:
    """A work tree of the last commit in target/mutants, until the block ends."""
    shutil.rmtree(TREE, ignore_errors=True)
    subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", TREE, "HEAD"], cwd=ROOT, check=True)
    # tests look for the real samples next to the work tree
    shared = HOME / "shared"
    shared.unlink(missing_ok=True)
    shared.symlink_to(ROOT.parent / "shared")
    try:
        yield
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", TREE], cwd=ROOT, check=True)


def run(mutant: Mutant) -> tuple[bool, str]:
    """Runs the mutant's test in the work tree: whether it passes, and what it prints."""
    where = mutant.where.split()
    command = ["cargo", "test", "--workspace", "--locked", *where, "--", "--exact", mutant.test]
    environment = os.environ | {"CARGO_TARGET_DIR": str(HOME / "build")}
    done = timing.run(command, LONGEST, environment, TREE)
    return done.status == 0, done.errors + done.out


def check_without(mutants: list[Mutant]) -> None:
    """Fails if a test does not pass, or is not there, without any mutant."""
    for mutant in {mutant.test: mutant for mutant in mutants}.values():
        passes, said = run(mutant)
        if not passes or not re.search(rf"^test {re.escape(mutant.test)} \.\.\. ok", said, re.MULTILINE):
            raise Failed(f"{said}\n{mutant.test} fails, or is not there, without any mutant")


def what_it_says(said: str) -> str:
    """The invariant that a failing test found broken, or else the first line of its message."""
    found = re.search(r"panicked at.*\n((?:.*\n?){0,3})", said)
    panic = found.group(1) if found else ""
    if invariant := INVARIANT.search(panic):
        return f"`{invariant.group().strip('[]')}`"
    return panic.partition("\n")[0][:120].replace("|", " ")


def survives(mutant: Mutant) -> bool:
    """Applies a mutant in the work tree, runs its test, and prints its row of the table."""
    subprocess.run(["git", "apply", mutant.patch], cwd=TREE, check=True)
    try:
        passes, said = run(mutant)
    finally:
        subprocess.run(["git", "checkout", "--quiet", "."], cwd=TREE, check=True)
    if passes:
        print(f"| {mutant.taken_out} | **survives** `{mutant.test}` | |", flush=True)
        return True
    if f"test {mutant.test} ... FAILED" not in said:
        raise Failed(f"{said}\n{mutant.name}: {mutant.test} has not run to its end: the mutant does not build, or hangs")
    print(f"| {mutant.taken_out} | `{mutant.test}` | {what_it_says(said)} |", flush=True)
    return False


def main(arguments: list[str]) -> int:
    """Prints a table of the mutants; the exit status is 1 if one survives."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants, without `.patch`; all of them by default")
    parser.add_argument("--check", action="store_true", help="only see that every patch still applies, and its test exists")
    said = parser.parse_args(arguments)
    mutants = [read(name) for name in said.names or every_name()]
    if said.check:
        for mutant in mutants:
            check(mutant)
        return 0
    with tree():
        check_without(mutants)
        print("| taken out | test that notices | what it says |\n|---|---|---|", flush=True)
        survivors = [mutant for mutant in mutants if survives(mutant)]
    return 1 if survivors else 0
