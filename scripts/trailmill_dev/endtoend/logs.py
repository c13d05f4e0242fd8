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
from trailmill_dev.oracle.records import LATE_DAYS, Duplicates, NotWhole, Record, home_month, records_of

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
        """The files of a generated day, dealt out over other days. What they hold stays as it was, but for the first day:
        there every other file has events of the day before."""
        run = [example, str(folder), *([str(records)] if records else [])]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        before = (datetime.date.fromisoformat(days[0]) - datetime.timedelta(days=1)).isoformat()
        for number, path in enumerate(paths):
            day = days[number % len(days)]
            body = path.read_bytes()
            if day == days[0] and len(days) > 1 and number // len(days) % 2:
                body = on_day(body, before)
            self.add(key_on(path.relative_to(folder).as_posix(), day), body)

    def small(self, day: str, number: int, records: int = 3) -> str:
        """A small file of a day, of its own events."""
        event = {
            "eventVersion": "1.11",
            "eventSource": "s3.amazonaws.com",
            "eventName": "PutObject",
            "awsRegion": "eu-west-1",
        }
        made = [
            {**event, "eventTime": f"{day}T12:00:{record:02}Z", "eventID": f"{day}-{number}-{record}"}
            for record in range(records)
        ]
        name = f"999999999999_CloudTrail_eu-west-1_{day.replace('-', '')}T1205Z_{number:016}.json.gz"
        key = f"AWSLogs/999999999999/CloudTrail/eu-west-1/{day.replace('-', '/')}/{name}"
        return self.add(key, gzip.compress(json.dumps({"Records": made}).encode()))

    def broken(self, day: str) -> str:
        """A file whose gzip ends too early."""
        key = self.small(day, 10**15)
        self.files[key] = self.files[key][:-9]
        return key

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

    def monthly_count(self, month: str) -> int:
        """How many rows a month has: of its days and the first of the next, those records that belong to it."""
        after = datetime.date.fromisoformat(days_of(month)[-1])
        grace = [(after + datetime.timedelta(days=number)).isoformat() for number in range(1, LATE_DAYS + 1)]
        rows, duplicates = 0, Duplicates()
        for day in [*days_of(month), *grace]:
            for record, line in self.lines(day):
                if home_month(day, record.get("eventTime")) == month:
                    rows += duplicates.is_new(record.get("eventID"), line)
        return rows


def delivered(key: str) -> str:
    """The delivery day of a key."""
    return "-".join(present(DAY_OF_KEY.search(key), f"no delivery day in {key}").groups())


def key_on(key: str, day: str) -> str:
    """A key of the generated day, of another delivery day."""
    compact = MADE.replace("-", "")
    return key.replace(f"/{MADE.replace('-', '/')}/", f"/{day.replace('-', '/')}/").replace(compact, day.replace("-", ""))


def on_day(body: bytes, day: str) -> bytes:
    """A log file whose events are of another day."""
    zipped = body[:2] == b"\x1f\x8b"
    text = (gzip.decompress(body) if zipped else body).replace(MADE.encode(), day.encode())
    return gzip.compress(text) if zipped else text
