"""What a tool loses: it is given odd records and damaged files, and what comes out is compared with what went in."""

import gzip
import json
import pathlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import pyarrow.parquet

from trailmill_dev.bench import data
from trailmill_dev.bench.stages import Daily, Monthly, clear
from trailmill_dev.expect import Failed
from trailmill_dev.oracle.strict_json import Members, canonical, loads
from trailmill_dev.timing import run

Table = list[list[str]]
Given = TypeVar("Given")
FILE = "111122223333_CloudTrail_us-east-1_20261015T{:02}00Z_abcdefghijklmnop.json.gz"
HEADER = '"eventVersion":"1.11","eventTime":"2026-10-15T01:00:00Z","eventSource":"s3.amazonaws.com"'
GOOD = f'{{{HEADER},"eventName":"GetObject","eventID":"good"}}'


def record(members: str, event_id: str | None = "odd") -> str:
    """A record with these members."""
    return f"{{{HEADER},{members}" + (f',"eventID":"{event_id}"}}' if event_id else "}")


def envelope(*records: str) -> bytes:
    """A log file of records."""
    return ('{"Records":[' + ",".join(records) + "]}").encode()


# what a daily tool is given next to a good file: a record, which should come out as it went in
ODD_RECORDS = {
    "1.0, 1.688E9, 0.10": record('"requestParameters":{"a":1.0,"b":1.688E9,"c":0.10}'),
    "2^53+1": record('"requestParameters":{"a":9007199254740993}'),
    "30 digits": record('"requestParameters":{"a":123456789012345678901234567890}'),
    "escapes": record('"requestParameters":{"a":"\\u003d\\/\\u00e9"}'),
    "half a surrogate": record('"requestParameters":{"a":"\\ud83d"}'),
    "a member twice": record('"requestParameters":{"a":1,"a":2}'),
    "explicit null": record('"errorCode":null'),
    "line breaks in it": record('"requestParameters":{"a":\n1}'),
    "member order": '{"eventID":"odd","b":1,"a":2,"eventName":"X"}',
}

SAME, OTHER = record('"eventName":"A"', "same"), record('"eventName":"B"', "same")
BARE = record('"eventName":"A"', None)

# … records of which some are duplicates: what should come out
DUPLICATES = {
    "a duplicate": ([SAME, SAME], [SAME]),
    "same id, other bytes": ([SAME, OTHER], [SAME, OTHER]),
    "no id, twice": ([BARE, BARE], [BARE, BARE]),
}

MANY = [record(f'"eventName":"Call{number}"', f"bad-{number}") for number in range(200)]
WHOLE = envelope(*MANY)

# … a file that is not whole, and has 200 records in it
BAD_FILES = {
    "gzip cut short": gzip.compress(WHOLE)[:-40],
    "gzip's CRC wrong": gzip.compress(WHOLE)[:-8] + b"\0\0\0\0" + gzip.compress(WHOLE)[-4:],
    "JSON cut short": gzip.compress(WHOLE[:-60]),
    "a bad literal in it": gzip.compress(WHOLE.replace(b'"eventName":"Call150"', b'"eventName":tru')),
    "not UTF-8": gzip.compress(WHOLE.replace(b"Call150", b"Call\xff\xfe")),
    "no Records": gzip.compress(b'{"Other":[' + ",".join(MANY).encode() + b"]}"),
    "text after it": gzip.compress(WHOLE + b"]}"),
    "two gzip members": gzip.compress(WHOLE[:5000]) + gzip.compress(WHOLE[5000:]),
}


def found(release: pathlib.Path, work: pathlib.Path, daily: list[str], monthly: list[str]) -> Iterator[tuple[str, Table]]:
    """The tables."""
    stage = Daily(release, work / "odd", work)
    if daily:
        yield (
            "An odd record, at the daily stage",
            by_tool(daily, ODD_RECORDS, lambda tool, odd: odd_record(stage, tool, odd)),
        )
        yield "Duplicates", by_tool(daily, DUPLICATES, lambda tool, given: duplicates(stage, tool, *given))
        yield (
            "A log file that is not whole, next to a good one",
            by_tool(daily, BAD_FILES, lambda tool, bad: bad_file(stage, tool, bad)),
        )
    if monthly:
        yield (
            "An odd record, at the monthly stage",
            by_tool(monthly, ROWS, lambda tool, lines: rows(release, work, tool, *lines)),
        )
    for path in ("odd", "odd-lake", "columns.json"):
        clear(work / path)


def by_tool(tools: list[str], probes: Mapping[str, Given], judge: Callable[[str | None, Given], str]) -> Table:
    """A row a probe, a column a tool."""
    table = [["", "trailmill", *tools]]
    for name, given in probes.items():
        table.append([name, *[judge(tool, given) for tool in [None, *tools]]])
    return table


def daily_lines(stage: Daily, tool: str | None, files: list[bytes]) -> tuple[list[str], int, str]:
    """The lines a tool makes of log files, its exit status, and what it says."""
    clear(stage.source)
    stage.source.mkdir()
    for number, content in enumerate(files):
        (stage.source / FILE.format(number)).write_bytes(content)
    stage.clean()
    done = run(stage.theirs(tool) if tool else stage.ours(), 60)
    lines: list[str] = []
    for path in stage.outputs(tool):
        text = readable(path).decode(errors="surrogateescape")
        lines += [line for line in text.split("\n") if line]
    return lines, done.status, done.out + done.errors


