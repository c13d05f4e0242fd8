"""How the Parquet is written, as its readers see it: statistics, page index, bloom filters, dictionaries."""

import pathlib
import uuid

import duckdb
import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import expect
from trailmill_dev.readers.bloom_filter import BloomFilter
from trailmill_dev.readers.lake import Lake

# duckdb writes the path of a nested column with a comma
LOOKED_UP = {"eventID", "eventId", "sourceIPAddress", "userIdentity, accessKeyId"}
UNIQUE = {"eventID", "eventId", "requestID", "sharedEventID"}
PROBES = 100


def check_layout(lake: Lake) -> str:
    """Over every Parquet file of a lake."""
    chunks = blooms = groups = probed = 0
    for table, month in lake.months():
        for part in lake.parts(table, month):
            chunks += check_chunks(part.path)
            blooms += check_blooms(part.path)
            groups += pyarrow.parquet.read_metadata(part.path).num_row_groups
            probed += check_probe(part.path)
    return (
        f"{groups} row groups, {chunks} column chunks: zstd, statistics, page index; {blooms} bloom filters asked, "
        f"those of {probed} files by duckdb too"
    )


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
            expect(chunk.has_column_index, f"{where} has no column index")
            expect(chunk.path_in_schema not in UNIQUE or not chunk.has_dictionary_page, f"{where} has a dictionary")
    return int(metadata.num_row_groups) * int(metadata.num_columns)


def check_blooms(path: pathlib.Path) -> int:
    """Which column chunks have a bloom filter, by duckdb; and that each filter does its work."""
    rows = duckdb.sql(
        "SELECT row_group_id, path_in_schema, bloom_filter_offset, bloom_filter_length, dictionary_page_offset, "
        f"stats_null_count < num_values FROM parquet_metadata('{path}')"
    ).fetchall()
    stored, found = path.read_bytes(), 0
    for group, column, offset, length, dictionary, filled in rows:
        where = f"{path}: row group {group}, column {column}"
        expect(not (column in UNIQUE and dictionary), f"{where} has a dictionary, says duckdb")
        expect(offset or not (column in LOOKED_UP and filled), f"{where} has no bloom filter")
        expect(not offset or column in LOOKED_UP, f"{where} has a bloom filter it need not have")
        if offset:
            ask_filter(where, path, group, column, BloomFilter(stored[offset : offset + length]))
            found += 1
    return found


def ask_filter(where: str, path: pathlib.Path, group: int, column: str, bloom: BloomFilter) -> None:
    """The filter lets every value pass that is there, and hardly any that is not."""
    values = pyarrow.parquet.ParquetFile(path).read_row_group(group, columns=[column.replace(", ", ".")])
    column_values = values.flatten().column(0).to_pylist() if ", " in column else values.column(0).to_pylist()
    there = set(column_values) - {None}
    lost = next((value for value in there if not bloom.may_hold(value)), None)
    expect(lost is None, f"{where}: the bloom filter excludes {lost}, which is there")
    passed = sum(bloom.may_hold(str(uuid.uuid4())) for _ in range(PROBES))
    # made for one in a hundred; far more would be no filter
    expect(passed * 10 < PROBES, f"{where}: the bloom filter passes {passed} of {PROBES} values that are not there")


def check_probe(path: pathlib.Path) -> int:
    """duckdb's own probe of the id, where no struct before the id leads it astray."""
    schema = pyarrow.parquet.read_schema(path)
    column = "eventID" if "eventID" in schema.names else "eventId"
    if any(pyarrow.types.is_nested(field.type) for field in list(schema)[: schema.get_field_index(column)]):
        return 0
    answers = {"there": 0, "absent": 0}
    there = [row[0] for row in duckdb.sql(f"SELECT \"{column}\" FROM read_parquet('{path}')").fetchall()]
    for what, values in {"there": there, "absent": [str(uuid.uuid4()) for _ in range(PROBES)]}.items():
        for value in values:
            query = f"SELECT bool_and(bloom_filter_excludes) FROM parquet_bloom_probe('{path}', '{column}', '{value}')"
            answers[what] += duckdb.sql(query).fetchone() == (True,)
    expect(answers["there"] == 0, f"{path}: duckdb's probe excludes {answers['there']} of the {column}s that are there")
    expect(answers["absent"] * 10 > PROBES * 9, f"{path}: duckdb's probe excludes only {answers['absent']} of {PROBES}")
    return 1
