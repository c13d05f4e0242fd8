"""Daily NDJSON to one Parquet by Polars: SOURCE OUT COLUMNS. It has no maps: those are text."""

import json
import sys
from typing import Any

import polars

source, out, columns = sys.argv[1:]


def of(kind: Any) -> polars.DataType:
    match kind:
        case {"struct": members}:
            return polars.Struct({name: of(inner) for name, inner in members})
        case {"list": inner}:
            return polars.List(of(inner))
        case _:
            return polars.Boolean() if kind == "boolean" else polars.String()


with open(columns, encoding="utf-8") as file:
    schema = {name: of(kind) for name, kind in json.load(file)}
(
    polars.scan_ndjson(f"{source}/**/*.ndjson.gz", schema=schema)
    .with_columns(
        polars.col("eventTime")
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC", strict=False)
        .alias("eventTimestamp")
    )
    .sink_parquet(out, compression="zstd", compression_level=3)
)
