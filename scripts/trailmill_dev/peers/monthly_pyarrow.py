"""Daily NDJSON to one Parquet by pyarrow: SOURCE OUT COLUMNS.

pyarrow's own reader of JSON takes an object for no text, and infers types block by block, which differ from one block to the
next; so orjson reads the lines here, and pyarrow makes columns of Python's objects.
"""

import datetime
import gzip
import itertools
import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import orjson
import pyarrow
import pyarrow.parquet

ROWS = 40_000
source, out, columns = sys.argv[1:]


def of(kind: Any) -> pyarrow.DataType:
    match kind:
        case {"struct": members}:
            return pyarrow.struct([(name, of(inner)) for name, inner in members])
        case {"list": inner}:
            return pyarrow.list_(of(inner))
        case "map":
            return pyarrow.map_(pyarrow.string(), pyarrow.string())
        case _:
            return pyarrow.bool_() if kind == "boolean" else pyarrow.string()


def text(value: Any) -> str | None:
    """A column of text holds a string as it is and anything else as JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def json_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def instant(record: dict[str, Any]) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(record["eventTime"])
    except (KeyError, TypeError, ValueError):
        return None


def main() -> None:
    with open(columns, encoding="utf-8") as file:
        kinds = json.load(file)
    schema = pyarrow.schema(
        [(name, of(kind)) for name, kind in kinds] + [("eventTimestamp", pyarrow.timestamp("us", tz="UTC"))]
    )
    converters: dict[str, Callable[[Any], Any]] = {"text": text, "json": json_text}
    make = {name: converters.get(str(kind), lambda value: value) for name, kind in kinds}
    days = sorted(pathlib.Path(source).rglob("*.ndjson.gz"))
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd", compression_level=3) as writer:
        lines = (line for day in days for line in gzip.open(day))
        while records := [orjson.loads(line) for line in itertools.islice(lines, ROWS)]:
            arrays = []
            for field in schema:
                if field.name == "eventTimestamp":
                    values: list[Any] = list(map(instant, records))
                else:
                    values = [make[field.name](record.get(field.name)) for record in records]
                arrays.append(pyarrow.array(values, field.type))
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


if __name__ == "__main__":
    main()
