"""A day of log files to one gzipped NDJSON by ClickHouse as a library: SOURCE OUT [plain].

Each record is read as the text it is (input_format_json_read_objects_as_strings). That finds where it ends, but does not
check it: isValidJSON does. With `plain` nothing is checked, and no duplicates are dropped.
"""

import sys

import chdb

source, out = sys.argv[1:3]
plain = sys.argv[3:] == ["plain"]
check = "WHERE NOT throwIf(NOT isValidJSON(record), 'a record is not JSON')"
chdb.query(f"""
    INSERT INTO FUNCTION file('{out}', 'TSVRaw', 'record String', 'gzip')
    SELECT {"" if plain else "DISTINCT"} record
    FROM (SELECT arrayJoin(Records) AS record FROM file('{source}/**/*.json.gz', 'JSONEachRow', 'Records Array(String)'))
    {"" if plain else check}
    SETTINGS output_format_compression_level = 6, input_format_json_read_objects_as_strings = 1
""")
