"""What the readers are made of: the bloom filter, values made plain, documents and DDL taken apart, cells compared."""

import pathlib

import pyarrow
import pytest

from trailmill_dev.expect import Failed
from trailmill_dev.oracle.cells import Expected
from trailmill_dev.oracle.strict_json import canonical, loads
from trailmill_dev.readers.bloom_filter import SALT, BloomFilter, xxh64
from trailmill_dev.readers.daily_stage import found_in
from trailmill_dev.readers.field_ids import compare_ids, ids_of, listed_ids
from trailmill_dev.readers.parquet_values import leaves, plain
from trailmill_dev.readers.queries import read_queries
from trailmill_dev.readers.records import compare_derived, compare_lines, same
from trailmill_dev.readers.statements import arrow_type, compare_types, parse


@pytest.mark.parametrize(
    ("data", "hashed"),
    [
        # of the reference implementation, with the seed 0
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"xxhash", 0x32DD38952C4BC720),
        (b"Call me Ishmael. Some years ago--never mind how long precisely-", 0x02A2E85470D6FD96),
    ],
)
def test_xxh64_is_that_of_the_reference(data: bytes, hashed: int) -> None:
    assert xxh64(data) == hashed


def filter_with(*texts: str) -> BloomFilter:
    """A filter of one block with these texts, as Parquet stores it."""
    words = [0] * 8
    for text in texts:
        low = xxh64(text.encode()) & 0xFFFFFFFF
        for index, salt in enumerate(SALT):
            words[index] |= 1 << ((low * salt & 0xFFFFFFFF) >> 27)
    # a header whose first field is 32 bytes: 0x15, and 64 as the zigzag of it
    return BloomFilter(b"\x15\x40\x00" + b"".join(word.to_bytes(4, "little") for word in words))


def test_a_bloom_filter_lets_pass_what_is_in_it() -> None:
    bloom = filter_with("one", "two")
    assert bloom.may_hold("one")
    assert bloom.may_hold("two")
    assert not all(bloom.may_hold(str(number)) for number in range(50))


def test_a_value_is_plain_in_every_library() -> None:
    of = pyarrow.struct([("a", pyarrow.list_(pyarrow.string())), ("m", pyarrow.map_(pyarrow.string(), pyarrow.string()))])
    as_pairs, as_dict = {"a": ["x"], "m": [("k", "v")]}, {"a": ("x",), "m": {"k": "v"}}
    assert plain(of, False)(as_pairs) == plain(of, False)(as_dict) == {"a": ["x"], "m": [("k", "v")]}
    assert plain(of, False)(None) is None
    assert plain(of, True)(None) == {"a": [], "m": []}


def test_leaves_are_the_members_that_hold_values() -> None:
    of = pyarrow.struct([("a", pyarrow.string()), ("l", pyarrow.list_(pyarrow.struct([("b", pyarrow.string())])))])
    assert leaves(of, "top") == ["top.a", "top.l.b"]


def test_lines_are_compared_as_multisets() -> None:
    from collections import Counter

    compare_lines("here", ['{"b":1,"a":2}', "{}"], Counter(['{"a":2,"b":1}', "{}"]))
    with pytest.raises(Failed, match="lacks 1 records"):
        compare_lines("here", ["{}"], Counter({"{}": 2}))
    with pytest.raises(Failed, match="has 1 more"):
        compare_lines("here", ["{}", "{}"], Counter({"{}": 1}))


def test_cells_are_compared_by_their_type() -> None:
    of = pyarrow.map_(pyarrow.string(), pyarrow.string())
    assert same([("k", "v")], {"k": "v"}, of)
    assert not same([("k", "v")], [("k", "w")], of)
    assert not same(None, [], of)
    assert not same(["a"], ["a", "b"], pyarrow.list_(pyarrow.string()))


def test_a_derived_column_that_is_wrong_is_an_error() -> None:
    line = '{"eventTime":"2026-10-15T01:00:00Z","new":1}'
    record = Expected(loads(line), pyarrow.schema([("eventTime", pyarrow.string()), ("extraFields", pyarrow.string())]))
    delivered = {canonical(loads(line)): ["2026-10-15"]}
    right = {"eventTimestamp": 1_792_026_000_000_000, "extraFields": '{"new": 1}', "nullFields": None, "rawRecord": None}
    for name, value in right.items():
        compare_derived("here", name, value, record, line, delivered)
        with pytest.raises(Failed, match="its record says"):
            compare_derived("here", name, '{"other":1}' if name == "extraFields" else ["x"], record, line, delivered)
    with pytest.raises(Failed, match="its record says None"):
        undated = {canonical(loads(line)): ["2026-10-13"]}
        compare_derived("here", "eventTimestamp", right["eventTimestamp"], record, line, undated)


