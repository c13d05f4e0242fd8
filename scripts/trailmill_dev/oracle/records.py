"""The records of a log file as text, which of them are duplicates, and the month that a record belongs to."""

import datetime
import gzip
import json
import re
import zlib
from collections.abc import Hashable
from typing import Any

from trailmill_dev.oracle.strict_json import Members

# a string, or white space between tokens
TOKENS = re.compile(r'("(?:\\.|[^"\\])*")|\s+')
EVENT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
FIRST_DATE = datetime.date(2013, 1, 1)
# days of a month in which events of the month before may be delivered
LATE_DAYS = 3
# a record as Python's values, and its bytes without white space between tokens
Record = tuple[dict[str, Any], str]


class NotWhole(ValueError):
    """A log file that is not whole: its gzip, its UTF-8 or its JSON is damaged, or it has no `Records`."""


def records_of(body: bytes) -> list[Record]:
    """The records of a log file, gzipped or not. Raises NotWhole for a damaged one."""
    try:
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
        count = len(json.loads(text)["Records"])
        at = text.index("[", text.index('"Records"')) + 1
    except (EOFError, OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise NotWhole(str(error)) from error
    decoder, found = json.JSONDecoder(), []
    for _ in range(count):
        at = text.index("{", at)
        record, end = decoder.raw_decode(text, at)
        found.append((record, TOKENS.sub(lambda token: token[1] or "", text[at:end])))
        at = end
    return found


class Duplicates:
    """Records seen so far. A record is a duplicate of one with the same eventID and the same bytes."""

    def __init__(self) -> None:
        self.seen: set[Hashable] = set()

    def is_new(self, event_id: object, line: Hashable) -> bool:
        """Whether a record is no duplicate. One without an eventID never is."""
        if not isinstance(event_id, str):
            return True
        if line in self.seen:
            return False
        self.seen.add(line)
        return True


def instant(text: object) -> int | None:
    """Microseconds since 1970 of an eventTime as CloudTrail writes it; None for any other value."""
    if not isinstance(text, str) or not EVENT_TIME.fullmatch(text):
        return None
    then = datetime.datetime.fromisoformat(text)
    return int(then.replace(microsecond=0).timestamp()) * 1_000_000 + then.microsecond


def deciding_time(record: Members) -> object:
    """The time that decides the event day of a record: eventTime, or the start of its window if it has none."""
    time, window = record.get("eventTime"), record.get("timeWindow")
    if isinstance(time, str) and time:
        return time
    return window.get("windowStart") if isinstance(window, Members) else None


def dated_instant(day: str, time: object) -> int | None:
    """The instant of a time, if it lies between 2013 and the day after the delivery day; else the record is undated."""
    micros = instant(time)
    if micros is None:
        return None
    date = (EPOCH + datetime.timedelta(microseconds=micros)).date()
    last = datetime.date.fromisoformat(day) + datetime.timedelta(days=1)
    return micros if FIRST_DATE <= date <= last else None


def home_month(day: str, event_time: object) -> str:
    """The month of a record (`2026-10`): the month of its delivery day, or the month before if its event is of that month
    and it was delivered in the first three days."""
    first = datetime.date.fromisoformat(f"{day[:7]}-01")
    before = (first - datetime.timedelta(days=1)).isoformat()[:7]
    late = int(day[8:]) <= LATE_DAYS and instant(event_time) is not None and str(event_time)[:7] == before
    return before if late else day[:7]
