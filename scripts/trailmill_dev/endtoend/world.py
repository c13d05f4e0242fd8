"""What the scenarios share: the server, its clients, the log files of the source, the command."""

import os
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from trailmill_dev.endtoend.aws import CODE, LAKE, LAKE_PREFIX, OPERATOR, SOURCE, Aws
from trailmill_dev.endtoend.logs import Logs
from trailmill_dev.expect import expect
from trailmill_dev.ministack import REGION, Ministack


@dataclass
class World:
    """What the scenarios share."""

    server: Ministack
    aws: Aws
    # of calls that ministack shall believe to come over TLS
    tls: Aws
    folder: pathlib.Path
    zips: dict[str, bytes]
    command: str
    make_day: str
    logs: Logs = field(default_factory=Logs)
    yesterday: str = ""
    # sessions of a user who is not named to the stack, and of the operator who is
    somebody: Aws = field(init=False)
    operator: Aws = field(init=False)

    def say(self, text: str) -> None:
        """Prints what a scenario saw."""
        print(f"    {text}", flush=True)

    def put(self, keys: list[str]) -> None:
        """Log files into the source."""
        s3 = self.aws.client("s3")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: s3.put_object(Bucket=SOURCE, Key=key, Body=self.logs.files[key]), keys))

    def parameters(self, **more: str) -> dict[str, str]:
        """Of the stack."""
        return {
            "Architecture": "x86_64", "SourceBucket": SOURCE, "LakeBucket": LAKE, "LakePrefix": LAKE_PREFIX,
            "CodeBucket": CODE, "FanOutCodeKey": "trailmill-fan-out.zip", "DailyCodeKey": "trailmill-daily.zip",
            "MonthlyCodeKey": "trailmill-monthly.zip", "LateDays": "1", "MonthlyDelaySeconds": "3",
            "NightlySchedule": "cron(0 0 1 1 ? 2099)", "MonthlySchedule": "cron(0 0 1 1 ? 2099)",
            "OperatorRoleArn": OPERATOR, **more,
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Of the command, which the operator types: the policies of bucket and queues bind it."""
        credentials = {name.upper(): value for name, value in self.operator.credentials.items() if value}
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ENDPOINT_URL": self.server.url, "AWS_REGION": REGION,
            **credentials,
        }  # fmt: skip

    def trailmill(self, *arguments: str) -> str:
        """What the command prints."""
        run = subprocess.run(
            [self.command, *arguments],
            env=self.environment(), check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        expect(run.returncode in (0, 2), f"trailmill {' '.join(arguments)} ends with {run.returncode}:\n{run.stdout}")
        return run.stdout

    def same_as_oracle(self, day: str) -> int:
        """A day's rows, by Athena, are what the oracle says."""
        year, month, date = day.split("-")
        counted = self.aws.count("cloudtrail_daily", f"year = {int(year)} AND month = {int(month)} AND day = {int(date)}")
        expected = self.logs.daily_count(day)
        expect(counted == expected, f"{day}: Athena counts {counted} records, the oracle {expected}")
        return counted
