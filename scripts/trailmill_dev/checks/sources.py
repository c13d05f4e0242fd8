"""How files are kept: their length and names, what a stage may not touch, manifests, and tests that cargo would pass
over."""

import pathlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

from trailmill_dev.workspace import ROOT

# the crates that are for tests alone
TESTKIT = {"testkit", "testkit-stores"}
# what only the command and the functions may touch: stages are given the time and their settings
WORLD = re.compile(r"\bstd::env\b|SystemTime::|Timestamp::now|Zoned::now|\bprintln!|\beprintln!")
WORLDLY = {"trailmill", "lambda-host", "functions"}
AWS_PATH = re.compile(r"\baws_\w+(?:::|;)")

MAX_LINES = 500
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "shared", "misc"}


def source_problems(name: str, text: str) -> Iterator[str]:
    """What is wrong with a file of Rust or Python, by its path in the workspace and its text."""
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines, more than {MAX_LINES}"
    for part in pathlib.Path(name).with_suffix("").parts:
        if part in EMPTY_NAMES:
            yield f"{name}: the name {part!r} says nothing about what is inside"
    parts = pathlib.Path(name).parts
    if len(parts) < 3 or (parts[0], parts[2]) != ("crates", "src"):
        return
    worldly = parts[1] in WORLDLY | TESTKIT
    if not worldly and not name.endswith("_tests.rs") and "/conformance" not in name:
        for number, line in enumerate(text.splitlines(), 1):
            if WORLD.search(line) and not line.lstrip().startswith("//"):
                yield f"{name}:{number}: the clock, the environment and the terminal belong to the command"
    # aws_lambda_events are lambda-host's, which has no other of them
    if parts[1] not in {"lake-aws", "lambda-host"} and AWS_PATH.search(text):
        yield f"{name}: only lake-aws names aws_*"


def unrun_problems(name: str, text: str, library: dict[str, Any]) -> Iterator[str]:
    """Tests and examples of a file that cargo passes over without a word, since its crate's `[lib]` says there are none."""
    # every second fence ends an example
    examples = re.findall(r"^\s*//[/!] ```(.*)$", text, re.MULTILINE)[::2]
    if not library.get("doctest", True) and any(language != "text" for language in examples):
        yield f"{name}: an example that is never run: the crate has `doctest = false`"
    if not library.get("test", True) and "cfg(test)" in text:
        yield f"{name}: tests that are never run: the crate has `test = false`"


def manifest_problems(name: str, text: str) -> Iterator[str]:
    """What is missing in a manifest."""
    if "[lints]\nworkspace = true" not in text:
        yield f"{name}: must take the workspace's lints, which forbid unsafe code"


def files(*patterns: str) -> Iterator[tuple[str, str]]:
    """The path and the text of each file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).exists():
            yield name, (ROOT / name).read_text(encoding="utf-8")


def problems() -> Iterator[str]:
    """Everything that is wrong with files of the workspace."""
    manifests = {path.parent: path.read_text(encoding="utf-8") for path in ROOT.glob("crates/*/Cargo.toml")}
    for name, text in files("*.rs", "*.py"):
        yield from source_problems(name, text)
    tests = ROOT / "tests"
    for folder, text in [*manifests.items(), (tests, (tests / "Cargo.toml").read_text(encoding="utf-8"))]:
        yield from manifest_problems(f"{folder.relative_to(ROOT)}/Cargo.toml", text)
    for folder, text in manifests.items():
        library = tomllib.loads(text).get("lib", {})
        for path in folder.glob("src/**/*.rs"):
            yield from unrun_problems(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"), library)
