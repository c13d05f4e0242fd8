"""The records of a log file as text, which of them are duplicates, and the event day of a record."""

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
EVENT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# no record has an earlier event day
FIRST_EVENT_DAY = datetime.date(2013, 1, 1)
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


def deciding_time(record: dict[str, Any] | Members) -> object:
    """The time that decides the event day of a record: eventTime, or the start of its window if it has none."""
    time, window = record.get("eventTime"), record.get("timeWindow")
    if isinstance(time, str) and time:
        return time
    return window.get("windowStart") if isinstance(window, dict | Members) else None


def dated_instant(day: str, time: object) -> int | None:
    """The instant of a time, if it lies between 2013 and the day after the delivery day; else the record is undated."""
    micros = instant(time)
    end = datetime.date.fromisoformat(day) + datetime.timedelta(days=2)
    return micros if micros is not None and midnight(FIRST_EVENT_DAY) <= micros < midnight(end) else None


def midnight(date: datetime.date) -> int:
    """The instant at which a day begins, in microseconds."""
    return (date - EPOCH.date()).days * 86_400_000_000


def date_of(micros: int) -> datetime.date:
    """The UTC date of an instant."""
    return (EPOCH + datetime.timedelta(microseconds=micros)).date()


def event_day(day: str, record: dict[str, Any] | Members) -> str | None:
    """The event day of a record with a delivery day. None for an undated record, which counts at its delivery day."""
    micros = dated_instant(day, deciding_time(record))
    return None if micros is None else date_of(micros).isoformat()


def event_month(day: str, record: dict[str, Any] | Members) -> str:
    """The month of a record with a delivery day: that of its event day, or of its delivery day if it is undated."""
    return (event_day(day, record) or day)[:7]


def is_first_of_month(
    duplicates: Duplicates, day: str, record: dict[str, Any] | Members, event_id: object, line: Hashable
) -> bool:
    """Whether a record is no copy of one that its month has: a dated record is there once, whatever its delivery days, an
    undated one once for each delivery day."""
    return duplicates.is_new(event_id, line if event_day(day, record) else (day, line))
