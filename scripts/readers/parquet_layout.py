"""How the Parquet is written, as its readers see it: statistics, page index, bloom filters, no needless dictionaries."""

import pathlib
import uuid

import duckdb
import pyarrow.parquet

from readers.lake import Lake
from readers.mismatch import expect

# duckdb writes the path of a nested column with a comma
LOOKED_UP = {"eventID", "eventId", "sourceIPAddress", "userIdentity, accessKeyId"}
UNIQUE = {"eventID", "eventId", "requestID", "sharedEventID"}
PROBES = 50


def check_layout(lake: Lake) -> str:
    """Over every Parquet file of a lake."""
    chunks = blooms = groups = 0
    for table, month in lake.months():
        for part in lake.parts(table, month):
            chunks += check_chunks(part.path)
            blooms += check_blooms(part.path)
            groups += pyarrow.parquet.read_metadata(part.path).num_row_groups
            check_probes(part.path)
    return f"{groups} row groups, {chunks} column chunks: zstd, statistics, page index; {blooms} bloom filters that exclude"


def check_chunks(path: pathlib.Path) -> int:
    """Compression, statistics and page index of every column chunk, by pyarrow."""
    metadata = pyarrow.parquet.read_metadata(path)
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            where = f"{path}: row group {group}, column {chunk.path_in_schema}"
            expect(chunk.compression == "ZSTD", f"{where} is {chunk.compression}, not ZSTD")
            expect(chunk.is_stats_set and chunk.statistics.has_null_count, f"{where} has no statistics")
            empty = chunk.statistics.null_count == chunk.num_values
            expect(empty or chunk.statistics.has_min_max, f"{where} has no minimum and maximum")
            expect(chunk.has_offset_index, f"{where} has no offset index")
            # the Rust writer leaves the column index out where a page of a list has nothing but nulls
            in_list = metadata.schema.column(index).max_repetition_level > 0
            expect(chunk.has_column_index or in_list, f"{where} has no column index")
            expect(chunk.path_in_schema not in UNIQUE or not chunk.has_dictionary_page, f"{where} has a dictionary")
    return metadata.num_row_groups * metadata.num_columns


def check_blooms(path: pathlib.Path) -> int:
    """Which columns have a bloom filter, by duckdb."""
    rows = duckdb.sql(
        "SELECT row_group_id, path_in_schema, bloom_filter_offset IS NOT NULL, dictionary_page_offset IS NOT NULL, "
        f"stats_null_count < num_values FROM parquet_metadata('{path}')"
    ).fetchall()
    found = 0
    for group, column, bloom, dictionary, filled in rows:
        where = f"{path}: row group {group}, column {column}"
        expect(not (column in UNIQUE and dictionary), f"{where} has a dictionary, says duckdb")
        expect(bloom or not (column in LOOKED_UP and filled), f"{where} has no bloom filter")
        expect(not bloom or column in LOOKED_UP, f"{where} has a bloom filter it need not have")
        found += bloom
    return found


def check_probes(path: pathlib.Path) -> None:
    """The bloom filter of the id lets every id pass that is there, and hardly any that is not."""
    names = set(pyarrow.parquet.read_schema(path).names)
    column = "eventID" if "eventID" in names else "eventId"
    ids = duckdb.sql(f'SELECT "{column}" FROM read_parquet(\'{path}\') WHERE "{column}" IS NOT NULL LIMIT {PROBES}')
    there = [row[0] for row in ids.fetchall()]
    expect(there, f"{path}: no {column} to look for")
    for value in there:
        expect(not all(excluded(path, column, value)), f"{path}: the bloom filter excludes {column} {value}, which is there")
    absent = [answer for _ in range(PROBES) for answer in excluded(path, column, str(uuid.uuid4()))]
    passed = absent.count(False)
    # made for one in a hundred; far more would be no filter
    expect(passed * 10 < len(absent), f"{path}: the bloom filter of {column} passes {passed} of {len(absent)} absent ids")


def excluded(path: pathlib.Path, column: str, value: str) -> list[bool]:
    """For each row group, whether its bloom filter rules the value out."""
    answer = duckdb.execute(f"SELECT bloom_filter_excludes FROM parquet_bloom_probe('{path}', '{column}', ?)", [value])
    return [row[0] for row in answer.fetchall()]
