"""What a bench ran on: the machine, and the versions of the peers."""

import importlib.metadata
import os
import platform
import subprocess

# the package that has a peer's version
PACKAGES = {"orjson": "orjson", "duckdb": "duckdb", "chdb": "chdb-core", "polars": "polars", "pyarrow": "pyarrow"}


def machine() -> str:
    """Cores, processor, system, memory and load, in one line."""
    gibibytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    system = f"{platform.machine()}, {platform.system()}, {gibibytes:.0f} GiB"
    return f"{os.cpu_count()} cores, {system}; load {load:.1f} at the start"


def versions(peers: set[str]) -> str:
    """The versions of Python and the peers, in one line."""
    words = [f"Python {platform.python_version()}"]
    words += [f"{package} {importlib.metadata.version(package)}" for peer, package in PACKAGES.items() if peer in peers]
    if "jq" in peers:
        for tool in ("jq", "gzip"):
            said = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True).stdout
            words.append(said.splitlines()[0])
    return ", ".join(words)
