"""Daily NDJSON to one Parquet by ClickHouse as a library: SOURCE OUT COLUMNS."""

import json
import sys
from typing import Any

import chdb

source, out, columns = sys.argv[1:]


def of(kind: Any) -> str:
    match kind:
        case {"struct": members}:
            return "Tuple(" + ", ".join(f"`{name}` {of(inner)}" for name, inner in members) + ")"
        case {"list": inner}:
            return f"Array({of(inner)})"
        case "map":
            return "Map(String, Nullable(String))"
        case _:
            return {"text": "Nullable(String)", "json": "Nullable(String)", "boolean": "Nullable(Bool)"}[kind]


with open(columns, encoding="utf-8") as file:
    types = ", ".join(f"`{name}` {of(kind)}" for name, kind in json.load(file))
chdb.query(
    f"""
    INSERT INTO FUNCTION file('{out}', 'Parquet')
    SELECT *, parseDateTime64BestEffortOrNull(eventTime, 6, 'UTC') AS eventTimestamp
    FROM file('{source}/**/*.ndjson.gz', 'JSONEachRow', $$"""
    + types
    + """$$)
    SETTINGS output_format_parquet_compression_method = 'zstd', output_format_compression_level = 3,
             input_format_json_read_objects_as_strings = 1, input_format_skip_unknown_fields = 1,
             use_hive_partitioning = 0
"""
)
