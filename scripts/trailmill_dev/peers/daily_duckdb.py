"""A day of log files to one gzipped NDJSON by DuckDB: SOURCE OUT.

Records are read as its type JSON, and written as lines without quotes. Its gzip has one level, which it does not name.
"""

import sys

import duckdb

source, out = sys.argv[1:]
database = duckdb.connect()
database.execute("SET preserve_insertion_order = false")
database.execute(f"""
    COPY (
        SELECT DISTINCT unnest(Records)::VARCHAR
        FROM read_json('{source}/**/*.json.gz', format = 'unstructured', columns = {{Records: 'JSON[]'}},
                       maximum_object_size = 268435456)
    ) TO '{out}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', COMPRESSION gzip)
""")
