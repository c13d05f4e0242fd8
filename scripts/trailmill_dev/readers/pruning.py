"""Which row groups a query for one hour reads, by the statistics of eventTimestamp."""

import datetime
import json
import pathlib
import tempfile

import duckdb
import pyarrow.parquet

from trailmill_dev.expect import expect
from trailmill_dev.readers.lake import Lake

# event days that a row group spans, at most
DAYS = 3
TIMESTAMP = "eventTimestamp"
# the first and the last event day of each row group
Spans = list[tuple[datetime.date, datetime.date]]


def check_pruning(lake: Lake) -> str:
    """A query for one hour reads the row groups of its event day, and no others. duckdb says how much it reads."""
    queries = groups = 0
    for table, month in lake.months():
        for part in lake.parts(table, month):
            spans = spans_of(part.path)
            groups += len(spans)
            if len(spans) > 1:
                queries += check_hours(part.path, spans)
    return f"{groups} row groups of {DAYS} event days at most; {queries} queries for one hour read those of its day"


def spans_of(path: pathlib.Path) -> Spans:
    """By the statistics; without row groups that have only undated records."""
    metadata, spans = pyarrow.parquet.read_metadata(path), []
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        columns = [row_group.column(index) for index in range(row_group.num_columns)]
        statistics = next(column for column in columns if column.path_in_schema == TIMESTAMP).statistics
        if statistics.has_min_max:
            first, last = statistics.min.date(), statistics.max.date()
            expect((last - first).days < DAYS, f"{path}: row group {group} spans {first} to {last}")
            spans.append((first, last))
    return spans


def check_hours(path: pathlib.Path, spans: Spans) -> int:
    """For the first, a middle and the last event day of a file."""
    footer = bytes_read(path, f"{TIMESTAMP} < TIMESTAMPTZ '1990-01-01 00:00:00+00'")
    each = (bytes_read(path, f"{TIMESTAMP} IS NOT NULL") - footer) / len(spans)
    expect(each > 0, f"{path}: duckdb does not say how much it reads")
    days = {spans[0][0], spans[len(spans) // 2][0], spans[-1][1]}
    for day in days:
        start = f"TIMESTAMPTZ '{day} 10:00:00+00'"
        hour = f"{TIMESTAMP} >= {start} AND {TIMESTAMP} < {start} + INTERVAL 1 HOUR"
        read = round((bytes_read(path, hour) - footer) / each)
        wanted = sum(first <= day <= last for first, last in spans)
        expect(
            read <= wanted, f"{path}: an hour of {day} reads {read} of {len(spans)} row groups, and {wanted} hold the day"
        )
    return len(days)


def bytes_read(path: pathlib.Path, where: str) -> int:
    """The bytes that duckdb counts as read for a query."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "profile.json"
        with duckdb.connect() as connection:
            connection.execute("SET enable_external_file_cache = false")
            connection.execute("SET enable_profiling = 'json'")
            connection.execute(f"SET profiling_output = '{profile}'")
            connection.execute('SET custom_profiling_settings = \'{"TOTAL_BYTES_READ": "true"}\'')
            connection.execute(f"SELECT count({TIMESTAMP}::VARCHAR) FROM read_parquet('{path}') WHERE {where}").fetchall()
        return int(json.loads(profile.read_text())["total_bytes_read"])
