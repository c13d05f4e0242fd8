"""A day of log files to one gzipped NDJSON by Polars: SOURCE OUT.

Records are read as text, which Polars writes anew, and written as lines without quotes.
"""

import sys

import polars

source, out = sys.argv[1:]
(
    polars.scan_ndjson(f"{source}/**/*.json.gz", schema={"Records": polars.List(polars.String)})
    .select(polars.col("Records").explode())
    .drop_nulls()
    .unique()
    .sink_csv(out, include_header=False, quote_style="never", compression="gzip", compression_level=6)
)
