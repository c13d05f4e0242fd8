"""A day of log files to one gzipped NDJSON by Python with a fast JSON library: SOURCE OUT.

As daily_python.py, with orjson for json.
"""

import gzip
import pathlib
import sys

import orjson

source, out = pathlib.Path(sys.argv[1]), sys.argv[2]
seen: set[tuple[str, bytes]] = set()
bad = 0
with gzip.open(out, "wb", compresslevel=6) as lake:
    for path in sorted(source.rglob("*.json.gz")):
        try:
            records = orjson.loads(gzip.decompress(path.read_bytes()))["Records"]
        except (OSError, EOFError, ValueError, KeyError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            bad += 1
            continue
        lines = []
        for record in records:
            line = orjson.dumps(record)
            event_id = record.get("eventID")
            if event_id is not None:
                if (event_id, line) in seen:
                    continue
                seen.add((event_id, line))
            lines.append(line)
        if lines:
            lake.write(b"\n".join(lines) + b"\n")
sys.exit(2 if bad else 0)
