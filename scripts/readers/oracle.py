"""What the rows must hold, worked out in plain Python from the daily NDJSON, for every column.

It follows docs/guide/schema.md and shares nothing with the Rust code but the column names and types in the Parquet itself.
"""

import datetime
import re
from collections import Counter
from typing import Any

import pyarrow
import pyarrow.parquet

from readers.lake import Lake
from readers.mismatch import expect, short
from readers.parquet_values import by_pyarrow, pairs
from readers.strict_json import Members, canonical, loads

# columns of JSON text; every other text column is a JSON string, decoded
JSON_COLUMNS = {
    "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "edgeDeviceDetails",
    "eventContext", "insightDetails", "summary",
}  # fmt: skip
BOOLEANS_AS_TEXT = {"readOnly"}
MADE = {"eventTimestamp", "extraFields", "nullFields", "rawRecord"}
EVENT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def instant(text: Any) -> int | None:
    """Milliseconds of an eventTime as CloudTrail writes it."""
    if not isinstance(text, str) or not EVENT_TIME.fullmatch(text):
        return None
    then = datetime.datetime.fromisoformat(text)
    return int(then.replace(microsecond=0).timestamp()) * 1000 + then.microsecond // 1000


def home_month(day: str, record: Members) -> str:
    """The month before counts, for what is delivered in the first three days; else the month of delivery."""
    time = record.get("eventTime")
    first = datetime.date.fromisoformat(f"{day[:7]}-01")
    before = (first - datetime.timedelta(days=1)).isoformat()[:7]
    late = day[8:] <= "03" and instant(time) is not None and time[:7] == before
    return before if late else day[:7]


def is_decodable(text: str) -> bool:
    """Half a surrogate pair is JSON, but no text."""
    return not any(0xD800 <= ord(letter) < 0xE000 for letter in text)


class Expected:
    """What the columns of one record must hold; what is left over and what was null gather on the way."""

    def __init__(self, record: Members, schema: pyarrow.Schema) -> None:
        self.nulls: list[str] = []
        self.repeated = False
        fields = [field for field in schema if field.name not in MADE]
        self.values, self.extra = self.members(record, fields, "")

    def members(self, record: Members, fields: list[pyarrow.Field], path: str) -> tuple[dict[str, Any], Members]:
        """The values of an object's columns, and the members that they do not hold as they were."""
        known = {field.name: field.type for field in fields}
        self.repeated |= record.repeated()
        extra = Members((name, value) for name, value in record if name not in known)
        values: dict[str, Any] = {}
        for name, of in known.items():
            value = record.get(name)
            if value is None and name in dict(record):
                self.nulls.append(path + name)
            if pyarrow.types.is_struct(of) and isinstance(value, Members):
                values[name], inner = self.members(value, list(of), f"{path}{name}.")
                if inner:
                    extra.append((name, inner))
                continue
            values[name] = cell(name, of, value)
            if not fits(name, of, value):
                extra.append((name, value))
        return values, extra


