"""duckdb, pyarrow, polars and chdb read every column of the monthly stage, and must see the same values."""

import pathlib
from collections.abc import Callable
from typing import Any

import chdb
import duckdb
import polars
import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import expect, short
from trailmill_dev.readers.lake import TABLES, Lake

# A value of a column, as plain Python: text, bool, None, microseconds, list, dict; a map is a list of pairs.
Plain = Callable[[Any], Any]


def plain(of: pyarrow.DataType, without_null_nesting: bool) -> Plain:
    """What makes a reader's Python value plain.

    ClickHouse has no null structs, lists and maps: it reads them as structs of nulls, and as empty. To compare with it,
    `without_null_nesting` does the same to everybody's.
    """
    inner = [(field.name, plain(field.type, without_null_nesting)) for field in members(of)]
    if pyarrow.types.is_struct(of):
        nulls = {name: make(None) for name, make in inner} if without_null_nesting else None
        return lambda value: nulls if value is None else {name: make(value[name]) for name, make in inner}
    nothing: list[Any] | None = [] if without_null_nesting else None
    if pyarrow.types.is_map(of):
        return lambda value: nothing if value is None else pairs(value)
    if pyarrow.types.is_list(of):
        item = inner[0][1]
        return lambda value: nothing if value is None else [item(element) for element in value]
    return lambda value: value


def members(of: pyarrow.DataType) -> list[pyarrow.Field]:
    """The fields of a struct or the item of a list."""
    nested = pyarrow.types.is_struct(of) or pyarrow.types.is_list(of)
    return [of.field(index) for index in range(of.num_fields)] if nested else []


def pairs(value: Any) -> list[tuple[str, str | None]]:
    """A map as every reader has one: a dict, pairs, or structs of key and value."""
    if isinstance(value, dict):
        return list(value.items())
    return [(entry["key"], entry["value"]) if isinstance(entry, dict) else tuple(entry) for entry in value]


def microseconds(column: Any) -> Any:
    """A timestamp column as numbers, which every library has alike."""
    if pyarrow.types.is_timestamp(column.type):
        expect(column.type.unit == "us" and column.type.tz == "UTC", f"{column.type} is not microseconds in UTC")
        return column.cast(pyarrow.int64())
    return column


def by_pyarrow(path: pathlib.Path, column: str) -> list[Any]:
    """pyarrow: what the others are compared with."""
    values: list[Any] = microseconds(pyarrow.parquet.ParquetFile(path).read(columns=[column])[column]).to_pylist()
    return values


def by_duckdb(path: pathlib.Path, column: str) -> list[Any]:
    """duckdb; its timestamps as numbers, since its Python values of them want another library."""
    chosen = f'epoch_us("{column}")' if column == "eventTimestamp" else f'"{column}"'
    return [row[0] for row in duckdb.sql(f"SELECT {chosen} FROM read_parquet('{path}')").fetchall()]


def by_polars(path: pathlib.Path, column: str) -> list[Any]:
    """polars, with its own Parquet reader, not pyarrow's."""
    series = polars.read_parquet(path, columns=[column], use_pyarrow=False)[column]
    return (series.dt.epoch("us") if series.dtype.is_temporal() else series).to_list()


def by_chdb(path: pathlib.Path, column: str) -> list[Any]:
    """ClickHouse; its answer comes as Arrow, its reading of the Parquet is its own."""
    query = f"SELECT `{column}` AS c FROM file('{path}', Parquet) SETTINGS max_threads = 1"
    settings = "input_format_parquet_preserve_order = 1, output_format_arrow_string_as_string = 1"
    values: list[Any] = microseconds(chdb.query(f"{query}, {settings}", "ArrowTable")["c"]).to_pylist()
    return values


OTHERS = {"duckdb": by_duckdb, "polars": by_polars, "chdb": by_chdb}


def check_values(lake: Lake) -> str:
    """Every reader sees every value of every column alike, and as many rows as the journal has."""
    rows = columns = files = 0
    for table, month in lake.months():
        parts = lake.parts(table, month)
        on_disk = set(lake.folder.glob(f"{table}_monthly/year={month[:4]}/month={month[5:]}/*"))
        named = {part.path for part in parts}
        expect(on_disk == named, f"{table}_monthly {month}: {on_disk ^ named} is in the folder or in the journal alone")
        for part in parts:
            schema = pyarrow.parquet.read_schema(part.path)
            for field in schema:
                compare_column(part.path, part.rows, field)
            rows, columns, files = rows + part.rows, max(columns, len(schema)), files + 1
    expect(files, f"{lake.folder}: no Parquet at all")
    return f"{files} files, {rows} rows: pyarrow, duckdb, polars and chdb agree with the journal and on every value"


def compare_column(path: pathlib.Path, rows: int, field: pyarrow.Field) -> None:
    """Every reader against pyarrow, row by row."""
    where = f"{path}: column {field.name}"
    arrow = by_pyarrow(path, field.name)
    expect(len(arrow) == rows, f"{where}: pyarrow has {len(arrow)} rows, the journal {rows}")
    for reader, read in OTHERS.items():
        make = plain(field.type, reader == "chdb")
        theirs = read(path, field.name)
        expect(len(theirs) == rows, f"{where}: {reader} has {len(theirs)} rows, the journal {rows}")
        for row, (left, right) in enumerate(zip(map(make, arrow), map(make, theirs), strict=True)):
            expect(left == right, f"{where}, row {row}: pyarrow has {short(left)}, {reader} has {short(right)}")


def leaves(of: pyarrow.DataType, path: str) -> list[str]:
    """The dotted paths of the members that hold values."""
    inner = members(of)
    if not inner:
        return [path]
    paths = {field.name: path if pyarrow.types.is_list(of) else f"{path}.{field.name}" for field in inner}
    return [leaf for field in inner for leaf in leaves(field.type, paths[field.name])]


def check_every_column_is_used(lake: Lake) -> str:
    """Every column of the main table holds something in the made lake: else to agree on it proves nothing."""
    used: set[str] = set()
    every: list[str] = []
    for month in lake.partitions(f"{TABLES[0]}_monthly"):
        for part in lake.parts(TABLES[0], month):
            schema = pyarrow.parquet.read_schema(part.path)
            every = [leaf for field in schema for leaf in leaves(field.type, field.name)]
            metadata = pyarrow.parquet.read_metadata(part.path)
            for group in range(metadata.num_row_groups):
                chunks = (metadata.row_group(group).column(index) for index in range(metadata.num_columns))
                used |= {
                    chunk.path_in_schema.replace(".list.element", "").removesuffix(".key_value.key")
                    for chunk in chunks
                    if chunk.statistics.null_count < chunk.num_values
                }
    empty = [leaf for leaf in every if leaf not in used]
    expect(every and not empty, f"{TABLES[0]}_monthly: nothing in the made lake has {empty}")
    return f"{len(every)} columns of {TABLES[0]}_monthly, nested ones too: each holds values"
