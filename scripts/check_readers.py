"""Reads a demo's daily stage with Python's gzip, duckdb, polars and pyarrow, and holds what they see against the journal.

Also runs the duckdb query that the demo prints. Called by scripts/check-readers.
"""

import gzip
import json
import pathlib
import re
import subprocess
import sys

import duckdb
import polars
import pyarrow.json


def journal_records(lake: pathlib.Path) -> dict[str, int]:
    """Records of each daily partition of the main table, by the sums of its commits."""
    records: dict[str, int] = {}
    for entry in sorted(lake.glob("_journal/cloudtrail_daily/*/*.json.gz")):
        parsed = json.loads(gzip.decompress(entry.read_bytes()))
        if parsed["entry"] == "commit":
            assert not parsed["replaces"]
            day = entry.parent.name
            records[day] = records.get(day, 0) + parsed["totals"]["records_out"]
    return records


def main() -> None:
    demo, printed = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    lake = demo / "lake"
    expected = journal_records(lake)
    total = sum(expected.values())
    assert total > 0
    parts = sorted(lake.glob("cloudtrail_daily/**/*.ndjson.gz"))
    pattern = f"{lake}/cloudtrail_daily/**/*.ndjson.gz"

    lines = [line for part in parts for line in gzip.decompress(part.read_bytes()).splitlines()]
    ids = [json.loads(line).get("eventID") for line in lines]
    assert len(lines) == total, (len(lines), total)
    names = sorted(str(json.loads(line).get("eventName")) for line in lines)

    seen = duckdb.sql(
        f"SELECT format('{{:04d}}-{{:02d}}-{{:02d}}', year::INT, month::INT, day::INT) AS d, count(*) AS n "
        f"FROM read_ndjson_objects('{pattern}', hive_partitioning = true) GROUP BY d"
    ).fetchall()
    assert dict(seen) == expected, (seen, expected)
    by_duckdb = duckdb.sql(f"SELECT json->>'$.eventName' FROM read_ndjson_objects('{pattern}')").fetchall()
    assert sorted(str(row[0]) for row in by_duckdb) == names
    by_duckdb = duckdb.sql(f"SELECT count(DISTINCT json->>'$.eventID') FROM read_ndjson_objects('{pattern}')").fetchone()
    assert by_duckdb == (len(set(ids) - {None}),)

    schema = {"eventName": polars.String, "eventID": polars.String}
    by_polars = polars.concat(polars.read_ndjson(gzip.decompress(part.read_bytes()), schema=schema) for part in parts)
    assert sorted(str(name) for name in by_polars["eventName"]) == names

    as_text = pyarrow.schema([("eventName", pyarrow.string()), ("eventID", pyarrow.string())])
    options = pyarrow.json.ParseOptions(explicit_schema=as_text, unexpected_field_behavior="ignore")
    by_arrow = [pyarrow.json.read_json(part, parse_options=options) for part in parts]
    assert sorted(str(name) for table in by_arrow for name in table["eventName"].to_pylist()) == names

    query = re.search(r'duckdb -c "(.*?)"', printed, re.DOTALL)
    assert query, "the demo prints no duckdb query"
    answer = duckdb.sql(query.group(1)).fetchall()
    assert answer, "the printed query finds nothing"
    shell = re.search(r"^ +(zcat .*)$", printed, re.MULTILINE)
    assert shell, "the demo prints no zcat line"
    found = subprocess.run(["bash", "-c", shell.group(1)], check=True, capture_output=True, text=True).stdout
    assert all(json.loads(line) for line in found.splitlines()) and found, "the printed zcat line finds nothing"
    print(f"{len(parts)} parts, {total} records: gzip, duckdb, polars and pyarrow agree with the journal")


if __name__ == "__main__":
    main()
