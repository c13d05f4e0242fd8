"""What the benches print and count: tables, options, prices, windows, what became of a record."""

import argparse

import pytest

from trailmill_dev.bench.bills import GB_SECOND, HEAD, ONE_CORE, Measured, cheapest, given
from trailmill_dev.bench.losses import BAD_FILES, ODD_RECORDS, compared, respelled, same
from trailmill_dev.bench.options import at_least_one, numbers
from trailmill_dev.bench.tables import aligned, markdown_lines, show
from trailmill_dev.bench.windows import window
from trailmill_dev.oracle.records import NotWhole, records_of
from trailmill_dev.timing import Cost

TABLE = [["", "wall s", "MB"], ["trailmill", "1.00", "10"], ["jq", "12.50", "9"]]


def test_a_table_is_aligned() -> None:
    assert aligned(TABLE) == [
        "           wall s  MB",
        "trailmill    1.00  10",
        "jq          12.50   9",
    ]


def test_a_table_in_markdown_has_a_line_below_its_head() -> None:
    assert markdown_lines(TABLE)[:3] == ["|  | wall s | MB |", "| --- | --- | --- |", "| trailmill | 1.00 | 10 |"]


def test_a_row_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        aligned([["a", "b"], ["c"]])


def test_a_table_is_printed_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    show(TABLE, markdown=True)
    assert capsys.readouterr().out.startswith("|  | wall s")
    show(TABLE)
    assert capsys.readouterr().out.startswith("    ")


def test_numbers_are_sorted_and_above_0() -> None:
    assert numbers("4,1,16,4") == [1, 4, 16]
    for text in ("0,1", "-1", "x", ""):
        with pytest.raises(ValueError, match=r"."):
            numbers(text)


def test_no_runs_are_an_error() -> None:
    assert at_least_one("1") == 1
    with pytest.raises(argparse.ArgumentTypeError):
        at_least_one("0")


def measured(memory: int, wall: float, peak: float = 100) -> Measured:
    return Measured("disk", memory, [Cost(wall, wall / 2, peak)])


def test_lambda_bills_memory_times_milliseconds_begun() -> None:
    of = measured(1024, 1.0001)
    assert of.gb_seconds == pytest.approx(1.001)
    assert of.dollars == pytest.approx(1.001 * GB_SECOND["arm64"] + 0.2e-6)
    assert measured(ONE_CORE, 1).share == 1


def test_requests_to_s3_are_priced_by_kind() -> None:
    of = measured(1024, 1)
    of.count({"Get": 1000, "Put": 1000, "Delete": 5, "faults": 7})
    assert of.calls == 2005
    assert of.s3 == pytest.approx(0.0004 + 0.005)


def test_a_row_of_the_bill_fits_its_head() -> None:
    assert len(measured(512, 2).row()) == len(given("article", 512, 240)) == len(HEAD)
    assert measured(256, 2, peak=300).row()[8] == "300, does not fit"


def test_the_cheapest_setting_has_memory_enough() -> None:
    settings = [measured(128, 1, peak=200), measured(256, 4), measured(512, 1.9), measured(1024, 1)]
    said = cheapest(settings)
    assert "fits in 256 MB; cheapest at 512 MB: 1.90 s, 0.95 GB-s" in said
    assert "1,024 MB cost 5 % more and take 1.00 s" in said
    assert cheapest(settings[:1]) == "no setting has memory enough"


def test_the_windows_of_a_run() -> None:
    assert window(1.0, 3.0, 7.0) == (2.0, 4.0, 6.0)
    assert window(1.0, 3.0, None) == (2.0, 0.0, 2.0)


@pytest.mark.parametrize(
    ("lines", "became"),
    [
        (['{"a":1.0,"b":2}'], "same bytes"),
        (['{"b":2, "a":1.0}'], "other bytes, same JSON"),
        (['{"a":1,"b":2}'], "numbers respelled"),
        (['{"a":3,"b":2}'], "changed"),
        ([], "lost"),
    ],
)
def test_what_became_of_a_record(lines: list[str], became: str) -> None:
    assert compared('{"a":1.0,"b":2}', lines) == became


def test_a_member_that_was_lost_is_no_other_spelling() -> None:
    twice = ODD_RECORDS["a member twice"]
    assert not respelled(twice, twice.replace('"a":1,"a":2', '"a":2'))
    assert not same(twice, twice.replace('"a":1,"a":2', '"a":2'))
    assert not same("no JSON", "no JSON")


@pytest.mark.parametrize("name", sorted(BAD_FILES.keys() - {"two gzip members"}))
def test_damaged_files_are_damaged(name: str) -> None:
    with pytest.raises(NotWhole):
        records_of(BAD_FILES[name])


def test_two_gzip_members_are_whole() -> None:
    assert len(records_of(BAD_FILES["two gzip members"])) == 200
