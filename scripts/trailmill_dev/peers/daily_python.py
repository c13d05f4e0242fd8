"""A day of log files to one gzipped NDJSON by Python's standard library: SOURCE OUT.

In key order, one file after the other. A file that cannot be read is named on standard error and left out.
"""

import gzip
import json
import pathlib
import sys

source, out = pathlib.Path(sys.argv[1]), sys.argv[2]
seen: set[tuple[str, str]] = set()
bad = 0
with gzip.open(out, "wb", compresslevel=6) as lake:
    for path in sorted(source.rglob("*.json.gz")):
        try:
            with gzip.open(path) as file:
                records = json.load(file)["Records"]
        except (OSError, EOFError, ValueError, KeyError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            bad += 1
            continue
        lines = []
        for record in records:
            line = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
            event_id = record.get("eventID")
            if event_id is not None:
                if (event_id, line) in seen:
                    continue
                seen.add((event_id, line))
            lines.append(line)
        if lines:
            lake.write(("\n".join(lines) + "\n").encode())
sys.exit(2 if bad else 0)
