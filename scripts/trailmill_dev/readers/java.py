"""The Java runtime that Spark needs: found on this machine, or installed where CI runs."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

from trailmill_dev.expect import Failed

# the oldest that Spark 4 runs on
OLDEST = 17
PACKAGE = "default-jre-headless"
INSTALLED = pathlib.Path("/usr/lib/jvm")
VERSION = re.compile(r'version "(\d+)')


def candidates() -> Iterator[pathlib.Path]:
    """The programs `java` in JAVA_HOME, on the path, and where Debian installs them; the newest of these first."""
    if home := os.environ.get("JAVA_HOME"):
        yield pathlib.Path(home) / "bin/java"
    if found := shutil.which("java"):
        yield pathlib.Path(found)
    yield from sorted(INSTALLED.glob("*/bin/java"), reverse=True)


def version(java: pathlib.Path) -> int:
    """The major version of a program `java`: 17, or 1 for Java 8 and older; 0 if it does not run."""
    try:
        run = subprocess.run([java, "-version"], capture_output=True, text=True, errors="replace", check=False)
    except OSError:
        return 0
    said = VERSION.search(run.stderr + run.stdout)
    return int(said.group(1)) if said and run.returncode == 0 else 0


def found() -> pathlib.Path | None:
    """The JAVA_HOME of the first runtime that is new enough."""
    java = next((java for java in candidates() if version(java) >= OLDEST), None)
    return java.resolve().parents[1] if java else None


def apt_get(*arguments: str) -> None:
    """Runs apt-get, which asks nothing. Fails if it does, with the end of what it printed."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run = subprocess.run(
        ["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    if run.returncode != 0:
        raise Failed(f"apt-get {' '.join(arguments)} failed:\n{run.stdout[-2000:]}")


def home() -> pathlib.Path | None:
    """The JAVA_HOME of a runtime that is new enough.

    Where there is none: CI installs it, as root on Debian, and fails without it; for anybody else it prints what to install,
    and gives None.
    """
    if (java := found()) is not None:
        return java
    missing = f"no Java {OLDEST} or newer in JAVA_HOME, on the path or in {INSTALLED}"
    if os.environ.get("CI") != "true":
        print(f"SKIPPED: {missing}; on Debian: apt-get install --no-install-recommends {PACKAGE}", file=sys.stderr)
        return None
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failed(f"{missing}; CI must have it, and can install {PACKAGE} only as root with apt-get")
    apt_get("update", "-qq")
    apt_get("install", "-y", "-qq", "--no-install-recommends", PACKAGE)
    if (java := found()) is None:
        raise Failed(f"{missing}, after apt-get installed {PACKAGE}")
    return java
