"""What the NDJSON of a day must hold: the records of its log files, byte for byte but for white space, in plain Python."""

import gzip
import json
import pathlib
import re
from collections import Counter
from dataclasses import dataclass

START = re.compile(r'\s*\{\s*"Records"\s*:\s*\[\s*')
STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')
BETWEEN = re.compile(r"[\s,]*")


@dataclass(frozen=True)
class Oracle:
    """Records as they are written: all of them, and each once that has an eventID and bytes of another."""

    records: int
    once: Counter[str]

    def same(self, outputs: list[pathlib.Path]) -> int:
        """How many lines of these are a record's own bytes; no record counts twice."""
        lines: Counter[str] = Counter()
        for path in outputs:
            with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
                lines.update(line.rstrip("\n") for line in file)
        return (lines & self.once).total()


def of_day(source: pathlib.Path) -> Oracle:
    """Reads every log file, which must be whole. White space between tokens goes."""
    decoder = json.JSONDecoder()
    records, once = 0, Counter[str]()
    for path in sorted(source.rglob("*.json.gz")):
        text = gzip.decompress(path.read_bytes()).decode()
        at = START.match(text).end()
        while text[at] != "]":
            value, end = decoder.raw_decode(text, at)
            line = STRING_OR_SPACE.sub(r"\1", text[at:end])
            records += 1
            if value.get("eventID") is None or line not in once:
                once[line] += 1
            at = BETWEEN.match(text, end).end()
    return Oracle(records, once)
