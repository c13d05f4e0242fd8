"""A day of log files to one gzipped NDJSON by gzip, jq and gzip in a pipe: SOURCE OUT. No duplicates are dropped."""

import os
import sys

PIPE = """
set -o pipefail
find "$1" -name '*.json.gz' -print0 | sort -z | xargs -0 gzip -dc | jq -c '.Records[]' | gzip -6 > "$2"
"""

os.execvp("bash", ["bash", "-c", PIPE, "daily_jq", sys.argv[1], sys.argv[2]])