def readable(path: pathlib.Path) -> bytes:
    """What can be read of gzipped text that was perhaps never ended."""
    text, rest = b"", path.read_bytes()
    while rest:
        member = zlib.decompressobj(31)
        try:
            text += member.decompress(rest)
        except zlib.error:
            break
        rest = member.unused_data
    return text


def same(text: str, line: str) -> bool:
    """Equal as JSON, numbers as they are written."""
    try:
        return canonical(loads(text)) == canonical(loads(line))
    except ValueError:
        return False


def leaves_out(tool: str | None) -> bool:
    """Tools that leave out a bad file, go on, and end with status 2."""
    return tool in (None, "python", "orjson")


def respelled(text: str, line: str) -> bool:
    """Equal but for how numbers are written: 1.0 is 1, and 9007199254740993 is not 9007199254740992."""
    try:
        return not repeats(text) and json.loads(text) == json.loads(line)
    except ValueError:
        return False


def repeats(text: str) -> bool:
    """Whether a member occurs twice, here only in requestParameters."""
    members = loads(text)
    inner = members.get("requestParameters") if isinstance(members, Members) else None
    return isinstance(inner, Members) and inner.repeated()


def compared(text: str, lines: list[str]) -> str:
    """What became of a record."""
    if text in lines:
        return "same bytes"
    if any(same(text, line) for line in lines):
        return "other bytes, same JSON"
    if any(respelled(text, line) for line in lines):
        return "numbers respelled"
    return "changed" if lines else "lost"


def odd_record(stage: Daily, tool: str | None, odd: str) -> str:
    """What becomes of an odd record in a file of its own, next to a good one."""
    lines, status, _ = daily_lines(stage, tool, [gzip.compress(envelope(GOOD)), gzip.compress(envelope(odd))])
    others = [line for line in lines if not same(GOOD, line)]
    if not others and status != 0:
        return "its file is left out" if leaves_out(tool) else f"run fails with {len(lines)} of 2 records"
    return compared(odd.replace("\n", ""), others)


def duplicates(stage: Daily, tool: str | None, given: list[str], wanted: list[str]) -> str:
    """How many of some records come out, and whether that is wrong."""
    lines, _, _ = daily_lines(stage, tool, [gzip.compress(envelope(one)) for one in given])
    return f"{len(lines)} of {len(given)}" + ("" if len(lines) == len(wanted) else " (wrong)")


def bad_file(stage: Daily, tool: str | None, bad: bytes) -> str:
    """What becomes of a damaged file and of a good one next to it."""
    good = gzip.compress(envelope(GOOD))
    lines, status, said = daily_lines(stage, tool, [good, bad])
    kept = "good kept" if any(same(GOOD, line) for line in lines) else "good lost"
    taken = sum(not same(GOOD, line) for line in lines)
    named = "named" if FILE.format(1) in said else "silent" if status == 0 else "not named"
    ends = "" if status == 0 or leaves_out(tool) else ", run fails"
    return f"{kept}, {taken} of 200 taken, {named}{ends}"


# records of a month, and texts that must be in the cells of the rows; `distinct`: the two rows must not be equal
ROWS: dict[str, tuple[list[str], list[str], bool]] = {
    "an unknown member": ([record('"newMember":"kept?"')], ["kept?"], False),
    "one in userIdentity": ([record('"userIdentity":{"type":"Root","newMember":"kept?"}')], ["kept?"], False),
    "JSON text as written": (
        [record('"requestParameters":{"b":1.0,"a":9007199254740993,"c":"\\u003d"}')],
        ['{"b":1.0,"a":9007199254740993,"c":"\\u003d"}'],
        False,
    ),
    "a number for a string": ([record('"eventName":5')], ["5"], False),
    "a string for userIdentity": ([record('"userIdentity":"kept?"')], ["kept?"], False),
    "a member twice": ([record('"eventName":"first?","eventName":"second?"')], ["first?", "second?"], False),
    "null or missing": ([record('"errorCode":null', "same"), record('"errorMessage":null', "same")], [], True),
}


def rows(
    release: pathlib.Path, work: pathlib.Path, tool: str | None, records: list[str], texts: list[str], distinct: bool
) -> str:
    """Whether the Parquet of these records has what they say."""
    lake = work / "odd-lake"
    clear(lake)
    source = work / "odd"
    clear(source)
    source.mkdir()
    (source / FILE.format(1)).write_bytes(gzip.compress(envelope(GOOD, *records)))
    daily = run([release / "trailmill", "daily", "--source", source, "--lake", lake], 60)
    if daily.status != 0:
        raise Failed(f"the daily stage ended with {daily.status}: {daily.errors}")
    stage = Monthly(release, lake, work)
    if tool:
        run(stage.ours(), 60)
        data.columns(lake, work / "columns.json")
        stage.clean()
    if run(stage.theirs(tool) if tool else stage.ours(), 60).status != 0:
        return "run fails"
    table = [row for path in stage.outputs(tool) for row in pyarrow.parquet.read_table(path).to_pylist()]
    if len(table) != len(records) + 1:
        return f"{len(table)} of {len(records) + 1} rows"
    odd = [row for row in table if row["eventID"] != "good"]
    if distinct:
        return "told apart" if odd[0] != odd[1] else "the same row"
    cells = list(strings(odd))
    kept = all(any(text in cell for cell in cells) for text in texts)
    if kept:
        return "kept"
    if any(same(texts[0], cell) for cell in cells):
        return "other bytes, same JSON"
    return "numbers respelled" if any(respelled(texts[0], cell) for cell in cells) else "lost"


def strings(value: object) -> Iterator[str]:
    """Every text in a row, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
