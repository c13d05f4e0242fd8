"""Spark reads every column of the monthly stage with each of its two readers of Parquet, and must see what pyarrow sees."""

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import Failed, expect, short
from trailmill_dev.local_server import bare_environment
from trailmill_dev.readers.lake import Lake
from trailmill_dev.readers.parquet_values import leaves, plain
from trailmill_dev.readers.spark_program import READERS, Reader
from trailmill_dev.workspace import SCRIPTS

PROGRAM = "trailmill_dev.readers.spark_program"
# seconds until Spark must have read all files
PATIENCE = 600


@dataclass(frozen=True)
class Seen:
    """What a reader saw of a file: its rows, and the plan by which Spark read them."""

    reader: str
    rows: pyarrow.Table
    plan: str


def check_spark(lakes: list[Lake], java: pathlib.Path, folder: pathlib.Path) -> str:
    """Both readers see every value of every column as pyarrow does, and as many rows as the journal has.

    Java is a JAVA_HOME; what is written to the folder on the way is the caller's to remove.
    """
    tables = [(lake, table, month) for lake in lakes for table, month in lake.months()]
    parts = [part for lake, table, month in tables for part in lake.parts(table, month)]
    expect(parts, "no Parquet at all")
    cells = 0
    for part, seen in zip(parts, read_all([part.path for part in parts], java, folder), strict=True):
        expected = pyarrow.parquet.ParquetFile(part.path).read()
        expect(len(expected) == part.rows, f"{part.path}: pyarrow has {len(expected)} rows, the journal {part.rows}")
        cells += compare_file(part.path, expected, seen)
    rows = sum(part.rows for part in parts)
    names = {table for _, table, _ in tables}
    return (
        f"{len(parts)} files of {len(names)} tables in {len(lakes)} lakes, {rows} rows: {' and '.join(READERS)} agree with "
        f"pyarrow on {cells} cells"
    )


def read_all(paths: list[pathlib.Path], java: pathlib.Path, folder: pathlib.Path) -> Iterator[list[Seen]]:
    """What each reader sees of each file. Spark runs in a process of its own with nothing of this environment, and has ended
    when the first comes. Fails if Spark does, with the end of what it said."""
    home = folder / "home"
    home.mkdir(parents=True)
    environment = bare_environment(
        home, JAVA_HOME=str(java), PYTHONPATH=str(SCRIPTS), SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_DIRS=str(home),
        # also of the JVM that starts the JVM: nothing of either in /tmp
        JAVA_TOOL_OPTIONS=f"-Djava.io.tmpdir={home} -XX:-UsePerfData",
    )  # fmt: skip
    # its output ends when the JVM ends, which is after Python
    try:
        run = subprocess.run(
            [sys.executable, "-m", PROGRAM, folder, *paths], cwd=home, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Failed(f"Spark has not read {len(paths)} files in {PATIENCE} s") from error
    expect(run.returncode == 0, f"Spark ended with {run.returncode}; it said last:\n{run.stderr[-3000:]}")
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    for path in paths:
        of_file = [line for line in lines if line["file"] == os.fspath(path)]
        yield [Seen(line["reader"], read_arrow(pathlib.Path(line["rows"])), line["plan"]) for line in of_file]


def read_arrow(path: pathlib.Path) -> pyarrow.Table:
    """A table of an Arrow file, which is not loaded before it is asked for."""
    return pyarrow.ipc.open_file(pyarrow.memory_map(str(path))).read_all()


def compare_file(path: pathlib.Path, expected: pyarrow.Table, seen: list[Seen]) -> int:
    """Every reader against pyarrow, column by column and row by row; the number of cells that were compared."""
    readers = [each.reader for each in seen]
    expect(readers == list(READERS), f"{path} was read by {readers}, not by {list(READERS)}")
    for each in seen:
        where = f"{path}: {each.reader}"
        check_plan(where, each.plan, READERS[each.reader])
        names = each.rows.schema.names
        expect(names == expected.schema.names, f"{where}: it has the columns {names}")
        expect(len(each.rows) == len(expected), f"{where}: it has {len(each.rows)} rows, pyarrow {len(expected)}")
    for field in expected.schema:
        values = plain_values(f"{path}: column {field.name}", field, expected[field.name])
        for each in seen:
            compare_column(f"{path}: column {field.name}", field, values, each)
    return len(expected) * len(expected.schema) * len(seen)


def check_plan(where: str, plan: str, reader: Reader) -> None:
    """Fails if Spark's plan reads the Parquet with another reader than was asked for."""
    scan = next((line for line in plan.splitlines() if "FileScan parquet" in line), "")
    # the scan says whether its reader gives batches of columns, which only the vectorized one does
    expect(f"Batched: {str(reader.batches).lower()}" in scan, f"{where}: Spark chose another reader: {short(scan or plan)}")
    expect(("ColumnarToRow" in plan) == reader.batches, f"{where}: the plan is for another reader: {short(plan)}")


def compare_column(where: str, field: pyarrow.Field, expected: list[Any], seen: Seen) -> None:
    """A column of a reader against its expected values."""
    theirs = seen.rows.schema.field(field.name)
    members = leaves(theirs.type, field.name)
    expect(members == leaves(field.type, field.name), f"{where}: {seen.reader} has the members {members}")
    values = plain_values(f"{where}: {seen.reader}", theirs, seen.rows[field.name])
    for row, (left, right) in enumerate(zip(expected, values, strict=True)):
        expect(left == right, f"{where}, row {row}: pyarrow has {short(left)}, {seen.reader} has {short(right)}")


def plain_values(where: str, field: pyarrow.Field, column: pyarrow.ChunkedArray) -> list[Any]:
    """A column as plain Python values; instants as microseconds since 1970, whatever unit the reader has them in."""
    of = column.type
    if pyarrow.types.is_timestamp(of):
        expect(of.tz is not None, f"{where}: {of} is no instant, for it has no time zone")
        values: list[Any] = column.cast(pyarrow.timestamp("us", of.tz)).cast(pyarrow.int64()).to_pylist()
        return values
    return list(map(plain(field.type, without_null_nesting=False), column.to_pylist()))
