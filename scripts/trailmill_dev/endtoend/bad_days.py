"""A scenario: what is wrong with single log files, days and accounts is told, and stops no day."""

import datetime
import json
from functools import partial
from typing import Any

from trailmill_dev.endtoend.aws import LAKE, LAKE_PREFIX, SOURCE, Aws, until
from trailmill_dev.endtoend.world import World
from trailmill_dev.expect import expect

# a day of which one log file cannot be read, a day after it without log files, and an account that falls silent
UNREADABLE, EMPTY_DAY, SILENT = "2026-04-15", "2026-04-20", "999900001111"


def bad_days(world: World) -> None:
    """A log file that nobody may read, a day without any, an account that falls silent: each is told, and stops no day."""
    aws, s3 = world.aws, world.aws.client("s3")
    today = datetime.datetime.now(datetime.UTC).date()
    week = [(today - datetime.timedelta(days=ago)).isoformat() for ago in range(9, 1, -1)]
    *before, silent_day = week
    world.put([world.logs.small(day, 7) for day in week])
    world.put([world.logs.small(day, 7, account=SILENT) for day in before])
    for days in (before, [silent_day]):
        world.operator.send("RequestsUrl", *(json.dumps({"day": day}) for day in days))
        for day in days:
            until(f"{day} is committed", 300, partial(aws.commits, "cloudtrail_daily", day))
        aws.drained(60)
    silent = [line["silent"] for line in told(aws, silent_day) if line.get("SilentAccounts")]
    expect(silent == [[SILENT]], f"one account fell silent on {silent_day}, and the log says {silent}")

    # ministack enforces this policy; it knows no archive
    refused = world.logs.small(UNREADABLE, 1)
    world.put([world.logs.small(UNREADABLE, 0), refused])
    statement = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{SOURCE}/{refused}",
    }  # fmt: skip
    s3.put_bucket_policy(Bucket=SOURCE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    world.operator.send("RequestsUrl", json.dumps({"day": UNREADABLE}))
    commits = until("the rest of the day is committed", 60, lambda: aws.commits("cloudtrail_daily", UNREADABLE))
    aws.drained(60)
    totals = commits[-1]["totals"]
    expect((totals["files_ok"], totals["files_unreadable"]) == (1, 1), f"one of two files was read: {totals}")
    expect([line["FilesUnreadable"] for line in told(aws, UNREADABLE)] == [1], "an unreadable file is not counted")
    status = world.trailmill("status", "--lake", f"s3://{LAKE}/{LAKE_PREFIX}", "--from", UNREADABLE, "--to", UNREADABLE)
    expect(f"unreadable {refused}" in status, f"status does not name {refused}:\n{status}")
    s3.delete_bucket_policy(Bucket=SOURCE)
    world.operator.send("RequestsUrl", json.dumps({"day": UNREADABLE}))
    until("the file was read", 60, lambda: len(aws.commits("cloudtrail_daily", UNREADABLE)) == 2)
    aws.drained(60)
    world.same_as_oracle(UNREADABLE)
    world.operator.send("RequestsUrl", json.dumps({"day": EMPTY_DAY}))
    until("the empty day is committed", 60, lambda: aws.commits("cloudtrail_daily", EMPTY_DAY))
    aws.drained(60)
    expect([line["EmptyDays"] for line in told(aws, EMPTY_DAY)] == [1], f"{EMPTY_DAY} has no log file, and nobody says so")

    aws.nothing_is_dead()
    world.say("an account's silence, an empty day and an unreadable log file were told; the file was read once it could be")


def told(aws: Aws, day: str) -> list[dict[str, Any]]:
    """The lines that the daily function logged of its messages for a day."""
    lines = [json.loads(line) for line in aws.logged("daily") if line.startswith("{")]
    return [line for line in lines if line.get("day") == day]
