"""Spark reads every column of the monthly stage with each of its two readers of Parquet, and must see what pyarrow sees."""

import json
import os
import pathlib
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import Failed, expect, short
from trailmill_dev.local_server import bare_environment
from trailmill_dev.readers.lake import TABLES, Lake
from trailmill_dev.readers.parquet_values import leaves, plain
from trailmill_dev.readers.spark_program import READERS, Reader
from trailmill_dev.workspace import SCRIPTS

STATEMENTS_END = re.compile(r";\s*(?:\n|$)")
PROGRAM = "trailmill_dev.readers.spark_program"
# seconds until Spark must have ended
PATIENCE = 600


@dataclass(frozen=True)
class Seen:
    """What a reader saw of a file: its rows, and the plan by which Spark read them."""

    reader: str
    rows: pyarrow.Table
    plan: str


def check_spark(lakes: list[Lake], java: pathlib.Path, folder: pathlib.Path) -> str:
    """Both readers see every value of every column as pyarrow does, and as many rows as the journal has; the statements of
    `trailmill ddl spark` make tables with the same rows of the first lake, which has every table.

    Java is a JAVA_HOME; what is written to the folder on the way is the caller's to remove.
    """
    parts = [part for lake in lakes for table, month in lake.months() for part in lake.parts(table, month)]
    expect(parts, "no Parquet at all")
    tables = {f"{table}_monthly": statements_of(lakes[0], table) for table in TABLES}
    lines = run_spark(tables, [part.path for part in parts], java, folder)
    cells = 0
    for part in parts:
        expected = pyarrow.parquet.ParquetFile(part.path).read()
        expect(len(expected) == part.rows, f"{part.path}: pyarrow has {len(expected)} rows, the journal {part.rows}")
        of_file = [line for line in lines if line.get("file") == os.fspath(part.path)]
        seen = [Seen(line["reader"], read_arrow(pathlib.Path(line["rows"])), line["plan"]) for line in of_file]
        cells += compare_file(part.path, expected, seen)
    read = {line["table"]: read_arrow(pathlib.Path(line["rows"])) for line in lines if "table" in line}
    for table in TABLES:
        compare_table(lakes[0], table, read)
    return (
        f"{len(parts)} files in {len(lakes)} lakes, {sum(part.rows for part in parts)} rows: {' and '.join(READERS)} agree "
        f"with pyarrow on {cells} cells; the DDL makes {len(TABLES)} tables with the same rows"
    )


def statements_of(lake: Lake, table: str) -> list[str]:
    """What `trailmill ddl spark` prints for a table, as statements."""
    printed = lake.trailmill("ddl", "spark", "--table", table, "--location", str(lake.folder))
    return [statement for statement in STATEMENTS_END.split(printed) if statement.strip()]


def run_spark(
    tables: dict[str, list[str]], files: list[pathlib.Path], java: pathlib.Path, folder: pathlib.Path
) -> list[dict[str, str]]:
    """The lines that spark_program.py prints. It runs to its end in a process of its own with nothing of this environment.
    Fails if Spark does, with the end of what it said."""
    home = folder / "home"
    home.mkdir(parents=True)
    (folder / "job.json").write_text(json.dumps({"tables": tables, "files": list(map(os.fspath, files))}))
    environment = bare_environment(
        home, JAVA_HOME=str(java), PYTHONPATH=str(SCRIPTS), SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_DIRS=str(home),
        # also of the JVM that starts the JVM: nothing of either in /tmp
        JAVA_TOOL_OPTIONS=f"-Djava.io.tmpdir={home} -XX:-UsePerfData",
    )  # fmt: skip
    # its output ends when the JVM ends, which is after Python
    try:
        run = subprocess.run(
            [sys.executable, "-m", PROGRAM, folder], cwd=home, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Failed(f"Spark has not ended in {PATIENCE} s") from error
    expect(run.returncode == 0, f"Spark ended with {run.returncode}; it said last:\n{run.stderr[-3000:]}")
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


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


def compare_table(lake: Lake, table: str, read: dict[str, pyarrow.Table]) -> None:
    """The table of Spark's DDL has the rows of its files, with year and month of their folders, in any order. Its view has
    as many, and no capital letter in a name."""
    name = f"{table}_monthly"
    found, view = read[name], read[f"{name}_snake"]
    expected: Counter[str] = Counter()
    for month in lake.partitions(name):
        for part in lake.parts(table, month):
            rows = pyarrow.parquet.ParquetFile(part.path).read()
            names = [*rows.schema.names, "year", "month"]
            expect(found.schema.names == names, f"ddl spark, {table}: the table has the columns {found.schema.names}")
            expected += whole_rows(name, rows, *map(int, month.split("-")))
    expect(expected, f"{name}: the made lake has no month of it")
    there = whole_rows(f"ddl spark, {table}", found)
    odd = next(iter((expected - there) + (there - expected)), None)
    expect(odd is None, f"ddl spark, {table}: a row is in the files or in Spark's table alone: {short(odd)}")
    expect(len(view) == len(found), f"ddl spark, {table}: the view has {len(view)} rows, the table {len(found)}")
    names = view.schema.names
    expect(names == [each.lower() for each in names], f"ddl spark, {table}: {names} are not in snake case")


def whole_rows(where: str, rows: pyarrow.Table, *more: int) -> Counter[str]:
    """The rows of a table as text, with more columns of one value each."""
    columns = [plain_values(f"{where}: column {field.name}", field, rows[field.name]) for field in rows.schema]
    return Counter(repr((*row, *more)) for row in zip(*columns, strict=True))


def plain_values(where: str, field: pyarrow.Field, column: pyarrow.ChunkedArray) -> list[Any]:
    """A column as plain Python values; instants as microseconds since 1970, whatever unit the reader has them in."""
    of = column.type
    if pyarrow.types.is_timestamp(of):
        expect(of.tz is not None, f"{where}: {of} is no instant, for it has no time zone")
        values: list[Any] = column.cast(pyarrow.timestamp("us", of.tz)).cast(pyarrow.int64()).to_pylist()
        return values
    return list(map(plain(field.type, without_null_nesting=False), column.to_pylist()))
