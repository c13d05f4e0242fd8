"""The field ids of the Parquet's schema, as pyarrow and duckdb see them, against the list of all ids."""

import duckdb
import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import expect
from trailmill_dev.readers.lake import Lake
from trailmill_dev.workspace import ROOT

# every id in use: table, id, path
FIELD_IDS = ROOT / "crates/cloudtrail-model/src/table/field_ids.txt"
# columns that are in the path of the files, not in them
PARTITIONS = {"year", "month"}


def check_field_ids(lake: Lake) -> str:
    """Every node of every file's schema has the id that is listed for it."""
    files = nodes = 0
    for table, month in lake.months():
        expected = listed_ids(FIELD_IDS.read_text(encoding="utf-8"), table)
        for part in lake.parts(table, month):
            compare_ids(str(part.path), ids_of(pyarrow.parquet.read_schema(part.path)), expected)
            rows = duckdb.sql(f"SELECT field_id FROM parquet_schema('{part.path}')").fetchall()
            by_duckdb = sorted(field_id for (field_id,) in rows if field_id is not None)
            expect(by_duckdb == sorted(expected.values()), f"{part.path}: duckdb sees other field ids: {by_duckdb}")
            files, nodes = files + 1, nodes + len(expected)
    return f"{nodes} field ids of {files} files, by pyarrow and duckdb"


def listed_ids(text: str, table: str) -> dict[str, int]:
    """The ids of a table by the path of their node, those of the partition columns left out."""
    rows = (line.split(" ") for line in text.splitlines())
    return {path: int(field_id) for of, field_id, path in rows if of == table and path not in PARTITIONS}


def compare_ids(where: str, found: dict[str, int | None], expected: dict[str, int]) -> None:
    """Fails at the first node whose id is missing or another one."""
    expect(found.keys() == expected.keys(), f"{where}: {found.keys() ^ expected.keys()} are not listed, or not there")
    for path, field_id in found.items():
        expect(field_id == expected[path], f"{where}: {path} has the field id {field_id}, not {expected[path]}")


def ids_of(schema: pyarrow.Schema) -> dict[str, int | None]:
    """The ids of all nodes by their dotted paths, None where one has none."""
    found: dict[str, int | None] = {}
    for field in schema:
        add_ids(field, field.name, found)
    return found


def add_ids(field: pyarrow.Field, path: str, found: dict[str, int | None]) -> None:
    """Adds the ids of a field and of all that it has inside."""
    stored = (field.metadata or {}).get(b"PARQUET:field_id")
    found[path] = None if stored is None else int(stored)
    of = field.type
    if pyarrow.types.is_struct(of):
        inside = {inner.name: inner for inner in of}
    elif pyarrow.types.is_list(of):
        inside = {"element": of.value_field}
    elif pyarrow.types.is_map(of):
        inside = {"key": of.key_field, "value": of.item_field}
    else:
        inside = {}
    for name, inner in inside.items():
        add_ids(inner, f"{path}.{name}", found)
