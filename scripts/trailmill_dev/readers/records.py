"""`trailmill export` and every cell of the Parquet, compared with the oracle."""

from collections import Counter
from typing import Any

import pyarrow
import pyarrow.parquet

from trailmill_dev.expect import expect, short
from trailmill_dev.oracle.cells import DERIVED, Expected
from trailmill_dev.oracle.records import EVENT_TIME, Duplicates, dated_instant, deciding_time, event_month, is_first_of_month
from trailmill_dev.oracle.strict_json import canonical, loads
from trailmill_dev.readers.lake import Lake
from trailmill_dev.readers.parquet_values import by_pyarrow, pairs


def check_records(lake: Lake) -> str:
    """`trailmill export` gives the daily stage back, and every cell is what its record says."""
    records = cells = 0
    for table, month in lake.months():
        exported = lake.export(table, month)
        delivered = delivery_days(lake, table, month)
        expected = Counter({line: len(days) for line, days in delivered.items()})
        compare_lines(f"{table}_monthly {month}", exported, expected)
        start = 0
        for part in lake.parts(table, month):
            cells += compare_cells(str(part.path), part.path, exported[start : start + part.rows], delivered)
            start += part.rows
        expect(start == len(exported), f"{table}_monthly {month}: {start} rows, {len(exported)} lines exported")
        records += start
    return f"{records} records: export equals the daily stage as JSON; {cells} cells hold what their record says"


def delivery_days(lake: Lake, table: str, month: str) -> dict[str, list[str]]:
    """The records of a month with their delivery days, each once: the same id and the same bytes are a duplicate, unless the
    record is undated."""
    days: dict[str, list[str]] = {}
    duplicates = Duplicates()
    event_id = "eventId" if table == "cloudtrail_aggregated" else "eventID"
    for day, line in lake.daily_lines(table):
        record = loads(line)
        if event_month(day, record) != month:
            continue
        if is_first_of_month(duplicates, day, record, record.get(event_id), line):
            days.setdefault(canonical(record), []).append(day)
    return days


def compare_lines(where: str, exported: list[str], expected: Counter[str]) -> None:
    """As multisets, since the order of rows is the writer's own affair."""
    found = Counter(canonical(loads(line)) for line in exported)
    lost, invented = expected - found, found - expected
    expect(not lost, f"{where}: export lacks {lost.total()} records, such as {short(next(iter(lost), None))}")
    expect(not invented, f"{where}: export has {invented.total()} more, such as {short(next(iter(invented), None))}")


def compare_cells(where: str, path: Any, lines: list[str], delivered: dict[str, list[str]]) -> int:
    """Export gives rows in their order, so the nth line says what the nth row holds."""
    schema = pyarrow.parquet.read_schema(path)
    expected = [Expected(loads(line), schema) for line in lines]
    for field in schema:
        found = by_pyarrow(path, field.name)
        expect(len(found) == len(lines), f"{where}: {len(found)} rows, {len(lines)} lines exported")
        for row, (value, want) in enumerate(zip(found, expected, strict=True)):
            what = f"{where}: column {field.name}, row {row}"
            if field.name in DERIVED:
                compare_derived(what, field.name, value, want, lines[row], delivered)
            else:
                should = want.values[field.name]
                expect(same(should, value, field.type), f"{what} holds {short(value)}, its record says {short(should)}")
    return len(lines) * len(schema)


def same(should: Any, value: Any, of: pyarrow.DataType) -> bool:
    """Whether a cell is what it should be; maps come as pairs."""
    if should is None or value is None:
        return should is value
    if pyarrow.types.is_struct(of):
        return all(same(should[field.name], value[field.name], field.type) for field in of)
    if pyarrow.types.is_map(of):
        return bool(should == pairs(value))
    if pyarrow.types.is_list(of):
        return len(should) == len(value) and all(map(lambda a, b: same(a, b, of.value_type), should, value))
    return bool(should == value)


def compare_derived(what: str, name: str, value: Any, want: Expected, line: str, delivered: dict[str, list[str]]) -> None:
    """The derived columns."""
    match name:
        case "eventTimestamp":
            record = loads(line)
            time = deciding_time(record)
            odd = isinstance(time, str) and not EVENT_TIME.fullmatch(time)
            # records without an id may be equal, and of several days
            instants = [dated_instant(day, time) for day in delivered[canonical(record)]]
            should: Any = value if odd or value in instants else instants[0]
        case "nullFields":
            # their order is the writer's own affair
            should, value = sorted(want.nulls) or None, value and sorted(value)
        case "rawRecord":
            should = line if want.repeated else None
        case _:
            # of a member that occurs twice it is not said which one is left over
            should = value if want.repeated else (canonical(want.extra) if want.extra else None)
            value = canonical(loads(value)) if value is not None and not want.repeated else value
    expect(should == value, f"{what} holds {short(value)}, its record says {short(should)}")
