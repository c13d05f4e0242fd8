"""The daily stage, read by Python's gzip, duckdb, polars and pyarrow, held against the journal."""

import gzip
import json
import re
import subprocess

import duckdb
import polars
import pyarrow.json

from trailmill_dev.expect import expect, present
from trailmill_dev.readers.lake import Lake


def check_daily(lake: Lake) -> str:
    """Everybody sees the same records, as many as the journal says."""
    stage = "cloudtrail_daily"
    days = lake.partitions(stage)
    expected = {day: sum(c["totals"]["records_out"] for c in lake.commits(stage, day)) for day in days}
    total = sum(expected.values())
    parts = sorted(lake.folder.glob(f"{stage}/**/*.ndjson.gz"))
    pattern = f"{lake.folder}/{stage}/**/*.ndjson.gz"

    records = [json.loads(line) for _, line in lake.daily_lines("cloudtrail")]
    expect(len(records) == total > 0, f"{stage}: {len(records)} lines, the journal has {total}")
    names = sorted(str(record.get("eventName")) for record in records)
    ids = {record.get("eventID") for record in records} - {None}

    seen = duckdb.sql(
        f"SELECT format('{{:04d}}-{{:02d}}-{{:02d}}', year::INT, month::INT, day::INT) AS d, count(*) AS n "
        f"FROM read_ndjson_objects('{pattern}', hive_partitioning = true) GROUP BY d"
    ).fetchall()
    expect(dict(seen) == expected, f"{stage}: duckdb counts {seen}, the journal {expected}")
    members = "json->>'$.eventName', json->>'$.eventID'"
    rows = duckdb.sql(f"SELECT {members} FROM read_ndjson_objects('{pattern}')").fetchall()
    expect(sorted(str(row[0]) for row in rows) == names, f"{stage}: eventName differs in duckdb")
    expect({row[1] for row in rows} - {None} == ids, f"{stage}: eventID differs in duckdb")

    schema = {"eventName": polars.String, "eventID": polars.String}
    by_polars = polars.concat(polars.read_ndjson(gzip.decompress(part.read_bytes()), schema=schema) for part in parts)
    expect(sorted(map(str, by_polars["eventName"])) == names, f"{stage}: eventName differs in polars")

    as_text = pyarrow.schema([("eventName", pyarrow.string()), ("eventID", pyarrow.string())])
    options = pyarrow.json.ParseOptions(explicit_schema=as_text, unexpected_field_behavior="ignore")
    by_arrow = [pyarrow.json.read_json(part, parse_options=options) for part in parts]
    arrow_names = sorted(str(name) for table in by_arrow for name in table["eventName"].to_pylist())
    expect(arrow_names == names, f"{stage}: eventName differs in pyarrow")
    return f"{len(parts)} parts, {total} records: gzip, duckdb, polars and pyarrow agree with the journal"


def found_in(printed: str, pattern: str, what: str, flags: re.RegexFlag = re.MULTILINE) -> str:
    """The group of a pattern in what the demo printed. Fails if it is not there."""
    return present(re.search(pattern, printed, flags | re.MULTILINE), f"the demo prints no {what}").group(1)


def check_demo_queries(printed: str, command: str) -> str:
    """What the demo tells people to type runs, and its query gives the answer that the demo printed itself."""
    query = found_in(printed, r'duckdb -c "(.*?)"', "duckdb query", re.DOTALL)
    shell = found_in(printed, r"^ +(zcat .*)$", "zcat line")
    status = found_in(printed, r"^ +trailmill (status .*)$", "status line")
    answer = duckdb.sql(query).fetchall()
    expect(answer, "the duckdb query that the demo prints finds nothing")
    rows = found_in(printed, r"^ +times +call +caller\n(.*?)\n\n", "answer", re.DOTALL)
    cells = [re.split("  +", row.strip()) for row in rows.splitlines()]
    expected = [[f"{times:,}", call or "-", caller or "-"] for times, call, caller in answer]
    expect(cells == expected, f"the demo's answer is {cells}, its duckdb query gives {expected}")
    shown = subprocess.run([command, *status.split()], check=True, capture_output=True, text=True).stdout
    expect("cloudtrail_daily" in shown, "the status line that the demo prints shows no table")
    found = subprocess.run(["bash", "-c", shell], check=True, capture_output=True, text=True).stdout.splitlines()
    expect(found and all(json.loads(line) for line in found), "the zcat line that the demo prints finds nothing")
    return f"the demo's queries: duckdb {len(answer)} rows, as the demo's own answer; zcat {len(found)} lines"
