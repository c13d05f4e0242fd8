"""The oracle: records of a log file, duplicates, the month of a record, what its columns must hold."""

import gzip
import json
import pathlib

import pyarrow
import pytest

from trailmill_dev.oracle.cells import Expected
from trailmill_dev.oracle.day import of_day
from trailmill_dev.oracle.records import (
    Duplicates,
    NotWhole,
    dated_instant,
    deciding_time,
    event_day,
    event_month,
    instant,
    is_first_of_month,
    records_of,
)
from trailmill_dev.oracle.strict_json import canonical, loads


def test_records_are_as_they_were_written_without_white_space() -> None:
    body = b'{ "Records" : [ {"a" : 1.0, "b": "x  y \\" z"} ,\n\t{"a":\n[1, 2]} ] }'
    expected = [({"a": 1.0, "b": 'x  y " z'}, '{"a":1.0,"b":"x  y \\" z"}'), ({"a": [1, 2]}, '{"a":[1,2]}')]
    assert records_of(body) == expected
    assert records_of(gzip.compress(body)) == expected
    assert records_of(b'{"Records":[]}') == []


WHOLE = b'{"Records":[{"a":1}]}'


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(WHOLE)[:-9],
        gzip.compress(WHOLE)[:-8] + bytes(8),
        WHOLE[:-2],
        WHOLE.replace(b"1", b'"\xff"'),
        b'{"Other":[]}',
        b'{"Records":null}',
        b"",
    ],
)
def test_a_damaged_log_file_is_not_whole(body: bytes) -> None:
    with pytest.raises(NotWhole):
        records_of(body)


def test_a_duplicate_has_the_same_id_and_bytes() -> None:
    duplicates = Duplicates()
    assert duplicates.is_new("id", '{"a":1}')
    assert not duplicates.is_new("id", '{"a":1}')
    assert duplicates.is_new("id", '{"a":2}')
    assert duplicates.is_new(None, '{"b":1}')
    assert duplicates.is_new(None, '{"b":1}')
    assert duplicates.is_new(7, '{"c":1}')
    assert duplicates.is_new(7, '{"c":1}')


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:01.2345678Z", 1_234_567),
        ("2026-10-15T02:00:00+01:00", 1792026000000000),
        ("2026-10-15", None),
        (None, None),
        (5, None),
    ],
)
def test_an_instant_is_microseconds(text: object, microseconds: int | None) -> None:
    assert instant(text) == microseconds


