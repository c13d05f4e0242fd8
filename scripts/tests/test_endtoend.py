"""The log files of the end-to-end scenarios, and what the oracle says of them."""

import gzip

import pytest

from trailmill_dev.endtoend.logs import Logs, days_of, delivered, key_on, on_day
from trailmill_dev.endtoend.run import wanted
from trailmill_dev.expect import Failed
from trailmill_dev.oracle.records import records_of


def test_a_day_counts_each_record_once() -> None:
    logs = Logs()
    key = logs.small("2026-10-12", 0)
    logs.small("2026-10-12", 1)
    logs.add(key.replace("0000.json", "copy.json"), logs.files[key])
    logs.broken("2026-10-12")
    assert delivered(key) == "2026-10-12"
    assert logs.daily_count("2026-10-12") == 6
    assert logs.daily_count("2026-10-13") == 0


def test_a_month_has_late_events_of_its_own() -> None:
    logs = Logs()
    for number, day in enumerate(["2026-10-31", "2026-11-01", "2026-11-04"]):
        logs.small(day, number)
    late = logs.small("2026-11-02", 5)
    logs.files[late] = gzip.compress(gzip.decompress(logs.files[late]).replace(b"2026-11-02T", b"2026-10-31T"))
    assert (logs.monthly_count("2026-10"), logs.monthly_count("2026-11")) == (6, 6)


def test_two_files_of_one_key_are_an_error() -> None:
    logs = Logs()
    logs.small("2026-10-12", 0)
    with pytest.raises(Failed, match="two log files"):
        logs.small("2026-10-12", 0)


def test_a_key_and_its_events_can_be_of_another_day() -> None:
    key = "AWSLogs/1/CloudTrail/eu-west-1/2026/10/15/1_CloudTrail_eu-west-1_20261015T1205Z_x.json.gz"
    moved = key_on(key, "2026-11-02")
    assert delivered(moved) == "2026-11-02"
    assert "_20261102T1205Z_" in moved
    body = gzip.compress(b'{"Records":[{"eventTime":"2026-10-15T01:00:00Z"}]}')
    assert records_of(on_day(body, "2026-10-14"))[0][0] == {"eventTime": "2026-10-14T01:00:00Z"}


def test_days_of_a_month() -> None:
    assert len(days_of("2028-02")) == 29
    assert days_of("2026-10")[-1] == "2026-10-31"


def test_scenarios_are_chosen_by_name_and_need_a_deployment() -> None:
    assert [scenario.__name__ for scenario in wanted(["poison"])] == ["deploys", "poison"]
    assert len(wanted([])) > 10
    with pytest.raises(Failed, match="no scenario nonsense"):
        wanted(["nonsense"])
