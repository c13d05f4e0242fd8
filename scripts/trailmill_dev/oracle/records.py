"""The records of a log file as text, which of them are duplicates, and the month that a record belongs to."""

import datetime
import gzip
import json
import re
import zlib
from collections.abc import Hashable
from typing import Any

# a string, or white space between tokens
TOKENS = re.compile(r'("(?:\\.|[^"\\])*")|\s+')
EVENT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
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
    """Milliseconds since 1970 of an eventTime as CloudTrail writes it; None for any other value."""
    if not isinstance(text, str) or not EVENT_TIME.fullmatch(text):
        return None
    then = datetime.datetime.fromisoformat(text)
    return int(then.replace(microsecond=0).timestamp()) * 1000 + then.microsecond // 1000


def home_month(day: str, event_time: object) -> str:
    """The month of a record (`2026-10`): the month of its delivery day, or the month before if its event is of that month
    and it was delivered in the first three days."""
    first = datetime.date.fromisoformat(f"{day[:7]}-01")
    before = (first - datetime.timedelta(days=1)).isoformat()[:7]
    late = int(day[8:]) <= LATE_DAYS and instant(event_time) is not None and str(event_time)[:7] == before
    return before if late else day[:7]
