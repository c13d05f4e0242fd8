"""The log files of the end-to-end scenarios, and what the oracle says of them."""

import gzip

import pytest

from trailmill_dev.endtoend.logs import Logs, day_before, days_of, delivered, key_on, on_day
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


def test_a_month_has_the_events_of_its_days_however_late_they_came() -> None:
    logs = Logs()
    for number, day in enumerate(["2026-10-31", "2026-11-01", "2026-11-04"]):
        logs.small(day, number)
    for number, day in enumerate(["2026-11-02", "2026-11-24"]):
        logs.small(day, 5 + number, events="2026-10-31")
    logs.small("2026-11-02", 7, events="2026-09-30")
    logs.small("2026-10-31", 8, events="2026-11-01")
    counts = {month: logs.monthly_count(month) for month in ("2026-09", "2026-10", "2026-11", "2026-12")}
    assert counts == {"2026-09": 3, "2026-10": 9, "2026-11": 9, "2026-12": 0}


def test_a_copy_of_another_day_is_not_in_the_month_unless_it_is_undated() -> None:
    logs = Logs()
    copy = logs.again(logs.small("2026-10-31", 0), "2026-11-05")
    assert delivered(copy) == "2026-11-05"
    assert "_20261105T1205Z_" in copy
    assert (logs.daily_count("2026-11-05"), logs.monthly_count("2026-10"), logs.monthly_count("2026-11")) == (3, 3, 0)
    logs.again(logs.undated("2026-10-30", 1), "2026-10-31")
    assert (logs.monthly_count("2026-10"), logs.undated_count("2026-10")) == (9, 6)


def test_a_month_with_late_events_and_copies_has_each_event_once() -> None:
    logs = Logs()
    assert len(logs.month_with_late_events("2026-02", 20)) == len(logs.files) == 28 + 2 * 27
    assert (logs.daily_count("2026-02-01"), logs.daily_count("2026-02-02")) == (20, 20 + 2 + 20)
    assert logs.monthly_count("2026-02") == 28 * 20 + 27 * 2


def test_a_large_file_has_a_second_for_each_event() -> None:
    logs = Logs()
    logs.small("2026-10-12", 0, 130)
    times = [str(record["eventTime"]) for record, _ in logs.lines("2026-10-12")]
    assert (times[0], times[-1], len(set(times))) == ("2026-10-12T12:00:00Z", "2026-10-12T12:02:09Z", 130)
    assert logs.undated_count("2026-10") == 0


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
    assert day_before("2028-03-01") == "2028-02-29"
    assert len(days_of("2028-02")) == 29
    assert days_of("2026-10")[-1] == "2026-10-31"


def test_scenarios_are_chosen_by_name_and_need_a_deployment() -> None:
    assert [scenario.__name__ for scenario in wanted(["poison"])] == ["deploys", "poison"]
    assert len(wanted([])) > 10
    with pytest.raises(Failed, match="no scenario nonsense"):
        wanted(["nonsense"])