class Written(str):
    """A JSON text that a column holds: equal to any other text of the same value."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and canonical(loads(other)) == str(self)

    __hash__ = str.__hash__


def cell(name: str, of: pyarrow.DataType, value: Any) -> Any:
    """What a column holds of a value, for queries, be it of the expected type or not."""
    if value is None:
        return None
    if pyarrow.types.is_struct(of):
        if not isinstance(value, Members):
            return None
        return {field.name: cell(field.name, field.type, value.get(field.name)) for field in of}
    if pyarrow.types.is_map(of):
        texts = {key: text(key, inner) for key, inner in value} if isinstance(value, Members) else None
        return None if texts is None else list(texts.items())
    if pyarrow.types.is_list(of):
        return [cell(name, of.value_type, element) for element in value] if is_array(value) else None
    if pyarrow.types.is_boolean(of):
        return value if isinstance(value, bool) else None
    return Written(canonical(value)) if name in JSON_COLUMNS else text(name, value)


def text(name: str, value: Any) -> str:
    """A string is itself, anything else its JSON."""
    decoded = type(value) is str and is_decodable(value)
    return value if decoded else Written(canonical(value))


def is_array(value: Any) -> bool:
    """Members are a list too, in Python alone."""
    return isinstance(value, list) and not isinstance(value, Members)


def fits(name: str, of: pyarrow.DataType, value: Any) -> bool:
    """Whether a column holds a value so that it can be given back. Structs of the record itself are not asked here."""
    if value is None or name in JSON_COLUMNS:
        return True
    if pyarrow.types.is_struct(of):
        return False
    if pyarrow.types.is_map(of):
        texts = isinstance(value, Members) and all(fits("", pyarrow.string(), inner or 0) for _, inner in value)
        return texts and not value.repeated()
    if pyarrow.types.is_list(of):
        return is_array(value) and all(element_fits(of.value_type, element) for element in value)
    if pyarrow.types.is_boolean(of) or name in BOOLEANS_AS_TEXT:
        return isinstance(value, bool)
    return type(value) is str and is_decodable(value)


def element_fits(of: pyarrow.StructType, element: Any) -> bool:
    """Whether an element of a list has nothing but texts that the struct has members for."""
    names = {field.name for field in of}
    return (
        isinstance(element, Members)
        and not element.repeated()
        and all(name in names and fits(name, pyarrow.string(), inner or 0) for name, inner in element)
    )


def check_records(lake: Lake) -> str:
    """`trailmill export` gives the daily stage back, and every cell is what its record says."""
    records = cells = 0
    for table, month in lake.months():
        exported = lake.export(table, month)
        compare_lines(f"{table}_monthly {month}", exported, expected_lines(lake, table, month))
        start = 0
        for part in lake.parts(table, month):
            cells += compare_cells(str(part.path), part.path, exported[start : start + part.rows])
            start += part.rows
        expect(start == len(exported), f"{table}_monthly {month}: {start} rows, {len(exported)} lines exported")
        records += start
    return f"{records} records: export equals the daily stage as JSON; {cells} cells hold what their record says"


def expected_lines(lake: Lake, table: str, month: str) -> Counter[str]:
    """The records of a month, each once: the same id and the same bytes are a duplicate."""
    lines: Counter[str] = Counter()
    seen: set[bytes] = set()
    for day, line in lake.daily_lines(table):
        record = loads(line)
        if home_month(day, record) != month or line in seen:
            continue
        if isinstance(record.get("eventID" if table != "cloudtrail_aggregated" else "eventId"), str):
            seen.add(line)
        lines[canonical(record)] += 1
    return lines


def compare_lines(where: str, exported: list[str], expected: Counter[str]) -> None:
    """As multisets, since the order of rows is the writer's own affair."""
    found = Counter(canonical(loads(line)) for line in exported)
    lost, invented = expected - found, found - expected
    expect(not lost, f"{where}: export lacks {lost.total()} records, such as {short(next(iter(lost), None))}")
    expect(not invented, f"{where}: export has {invented.total()} more, such as {short(next(iter(invented), None))}")


def compare_cells(where: str, path: Any, lines: list[str]) -> int:
    """Export gives rows in their order, so the nth line says what the nth row holds."""
    schema = pyarrow.parquet.read_schema(path)
    expected = [Expected(loads(line), schema) for line in lines]
    for field in schema:
        found = by_pyarrow(path, field.name)
        expect(len(found) == len(lines), f"{where}: {len(found)} rows, {len(lines)} lines exported")
        for row, (value, want) in enumerate(zip(found, expected, strict=True)):
            what = f"{where}: column {field.name}, row {row}"
            if field.name in MADE:
                compare_made(what, field.name, value, want, lines[row])
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
        return should == pairs(value)
    if pyarrow.types.is_list(of):
        return len(should) == len(value) and all(map(lambda a, b: same(a, b, of.value_type), should, value))
    return should == value


def compare_made(what: str, name: str, value: Any, want: Expected, line: str) -> None:
    """The columns Trailmill makes."""
    match name:
        case "eventTimestamp":
            time = want.values.get("eventTime")
            odd = isinstance(time, str) and not EVENT_TIME.fullmatch(time)
            should: Any = value if odd else instant(time)
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
