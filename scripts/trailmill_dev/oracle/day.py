"""What the NDJSON of a day must hold: the records of its log files, byte for byte but for white space."""

import gzip
import pathlib
from collections import Counter
from dataclasses import dataclass

from trailmill_dev.oracle.records import Duplicates, records_of


@dataclass(frozen=True)
class Day:
    """Records as they are written: how many there are, and each line that must come out, without duplicates."""

    records: int
    once: Counter[str]

    def verbatim(self, outputs: list[pathlib.Path]) -> int:
        """How many lines of gzipped NDJSON files are a record's own bytes; no record counts twice."""
        lines: Counter[str] = Counter()
        for path in outputs:
            with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
                lines.update(line.rstrip("\n") for line in file)
        return (lines & self.once).total()


def of_day(source: pathlib.Path) -> Day:
    """Reads every log file below a folder, each of which must be whole."""
    duplicates, records, once = Duplicates(), 0, Counter[str]()
    for path in sorted(source.rglob("*.json.gz")):
        for record, line in records_of(path.read_bytes()):
            records += 1
            if duplicates.is_new(record.get("eventID"), line):
                once[line] += 1
    return Day(records, once)
