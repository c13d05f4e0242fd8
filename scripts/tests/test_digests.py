"""What scripts/check digests reads of aws-cli's output, how it compares, and the server that answers for CloudTrail."""

import http.client
import json
import pathlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from trailmill_dev.checks.digests import MORE, PASSES_THERE, WHOLE
from trailmill_dev.digests.aws_cli import Validation, parse
from trailmill_dev.digests.cases import Case
from trailmill_dev.digests.cloudtrail import CloudTrail
from trailmill_dev.digests.compare import compare
from trailmill_dev.expect import Failed

PRINTED = """\
Validating log files for trail arn:aws:cloudtrail:us-east-1:990000000001:trail/t between 2026-11-22T00:00:00Z and x

Digest file\ts3://b/d2\tvalid
Log file\ts3://b/l1\tvalid

Log file\ts3://b/l2\tINVALID: hash value doesn't match

Digest file\ts3://b/d1\tINVALID: public key not found in region us-east-1 for fingerprint f9

(backfill) Digest file\ts3://b/d0_backfill\tINVALID: not found

No log files were delivered by CloudTrail between 2026-11-22T10:00:00Z and 2026-11-22T11:00:00Z

Results requested for 2026-11-22T00:00:00Z to 2026-11-23T01:00:00Z
1/3 digest files valid, 2/3 digest files INVALID
"""


def test_every_line_of_aws_cli_is_read() -> None:
    said = parse(PRINTED)
    assert said.digests == {"d2": "valid", "d1": "unknown key", "d0_backfill": "missing"}
    assert said.log_files == {"l1": "valid", "l2": "modified"}
    assert said.gaps == [("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z")]


@pytest.mark.parametrize("line", ["Log file\ts3://b/l\tINVALID: too old", "Trail INVALID: no reason"])
def test_a_line_that_is_new_fails(line: str) -> None:
    with pytest.raises(Failed, match="something new"):
        parse(PRINTED + line)


def report(findings: list[dict[str, Any]], log_files: list[dict[str, Any]]) -> dict[str, Any]:
    return {"findings": findings, "log_file_findings": log_files}


def test_what_both_say_is_the_same_and_what_one_says_is_more_or_less() -> None:
    missing = {"finding": "digest_missing", "digest": "d3", "missing": 3, "missing_key": "d2"}
    ours = report(
        [missing, {"finding": "chain_starts", "digest": "d9"}, {"finding": "digest_moved", "digest": "d5"}],
        [{"key": "l1", "verdict": "modified"}, {"key": "l2", "verdict": "unlisted"}],
    )
    theirs = Validation({"d2": "missing", "d5": "moved", "d6": "valid"}, {"l1": "modified", "l3": "valid"})
    compared = compare(ours, theirs)
    assert compared.same == Counter(digest_missing=1, digest_moved=1, modified=1)
    assert compared.more == Counter(digest_missing=2, unlisted=1)
    assert not compared.less and not compared.contrary
    theirs.log_files["l3"] = "appended"
    theirs.gaps.append(("a", "b"))
    assert compare(ours, theirs).less == ["l3: appended", "no log files from a to b"]


@pytest.mark.parametrize("other", ["valid", "missing"])
def test_a_contradiction_is_seen(other: str) -> None:
    log_file = report([], [{"key": "l1", "verdict": "modified"}])
    assert compare(log_file, Validation({}, {"l1": other})).contrary == [f"l1: aws-cli says {other}, Trailmill modified"]
    digest = report([{"finding": "key_unknown", "digest": "d1"}], [])
    assert len(compare(digest, Validation({"d1": other})).contrary) == 1


def test_gaps_are_the_same_only_at_the_same_time() -> None:
    ours = report([{"finding": "chain_restarted", "digest": "d", "from": "a", "to": "b"}], [])
    assert compare(ours, Validation(gaps=[("a", "b")])).same == Counter(chain_restarted=1)
    other = compare(ours, Validation(gaps=[("a", "c")]))
    assert (other.more, other.less) == (Counter(chain_restarted=1), ["no log files from a to c"])


def test_what_is_written_down_does_not_contradict_itself() -> None:
    assert MORE.keys() >= PASSES_THERE
    assert not WHOLE & MORE.keys()


@pytest.fixture
def cloudtrail() -> Iterator[CloudTrail]:
    server = CloudTrail()
    yield server
    server.stop()


def call(server: CloudTrail, name: str) -> dict[str, Any]:
    headers = {"x-amz-target": f"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{name}"}
    connection = http.client.HTTPConnection("127.0.0.1", server.server.server_port, timeout=60)
    connection.request("POST", "/", b"{}", headers)
    answer = connection.getresponse()
    answered: dict[str, Any] = json.loads(answer.read())
    connection.close()
    return answered | {"status": answer.status}


def test_the_server_answers_what_the_validator_asks(cloudtrail: CloudTrail) -> None:
    key = {"Fingerprint": "f", "Value": "AQID", "ValidityStartTime": "1970-01-01T00:01:00Z"}
    keys = {"PublicKeyList": [key | {"ValidityEndTime": "1970-01-02T00:00:00Z"}]}
    trail = {"trail": "t", "home_region": "us-east-1", "owner": "990000000001", "bucket": "b", "prefix": None}
    cloudtrail.case = Case(pathlib.Path("x"), trail | {"organization": "o-1", "public_keys": keys})
    assert call(cloudtrail, "ListPublicKeys")["PublicKeyList"][0]["ValidityStartTime"] == 60.0
    (described,) = call(cloudtrail, "DescribeTrails")["trailList"]
    assert described["TrailARN"] == "arn:aws:cloudtrail:us-east-1:990000000001:trail/t"
    assert described["IsOrganizationTrail"] is True and "S3KeyPrefix" not in described
    assert call(cloudtrail, "DescribeOrganization")["Organization"]["Id"] == "o-1"
    assert call(cloudtrail, "DeleteTrail")["status"] == 400
    assert cloudtrail.calls[-1] == "DeleteTrail"
