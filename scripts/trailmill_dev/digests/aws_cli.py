"""aws-cli's `cloudtrail validate-logs`, in a venv of its own, against an S3 and a CloudTrail on 127.0.0.1."""

import pathlib
import re
import subprocess
from dataclasses import dataclass, field

from trailmill_dev import venv
from trailmill_dev.digests.cases import Case
from trailmill_dev.expect import Failed
from trailmill_dev.local_server import bare_environment
from trailmill_dev.ministack import KEY, SECRET

# what the validator prints of an object, by a regular expression, and what that is called here
SAID = {
    r"valid": "valid",
    r"INVALID: not found": "missing",
    r"INVALID: signature verification failed": "signature",
    r"INVALID: public key not found in .*": "unknown key",
    r"INVALID: has been moved from its original location": "moved",
    r"INVALID: hash value doesn't match": "modified",
    r"INVALID: invalid format": "damaged",
    r"INVALID: unexpected data after end of compressed stream": "appended",
}
LINE = re.compile(r"^(?:\(backfill\) )?(Digest|Log) file\ts3://[^/]+/(.*)\t(.*)$")
GAP = re.compile(r"^No log files were delivered by CloudTrail between (\S+) and (\S+)$")


@dataclass
class Validation:
    """What aws-cli said."""

    digests: dict[str, str] = field(default_factory=dict)
    log_files: dict[str, str] = field(default_factory=dict)
    gaps: list[tuple[str, str]] = field(default_factory=list)
    # 0 where it calls nothing invalid
    status: int = 0


def parse(printed: str) -> Validation:
    """What the lines of its output say, in their order. Fails at a line that it does not know."""
    said = Validation()
    for line in printed.splitlines():
        if gap := GAP.match(line):
            said.gaps.append((gap[1], gap[2]))
        elif found := LINE.match(line):
            names = [name for pattern, name in SAID.items() if re.fullmatch(pattern, found[3])]
            if not names:
                raise Failed(f"aws-cli said something new: {line}")
            (said.digests if found[1] == "Digest" else said.log_files)[found[2]] = names[0]
        elif "INVALID" in line and "files valid" not in line:
            raise Failed(f"aws-cli said something new: {line}")
    return said


@dataclass(frozen=True)
class AwsCli:
    """The program, and where its services are."""

    home: pathlib.Path
    s3: str
    cloudtrail: str

    def validate(self, case: Case) -> Validation:
        """What it says of a case."""
        environment = bare_environment(
            self.home, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_EC2_METADATA_DISABLED="true",
            AWS_ENDPOINT_URL_S3=self.s3, AWS_ENDPOINT_URL_CLOUDTRAIL=self.cloudtrail,
            AWS_ENDPOINT_URL_ORGANIZATIONS=self.cloudtrail, AWS_MAX_ATTEMPTS="1",
        )  # fmt: skip
        start, end = case.time()
        arguments = [
            "--region", case.trail["region"], "cloudtrail", "validate-logs", "--verbose", "--trail-arn", case.arn(),
            "--account-id", case.trail["account"], "--start-time", start, "--end-time", end,
        ]  # fmt: skip
        run = subprocess.run(
            [venv.own("awscli") / "aws", *arguments], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        said = parse(run.stdout)
        # 1: something is invalid
        if run.returncode not in (0, 1) or not (said.digests or said.log_files):
            raise Failed(f"{case.name}: aws-cli ended with {run.returncode}\n{run.stdout}")
        said.status = run.returncode
        return said
