"""Makes a small demo lake with the command, and lakes of the real samples, and reads them with tools that share no code with
Trailmill. What they see is compared with the journal, with each other, and with the oracle."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import duckdb

from trailmill_dev.expect import Failed
from trailmill_dev.readers import (
    daily_stage,
    field_ids,
    parquet_layout,
    parquet_values,
    pruning,
    queries,
    records,
    statements,
)
from trailmill_dev.readers.lake import Lake
from trailmill_dev.workspace import ROOT, SAMPLES, debug_command

QUERIES = ROOT / "docs/guide/queries.md"
# what the demo's organisation does not do: events the queries of docs/guide/queries.md look for, and one with every member
NOTABLE_EVENTS = pathlib.Path(__file__).parents[1] / "readers/notable_events.json"
NOTABLE_DAY = "us-east-1/2026/10/02"
NOTABLE_FILE = "{account}_CloudTrail_us-east-1_20261002T1200Z_notable.json"
MONTHS = ("2026-09", "2026-10")
# small files and row groups, so that there are several
SMALL_PARTS = ("--part-rows", "10000", "--row-group", "4")


def trailmill(command: str, *arguments: str | pathlib.Path) -> str:
    """What the command prints. Fails unless its exit status is 0, or 2: the demo has broken log files on purpose."""
    run = subprocess.run([command, *arguments], stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if run.returncode not in (0, 2):
        raise Failed(f"trailmill {' '.join(map(str, arguments))} ended with {run.returncode}")
    return run.stdout


def demo_lake(command: str, demo: pathlib.Path) -> str:
    """Makes the demo's lake below a folder, with notable events; what the demo printed."""
    printed = trailmill(command, "demo", "--dir", demo, "--days", "2")
    account = min(path for path in (demo / "logs/AWSLogs").glob("*/*") if path.is_dir())
    notable = account / "CloudTrail" / NOTABLE_DAY
    notable.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(NOTABLE_EVENTS, notable / NOTABLE_FILE.format(account=account.name))
    lake = demo / "lake"
    trailmill(command, "daily", "--source", demo / "logs", "--lake", lake)
    for month in MONTHS:
        trailmill(command, "monthly", "--lake", lake, "--month", month, "--allow-gaps", *SMALL_PARTS)
    return printed


def lakes_of_samples(command: str, folder: pathlib.Path) -> list[pathlib.Path]:
    """Makes lakes of the real samples below a folder; none where there are no samples, which CI must have."""
    if not (SAMPLES / "AWSLogs").is_dir():
        if os.environ.get("CI") == "true":
            raise Failed(f"no real samples at {SAMPLES}, and CI must have them")
        print(f"SKIPPED: no real samples at {SAMPLES}", file=sys.stderr)
        return []
    lakes = []
    for source in ("AWSLogs", "org/AWSLogs"):
        lake = folder / source.replace("/", "-")
        trailmill(command, "run", "--source", SAMPLES / source, "--lake", lake, "--allow-gaps")
        lakes.append(lake)
    return lakes


def checks_of(made: Lake, real: list[Lake], printed: str) -> list[tuple[str, Callable[[], str]]]:
    """Every check with its name, in order."""
    everywhere: list[Callable[[Lake], str]] = [
        daily_stage.check_daily,
        parquet_values.check_values,
        records.check_records,
        parquet_layout.check_layout,
        pruning.check_pruning,
        field_ids.check_field_ids,
    ]
    checks: list[tuple[str, Callable[[], str]]] = [
        (f"{lake.folder.name}, {check.__name__.removeprefix('check_')}", partial(check, lake))
        for lake in [made, *real]
        for check in everywhere
    ]
    return [
        *checks,
        ("demo", lambda: daily_stage.check_demo_queries(printed, made.command)),
        ("columns", lambda: parquet_values.check_every_column_is_used(made)),
        ("ddl", lambda: statements.check_statements(made)),
        ("docs/guide/queries.md", lambda: queries.check_queries(made, QUERIES)),
    ]


def checked(name: str, check: Callable[[], str]) -> None:
    """Runs a check and prints what it says. Fails with its name."""
    started = time.monotonic()
    try:
        said = check()
    except subprocess.CalledProcessError as failed:
        raise Failed(f"{name}: FAILED: {' '.join(failed.cmd)}: {failed.stderr.strip()}") from failed
    except (Failed, duckdb.Error) as failed:
        raise Failed(f"{name}: FAILED: {failed}") from failed
    print(f"{name}: {said} ({time.monotonic() - started:.1f} s)", flush=True)


def main(arguments: list[str]) -> int:
    """Runs every check; the first that fails ends it."""
    argparse.ArgumentParser(prog="scripts/check readers", description=__doc__).parse_args(arguments)
    command = debug_command(None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            demo = folder / "demo"
            printed = demo_lake(command, demo)
            real = [Lake(lake, command) for lake in lakes_of_samples(command, folder / "real")]
            for name, check in checks_of(Lake(demo / "lake", command), real, printed):
                checked(name, check)
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0
