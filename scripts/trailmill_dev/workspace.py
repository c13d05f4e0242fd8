"""The cargo workspace: where it is, where cargo puts what it builds, and how it is built."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
TEMPLATE = ROOT / "infra/template.yaml"
# the real samples, next to the clone
SAMPLES = ROOT.parent / "shared/samples"
TRAILMILL = ("trailmill",)
WITH_CORPUS = (*TRAILMILL, "cloudtrail-corpus")


def target() -> pathlib.Path:
    """Cargo's target folder: CARGO_TARGET_DIR, which is relative to the root, or `target`."""
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


def debug_build() -> pathlib.Path:
    """Builds every target of the workspace, as scripts/test does, so that nothing is built twice; the folder of the
    programs."""
    cargo("build", "--quiet", "--locked", "--workspace", "--all-targets")
    return target() / "debug"


def debug_command(given: pathlib.Path | None) -> str:
    """The path of a command `trailmill`: the given one, or that of a debug build."""
    return str(given or debug_build() / "trailmill")


def release_build(packages: tuple[str, ...], *, in_process_s3: bool = False) -> pathlib.Path:
    """Builds the release programs and examples of some packages; the folder of the programs."""
    selected = [part for name in packages for part in ("--package", name)]
    if in_process_s3:
        selected += ["--package", "testkit", "--features", "testkit/s3"]
    targets = ["--bins"] if packages == TRAILMILL and not in_process_s3 else ["--bins", "--examples"]
    cargo("build", "--quiet", "--release", "--locked", *selected, *targets)
    return target() / "release"


def release_programs(
    given: pathlib.Path | None, packages: tuple[str, ...], *programs: str, in_process_s3: bool = False
) -> pathlib.Path:
    """The folder of release programs: the given one, or that of a release build. Ends the process where one is missing."""
    folder = (given or release_build(packages, in_process_s3=in_process_s3)).resolve()
    if missing := [program for program in programs if not (folder / program).is_file()]:
        sys.exit(f"{folder} has no {', '.join(missing)}")
    return folder


def cargo(*arguments: str) -> None:
    """Runs cargo in the workspace. Ends the process where cargo fails, which has said why."""
    status = subprocess.run(["cargo", *arguments], cwd=ROOT, check=False).returncode
    if status != 0:
        sys.exit(status)
