"""Daily NDJSON to one Parquet by DuckDB: SOURCE OUT COLUMNS."""

import json
import sys
from typing import Any

import duckdb

source, out, columns = sys.argv[1:]


def of(kind: Any) -> str:
    match kind:
        case {"struct": members}:
            return "STRUCT(" + ", ".join(f'"{name}" {of(inner)}' for name, inner in members) + ")"
        case {"list": inner}:
            return of(inner) + "[]"
        case _:
            return {"text": "VARCHAR", "json": "JSON", "boolean": "BOOLEAN", "map": "MAP(VARCHAR, VARCHAR)"}[kind]


with open(columns, encoding="utf-8") as file:
    types = ", ".join(f"'{name}': '{of(kind)}'" for name, kind in json.load(file))
database = duckdb.connect()
database.execute("SET preserve_insertion_order = false")
database.execute(f"""
    COPY (
        SELECT *, try_cast(eventTime AS TIMESTAMPTZ) AS eventTimestamp
        FROM read_ndjson('{source}/**/*.ndjson.gz', columns = {{{types}}}, maximum_object_size = 16777216,
                         hive_partitioning = false)
    ) TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)
""")
