"""The programs with which Trailmill is tested, measured and deployed. What a person types is in scripts/."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 — this is where an older one is told
    sys.exit(f"scripts/ needs Python 3.11 or newer; this python3 is {sys.version.split()[0]}")
