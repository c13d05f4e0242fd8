"""Reads lakes with tools that share no code with Trailmill and holds what they see against the journal, each other, and
an oracle of its own. Called by scripts/check-readers: COMMAND DEMO_FOLDER [REAL_LAKE...]"""

import pathlib
import subprocess
import sys
import time
from collections.abc import Callable

import duckdb

from readers import daily_stage, oracle, parquet_layout, parquet_values, queries, statements
from readers.lake import Lake
from readers.mismatch import Mismatch

DOCS = pathlib.Path(__file__).parent.parent / "docs"


def main() -> int:
    """Runs every check; the first that fails ends it."""
    command, demo = sys.argv[1], pathlib.Path(sys.argv[2])
    made = Lake(demo / "lake", command)
    reals = [Lake(pathlib.Path(folder), command) for folder in sys.argv[3:]]
    everywhere = [
        daily_stage.check_daily,
        parquet_values.check_values,
        oracle.check_records,
        parquet_layout.check_layout,
    ]
    checks: list[tuple[str, Callable[[], str]]] = [
        (f"{lake.folder.name}, {check.__name__.removeprefix('check_')}", lambda lake=lake, check=check: check(lake))
        for lake in [made, *reals]
        for check in everywhere
    ]
    checks += [
        ("demo", lambda: daily_stage.check_demo_queries((demo / "printed.txt").read_text(encoding="utf-8"), command)),
        ("columns", lambda: parquet_values.check_every_column_is_used(made)),
        ("ddl", lambda: statements.check_statements(made)),
        ("docs/guide/queries.md", lambda: queries.check_queries(made, DOCS / "guide/queries.md")),
    ]
    for name, check in checks:
        started = time.monotonic()
        try:
            said = check()
        except subprocess.CalledProcessError as failed:
            print(f"{name}: FAILED: {' '.join(failed.cmd)}: {failed.stderr.strip()}", file=sys.stderr)
            return 1
        except (Mismatch, duckdb.Error) as mismatch:
            print(f"{name}: FAILED: {mismatch}", file=sys.stderr)
            return 1
        print(f"{name}: {said} ({time.monotonic() - started:.1f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
