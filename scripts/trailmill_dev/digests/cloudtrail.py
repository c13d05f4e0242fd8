"""The few calls of CloudTrail and Organizations that `aws cloudtrail validate-logs` makes, answered on 127.0.0.1."""

import datetime
import http.server
import json
import threading
from typing import Any

from trailmill_dev.digests.cases import Case


class CloudTrail:
    """A server for one case at a time."""

    def __init__(self) -> None:
        """Starts it on a free port."""
        self.case: Case | None = None
        # the calls that were answered
        self.calls: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers one call."""

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", "0")))
                # com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys
                call = self.headers.get("x-amz-target", "").rpartition(".")[2]
                answer = outer.answer(call)
                body = json.dumps(answer if answer is not None else {"__type": "UnknownOperationException"}).encode()
                self.send_response(400 if answer is None else 200)
                self.send_header("content-type", "application/x-amz-json-1.1")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, call: str) -> dict[str, Any] | None:
        """The answer to a call; None to one that it does not know."""
        self.calls.append(call)
        if self.case is None:
            return None
        trail = self.case.trail
        if call == "ListPublicKeys":
            return {"PublicKeyList": [in_seconds(key) for key in trail["public_keys"]["PublicKeyList"]]}
        if call == "DescribeTrails":
            description = {
                "TrailARN": self.case.arn(), "Name": trail["trail"], "HomeRegion": trail["home_region"],
                "S3BucketName": trail["bucket"], "IsOrganizationTrail": trail["organization"] is not None,
            }  # fmt: skip
            prefix = {"S3KeyPrefix": trail["prefix"]} if trail["prefix"] else {}
            return {"trailList": [description | prefix]}
        if call == "DescribeOrganization":
            return {"Organization": {"Id": trail["organization"]}}
        return None

    def stop(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


def in_seconds(key: dict[str, Any]) -> dict[str, Any]:
    """A public key as the API has it: instants are seconds since 1970."""
    instants = ("ValidityStartTime", "ValidityEndTime")
    return key | {name: datetime.datetime.fromisoformat(key[name]).timestamp() for name in instants}
