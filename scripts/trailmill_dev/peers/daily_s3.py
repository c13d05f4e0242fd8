"""A day of log files in S3 to one gzipped NDJSON in S3 by Python and botocore: LOGS LAKE.

As a function is often written: one object after the other. Otherwise as daily_python.py.
"""

import gzip
import io
import json
import sys

import botocore.client
import botocore.session

logs, lake = sys.argv[1:]
config = botocore.client.Config(s3={"addressing_style": "path"})
s3 = botocore.session.get_session().create_client("s3", config=config)
seen: set[tuple[str, str]] = set()
out = io.BytesIO()
with gzip.open(out, "wb", compresslevel=6) as lines:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=logs):
        for log in page.get("Contents", []):
            if "/CloudTrail/" not in log["Key"]:
                continue
            records = json.loads(gzip.decompress(s3.get_object(Bucket=logs, Key=log["Key"])["Body"].read()))["Records"]
            for record in records:
                line = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
                event_id = record.get("eventID")
                if event_id is not None:
                    if (event_id, line) in seen:
                        continue
                    seen.add((event_id, line))
                lines.write((line + "\n").encode())
s3.put_object(Bucket=lake, Key="peer.ndjson.gz", Body=out.getvalue())