def with_id(name: str, of: pyarrow.DataType, field_id: int) -> pyarrow.Field:
    return pyarrow.field(name, of, metadata={"PARQUET:field_id": str(field_id)})


def test_a_field_id_that_is_missing_or_another_is_an_error() -> None:
    inner = pyarrow.struct([with_id("b", pyarrow.string(), 4)])
    schema = pyarrow.schema(
        [with_id("a", pyarrow.string(), 1), with_id("l", pyarrow.list_(with_id("element", inner, 3)), 2)]
    )
    expected = listed_ids("t 1 a\nt 2 l\nt 3 l.element\nt 4 l.element.b\nt 5 year\nother 1 z\n", "t")
    compare_ids("here", ids_of(schema), expected)
    with pytest.raises(Failed, match="a has the field id None, not 1"):
        compare_ids("here", ids_of(schema.set(0, pyarrow.field("a", pyarrow.string()))), expected)
    with pytest.raises(Failed, match="a has the field id 7, not 1"):
        compare_ids("here", ids_of(schema.set(0, with_id("a", pyarrow.string(), 7))), expected)
    with pytest.raises(Failed, match="not listed"):
        compare_ids("here", ids_of(schema.append(with_id("more", pyarrow.string(), 6))), expected)


def test_ddl_is_compared_with_the_types_of_the_parquet() -> None:
    ddl = "CREATE EXTERNAL TABLE t (`a` string, `s` struct<`b`:boolean>) PARTITIONED BY (`year` int, `month` int);\n"
    ddl += 'CREATE OR REPLACE VIEW v AS SELECT "a" FROM t;\n'
    statements = parse(ddl, "athena", "ddl")
    schema = pyarrow.schema([("a", pyarrow.string()), ("s", pyarrow.struct([("b", pyarrow.bool_())]))])
    assert compare_types("ddl", statements, schema) == 4
    with pytest.raises(Failed, match="column s is"):
        compare_types("ddl", statements, pyarrow.schema([("a", pyarrow.string()), ("s", pyarrow.string())]))
    with pytest.raises(Failed, match="column more is None"):
        compare_types("ddl", statements, schema.append(pyarrow.field("more", pyarrow.string())))
    with pytest.raises(Failed, match="not a table and a view"):
        compare_types("ddl", statements[:1], schema)


def test_sql_that_is_none_is_an_error() -> None:
    with pytest.raises(Failed, match="no athena SQL"):
        parse("SELECT FROM WHERE (", "athena", "here")


def test_types_have_the_words_of_hive() -> None:
    of = pyarrow.map_(pyarrow.string(), pyarrow.list_(pyarrow.timestamp("us", tz="UTC")))
    assert arrow_type(of) == "map<string,array<timestamp>>"


DOCUMENT = """\
# Queries
```sql
CREATE VIEW daily AS SELECT 1;
```
## 1. Who?
```sql
-- Athena
SELECT 1;
```
```sql
-- DuckDB, monthly
SELECT 2;
```
```sql
-- DuckDB, daily
SELECT 3;
```
"""


def test_queries_are_read_from_a_document(tmp_path: pathlib.Path) -> None:
    document = tmp_path / "QUERIES.md"
    document.write_text(DOCUMENT)
    setup, (query,) = read_queries(document)
    assert setup == "CREATE VIEW daily AS SELECT 1;\n"
    assert (query.title, query.sql["DuckDB, daily"]) == ("1. Who?", "SELECT 3")
    document.write_text(DOCUMENT.replace("-- DuckDB, daily", "-- Spark"))
    with pytest.raises(Failed, match="Who"):
        read_queries(document)


def test_what_the_demo_does_not_print_is_an_error() -> None:
    assert found_in("  zcat a | head\n", r"^ +(zcat .*)$", "zcat line") == "zcat a | head"
    with pytest.raises(Failed, match="no zcat line"):
        found_in("nothing", r"^ +(zcat .*)$", "zcat line")
