"""Log files for the source, spread from one generated day, and what the oracle says that comes out of them."""

import calendar
import contextlib
import datetime
import gzip
import json
import pathlib
import re
import subprocess
from collections.abc import Iterator

from trailmill_dev.expect import expect, present
from trailmill_dev.oracle.records import (
    Duplicates,
    NotWhole,
    Record,
    event_day,
    event_month,
    is_first_of_month,
    records_of,
)

# the account of small files
ACCOUNT = "999999999999"
# the day the example make-day writes
MADE = "2026-10-15"
DAY_OF_KEY = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/[^/]+$")


def days_of(month: str) -> list[str]:
    """Every day of a month."""
    year, number = map(int, month.split("-"))
    return [f"{month}-{day:02}" for day in range(1, calendar.monthrange(year, number)[1] + 1)]


class Logs:
    """Log files by their keys."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, key: str, body: bytes) -> str:
        """Another one."""
        expect(key not in self.files, f"two log files are named {key}")
        self.files[key] = body
        return key

    # ---- made ----

    def spread(self, example: str, folder: pathlib.Path, days: list[str], records: int | None = None) -> None:
        """The files of a generated day, dealt out over other days. Their events are of the day that they are on; in every
        fourth file of a day, if there are several days, of the day before."""
        run = [example, str(folder), *([str(records)] if records else [])]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        for number, path in enumerate(paths):
            day = days[number % len(days)]
            is_late = len(days) > 1 and number // len(days) % 4 == 3
            body = on_day(path.read_bytes(), day_before(day) if is_late else day)
            self.add(key_on(path.relative_to(folder).as_posix(), day), body)

    def small(self, day: str, number: int, records: int = 3, events: str | None = None, account: str = ACCOUNT) -> str:
        """A small file of a day, with events of that day, or of another one."""
        events = events or day
        times = [f"{events}T12:{record // 60:02}:{record % 60:02}Z" for record in range(records)]
        return self.with_times(day, number, times, account)

    def month_with_late_events(self, month: str, records: int) -> list[str]:
        """For each day of a month a file with its events; on the next day a tenth more of them, and the file once more."""
        keys, days = [], days_of(month)
        for number, day in enumerate(days):
            keys.append(self.small(day, number, records))
            for after in days[number + 1 : number + 2]:
                keys.append(self.small(after, 100 + number, records // 10, events=day))
                keys.append(self.again(keys[-2], after))
        return keys

    def undated(self, day: str, number: int) -> str:
        """A small file of a day whose records are undated: no instant, too old, too far in the future."""
        return self.with_times(day, number, ["yesterday", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])

    def with_times(self, day: str, number: int, times: list[str], account: str = ACCOUNT) -> str:
        """A file of a day with an event for each of these times."""
        event = {
            "eventVersion": "1.11",
            "eventSource": "s3.amazonaws.com",
            "eventName": "PutObject",
            "awsRegion": "eu-west-1",
        }
        made = [
            {**event, "eventTime": time, "eventID": f"{account}-{day}-{number}-{record}"}
            for record, time in enumerate(times)
        ]
        name = f"{account}_CloudTrail_eu-west-1_{day.replace('-', '')}T1205Z_{number:016}.json.gz"
        key = f"AWSLogs/{account}/CloudTrail/eu-west-1/{day.replace('-', '/')}/{name}"
        return self.add(key, gzip.compress(json.dumps({"Records": made}).encode()))

    def broken(self, day: str) -> str:
        """A file whose gzip ends too early."""
        key = self.small(day, 10**15)
        self.files[key] = self.files[key][:-9]
        return key

    def again(self, key: str, day: str) -> str:
        """A file delivered once more, on another day."""
        return self.add(key_on(key, day, delivered(key)), self.files[key])

    # ---- what comes out ----

    def lines(self, day: str) -> Iterator[Record]:
        """The records of a delivery day in the main table, in the order of the keys, and their bytes without white space."""
        for key in sorted(self.files):
            if delivered(key) == day and "/CloudTrail/" in key:
                with contextlib.suppress(NotWhole):
                    yield from records_of(self.files[key])

    def daily_count(self, day: str) -> int:
        """How many rows a day has."""
        duplicates = Duplicates()
        return sum(1 for record, line in self.lines(day) if duplicates.is_new(record.get("eventID"), line))

    def monthly_rows(self, month: str) -> Iterator[tuple[str, Record]]:
        """The records of a month, however late they came, each with its delivery day."""
        duplicates = Duplicates()
        # a record is delivered at most a day before its event day
        earliest = day_before(f"{month}-01")
        for day in sorted({day for day in map(delivered, self.files) if day >= earliest}):
            for record, line in self.lines(day):
                if event_month(day, record) != month:
                    continue
                if is_first_of_month(duplicates, day, record, record.get("eventID"), line):
                    yield day, (record, line)

    def monthly_count(self, month: str) -> int:
        """How many rows a month has."""
        return sum(1 for _ in self.monthly_rows(month))

    def undated_count(self, month: str) -> int:
        """How many of them are undated."""
        return sum(event_day(day, record) is None for day, (record, _) in self.monthly_rows(month))


def delivered(key: str) -> str:
    """The delivery day of a key."""
    return "-".join(present(DAY_OF_KEY.search(key), f"no delivery day in {key}").groups())


def day_before(day: str) -> str:
    """The day before."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


def key_on(key: str, day: str, was: str = MADE) -> str:
    """A key of the generated day, or of another one that it `was` on, of another delivery day."""
    folder = key.replace(f"/{was.replace('-', '/')}/", f"/{day.replace('-', '/')}/")
    return folder.replace(was.replace("-", ""), day.replace("-", ""))


def on_day(body: bytes, day: str) -> bytes:
    """A log file whose events are of another day."""
    zipped = body[:2] == b"\x1f\x8b"
    text = (gzip.decompress(body) if zipped else body).replace(MADE.encode(), day.encode())
    return gzip.compress(text) if zipped else text