@pytest.mark.parametrize(
    ("time", "is_dated"),
    [
        ("2013-01-01T00:00:00Z", True),
        ("2026-10-16T23:59:59.999999Z", True),
        ("2026-10-17T00:00:00Z", False),
        ("2012-12-31T23:59:59Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("soon", False),
        (None, False),
    ],
)
def test_an_undated_record_has_no_instant(time: object, is_dated: bool) -> None:
    assert dated_instant("2026-10-15", time) == (instant(time) if is_dated else None)


def test_the_window_decides_only_where_there_is_no_event_time() -> None:
    assert deciding_time(loads('{"timeWindow":{"windowStart":"w"},"eventTime":"e"}')) == "e"
    assert deciding_time(loads('{"timeWindow":{"windowStart":"w"},"eventTime":""}')) == "w"
    assert deciding_time(loads('{"timeWindow":{"windowStart":"w"}}')) == "w"
    assert deciding_time(loads('{"timeWindow":[]}')) is None


@pytest.mark.parametrize(
    ("day", "event_time", "date"),
    [
        ("2026-10-15", "2026-10-15T01:00:00Z", "2026-10-15"),
        ("2026-11-03", "2026-10-31T23:59:59Z", "2026-10-31"),
        ("2026-11-24", "2026-09-30T23:59:59.999Z", "2026-09-30"),
        ("2026-10-31", "2026-11-01T23:59:59Z", "2026-11-01"),
        ("2026-10-31", "2026-11-02T00:00:00Z", None),
        ("2026-10-31", "2013-01-01T00:00:00Z", "2013-01-01"),
        ("2026-10-31", "2012-12-31T23:59:59Z", None),
        ("2026-10-31", "2026-10-31T23:00:00-02:00", "2026-11-01"),
        ("2026-10-31", "2026-10-31T23:00:00", None),
        ("2026-10-31", "0001-01-01T00:00:00+14:00", None),
        ("2026-10-31", "2026-10-31 late", None),
        ("2026-10-31", None, None),
        ("2026-10-31", 1_793_404_800, None),
    ],
)
def test_the_event_day_is_the_date_of_the_event_time_in_its_bounds(day: str, event_time: object, date: str | None) -> None:
    record = {"eventTime": event_time}
    assert event_day(day, record) == date
    assert event_month(day, record) == (date or day)[:7]


def test_without_an_event_time_the_start_of_the_window_counts() -> None:
    window = '"timeWindow":{"windowStart":"2026-10-30T10:00:00Z"}'
    assert event_day("2026-11-02", loads("{" + window + "}")) == "2026-10-30"
    assert event_day("2026-11-02", json.loads("{" + window + "}")) == "2026-10-30"
    assert event_day("2026-11-02", loads('{"eventTime":"soon",' + window + "}")) is None
    assert event_day("2026-11-02", loads('{"timeWindow":[]}')) is None


def test_a_dated_record_is_once_in_a_month_and_an_undated_one_once_a_delivery_day() -> None:
    duplicates = Duplicates()
    dated, undated = {"eventTime": "2026-10-31T01:00:00Z"}, {"eventTime": "?"}
    found = [
        (day, is_first_of_month(duplicates, day, record, "1", str(record)))
        for record in (dated, undated)
        for day in ("2026-10-31", "2026-11-05", "2026-11-05")
    ]
    assert [is_first for _, is_first in found] == [True, False, False, True, True, False]


def test_a_day_counts_lines_that_are_a_records_own_bytes(tmp_path: pathlib.Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    one, two = '{"eventID":"1","n":1.0}', '{"eventID":"2"}'
    (logs / "a.json.gz").write_bytes(gzip.compress(f'{{"Records":[{one}, {two}]}}'.encode()))
    (logs / "b.json.gz").write_bytes(gzip.compress(f'{{"Records":[{one}]}}'.encode()))
    day = of_day(logs)
    assert (day.records, day.once.total()) == (3, 2)

    out = tmp_path / "out.ndjson.gz"
    out.write_bytes(gzip.compress(f"{one}\n{one}\n{two}\n".encode()))
    assert day.verbatim([out]) == 2
    out.write_bytes(gzip.compress((json.dumps(json.loads(one)) + "\n" + two + "\n").encode()))
    assert day.verbatim([out]) == 1


def test_canonical_json_is_equal_for_equal_json_alone() -> None:
    assert canonical(loads('{"b":1, "a":"\\u0041"}')) == canonical(loads('{"a":"A","b":1}'))
    assert canonical(loads('{"a":1.0}')) != canonical(loads('{"a":1}'))
    assert canonical(loads('{"a":1,"a":2}')) != canonical(loads('{"a":2}'))
    assert loads('{"a":1,"a":2}').repeated()


SCHEMA = pyarrow.schema(
    [
        ("eventName", pyarrow.string()),
        ("readOnly", pyarrow.string()),
        ("requestParameters", pyarrow.string()),
        ("userIdentity", pyarrow.struct([("type", pyarrow.string())])),
        ("managementEvent", pyarrow.bool_()),
        ("tags", pyarrow.map_(pyarrow.string(), pyarrow.string())),
        ("resources", pyarrow.list_(pyarrow.struct([("ARN", pyarrow.string())]))),
        ("extraFields", pyarrow.string()),
    ]
)


def expected(text: str) -> Expected:
    return Expected(loads(text), SCHEMA)


def test_columns_hold_the_members_of_a_record() -> None:
    record = expected(
        '{"eventName":"Get","readOnly":true,"requestParameters":{"b":1.0},"userIdentity":{"type":"Root"},'
        '"managementEvent":false,"tags":{"k":"v"},"resources":[{"ARN":"arn"}]}'
    )
    assert record.values == {
        "eventName": "Get",
        "readOnly": "true",
        "requestParameters": '{"b":1.0}',
        "userIdentity": {"type": "Root"},
        "managementEvent": False,
        "tags": [("k", "v")],
        "resources": [{"ARN": "arn"}],
    }
    assert (record.extra, record.nulls, record.repeated) == ([], [], False)


def test_what_no_column_holds_is_left_over() -> None:
    record = expected('{"new":1,"eventName":5,"userIdentity":{"type":"Root","more":[]},"managementEvent":"no","tags":[]}')
    assert canonical(record.extra) == '{"eventName":5,"managementEvent":"no","new":1,"tags":[],"userIdentity":{"more":[]}}'
    assert (record.values["eventName"], record.values["managementEvent"], record.values["tags"]) == ("5", None, None)


def test_nulls_are_named_and_repeated_members_noticed() -> None:
    record = expected('{"eventName":null,"userIdentity":{"type":null}}')
    assert record.nulls == ["eventName", "userIdentity.type"]
    assert record.extra == []
    assert expected('{"eventName":"a","eventName":"b"}').repeated
    assert expected('{"userIdentity":{"type":"a","type":"b"}}').repeated


def test_a_string_with_half_a_surrogate_stays_json() -> None:
    record = expected('{"eventName":"\\ud83d"}')
    assert record.values["eventName"] == '"\\ud83d"'
    assert canonical(record.extra) == '{"eventName":"\\ud83d"}'
