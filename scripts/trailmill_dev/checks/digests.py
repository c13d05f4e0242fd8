"""Checks trails with signed digests, whole and tampered with, by Trailmill and by aws-cli's own validator. Both must say the
same, but for what is written down here: where Trailmill sees more. aws-cli comes from PyPI, into a venv of its own below
cargo's target folder; S3 (ministack) and the few calls of CloudTrail are served on 127.0.0.1."""

import argparse
import pathlib
import sys
import tempfile
from collections import Counter
from typing import Any

import botocore.client
import botocore.session

from trailmill_dev import venv
from trailmill_dev.digests import cases
from trailmill_dev.digests.aws_cli import AwsCli, Validation
from trailmill_dev.digests.cases import Case, StoredObject
from trailmill_dev.digests.cloudtrail import CloudTrail
from trailmill_dev.digests.compare import Comparison, compare
from trailmill_dev.expect import Failed, expect
from trailmill_dev.front import end_in_order
from trailmill_dev.ministack import KEY, REGION, SECRET, Ministack
from trailmill_dev.workspace import debug_build

# what Trailmill finds besides what aws-cli says, and how often
MORE = {
    # it prints the gap, and passes
    "chain_restarted": {"not_covered": 6},
    # log files of a digest that is not valid are not looked at there
    "digest_edited": {"unproven": 2},
    "digest_member_appended": {"digest_appended": 1},
    "digest_removed": {"not_covered": 2},
    # past an invalid digest it goes on with the one that it finds next
    "digest_removed_before_edited": {"digest_missing": 1, "unproven": 2},
    "digest_replaced_by_text": {"not_covered": 2},
    "digest_replayed": {"not_covered": 2},
    "digest_replayed_from_elsewhere": {"not_covered": 2},
    # it looks at what is listed alone
    "log_added": {"unlisted": 1},
    "log_moved": {"moved": 1},
    # it begins with the newest one that it finds
    "newest_digests_removed": {"digests_end": 1, "not_covered": 2},
    # of two in a row it names the later one, and goes on with the one that it finds next
    "two_digests_removed": {"digest_missing": 1, "not_covered": 2},
    "wrong_key": {"unproven": 43},
    "wrong_key_named_right": {"unproven": 43},
}
# aws-cli finds nothing invalid, and Trailmill something that is not proven
PASSES_THERE = {"chain_restarted", "digest_member_appended", "log_added", "newest_digests_removed"}
# nothing was done to them
WHOLE = {"organization", "two_trails", "whole"}


class Bucket:
    """A bucket of the S3 server."""

    def __init__(self, url: str) -> None:
        """Without objects."""
        config = botocore.client.Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        self.s3 = botocore.session.Session().create_client(
            "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET, config=config
        )
        self.made: set[str] = set()
        self.objects: dict[str, StoredObject] = {}

    def hold(self, case: Case) -> None:
        """Makes its objects those of a case: most cases differ in a few."""
        name = case.trail["bucket"]
        if name not in self.made:
            self.s3.create_bucket(Bucket=name)
            self.made.add(name)
        wanted = case.objects()
        for key in self.objects.keys() - wanted.keys():
            self.s3.delete_object(Bucket=name, Key=key)
        for key, each in wanted.items():
            if self.objects.get(key) != each:
                self.s3.put_object(Bucket=name, Key=key, Body=each.body, Metadata=each.metadata)
        self.objects = wanted


def check(case: Case, report: dict[str, Any], aws_cli: AwsCli) -> str:
    """Checks a case with both; a row of the table. Fails where they do not say what they must."""
    said = aws_cli.validate(case)
    compared: Comparison = compare(report, said)
    expect(not compared.contrary, f"{case.name}: {'; '.join(compared.contrary)}")
    expect(not compared.less, f"{case.name}: only aws-cli says: {'; '.join(compared.less)}")
    more = MORE.get(case.name, {})
    expect(compared.more == Counter(more), f"{case.name}: Trailmill sees {dict(compared.more)} more, not {more}")
    passes = said.status == 0
    expect(passes == (case.name in WHOLE | PASSES_THERE), f"{case.name}: aws-cli {'passes' if passes else 'does not pass'}")
    if case.name in WHOLE:
        expect_all_valid(case, report, said)
    return f"| {case.name} | {'passes' if passes else 'INVALID'} | {names(compared.same)} | {names(compared.more)} |"


def expect_all_valid(case: Case, report: dict[str, Any], said: Validation) -> None:
    """Checks that both looked at everything: the digests of one trail, and their log files."""
    chains = [chain for chain in report["chains"] if chain["trail"] == case.trail["trail"]]
    digests = sum(chain["proven"] for chain in chains)
    expect(len(said.digests) == digests > 0, f"{case.name}: {len(said.digests)} digests there, {digests} here")
    # digests at both ends of the day list log files of other days
    trails = len({chain["trail"] for chain in report["chains"]})
    proven = report["log_files"]["proven"] // trails
    log_files = sum(f"/{case.trail['day'].replace('-', '/')}/" in key for key in said.log_files)
    expect(log_files == proven > 0, f"{case.name}: {log_files} log files there, {proven} here")


def names(found: Counter[str]) -> str:
    """Names with their number, if there are several."""
    texts = [name if number == 1 else f"{name} ({number})" for name, number in sorted(found.items())]
    return ", ".join(texts) or "–"


def run(program: pathlib.Path, folder: pathlib.Path) -> None:
    """Checks every case, and prints the table."""
    made = cases.make(program, folder / "cases")
    expect(MORE.keys() <= made.keys(), f"no cases {sorted(MORE.keys() - made.keys())}")
    cloudtrail = CloudTrail()
    server = Ministack(folder, auth=False, services="s3")
    try:
        server.answered()
        bucket = Bucket(server.url)
        aws_cli = AwsCli(folder, server.url, cloudtrail.url)
        print("| case | aws-cli | both say | Trailmill alone says |\n|---|---|---|---|", flush=True)
        # the whole one first
        for case in sorted(made.values(), key=lambda case: (case.name != "whole", case.name)):
            bucket.hold(case)
            cloudtrail.case = case
            print(check(case, cases.judge(program, case), aws_cli), flush=True)
        expect("ListPublicKeys" in cloudtrail.calls, "aws-cli did not ask for public keys")
    finally:
        server.stop(patience=0)
        cloudtrail.stop()


def main(arguments: list[str]) -> int:
    """Stops every server again, also where a signal ends it."""
    parser = argparse.ArgumentParser(prog="scripts/check digests", description=__doc__)
    parser.add_argument("program", nargs="?", type=pathlib.Path, help="the example digest-trails; a debug build without")
    said = parser.parse_args(arguments)
    end_in_order()
    venv.own("awscli")
    program = (said.program or debug_build() / "examples/digest-trails").resolve()
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(program, pathlib.Path(folder))
        except Failed as failed:
            print(f"FAILED: {failed}", file=sys.stderr)
            return 1
    return 0
