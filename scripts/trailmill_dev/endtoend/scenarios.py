"""What must hold of the deployed stack, one scenario after the other: each prints what it saw."""

import contextlib
import datetime
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial

from trailmill_dev.endtoend.audit_store import every_option, named_senders, refused
from trailmill_dev.endtoend.aws import CODE, FUNCTIONS, LAKE, LAKE_PREFIX, SOURCE, STACK, until
from trailmill_dev.endtoend.bad_days import bad_days
from trailmill_dev.endtoend.cold_start import milliseconds_to_first_poll
from trailmill_dev.endtoend.logs import days_of
from trailmill_dev.endtoend.world import World
from trailmill_dev.expect import expect
from trailmill_dev.infra.rules import METRICS
from trailmill_dev.ministack import ACCOUNT, REGION

MONTH = "2026-10"
# a day that takes seconds, for a run that is killed
LARGE_DAY, LARGE_RECORDS = "2026-06-15", 40_000
# a month, the event days of a slice, and the records of a day: enough that the function can be killed between two slices
SLICED, SLICE_DAYS, SLICED_RECORDS = "2026-05", 5, 400
# the delivery day of its latest event, in a month that is never complete
VERY_LATE = "2026-06-20"
TWICE = [f"2026-07-0{day}" for day in range(1, 6)]
BESIDE_POISON = [f"2026-08-0{day}" for day in range(1, 5)]
REDRIVEN, WORKED = "2026-08-10", "2026-08-11"
QUEUES = {"requests": "RequestsUrl", "daily-jobs": "DailyJobsUrl", "monthly-jobs": "MonthlyJobsUrl"}
# seconds; as short as they can be, and longer than a message is worked on
HIDDEN = {"RequestsUrl": 10, "DailyJobsUrl": 60, "MonthlyJobsUrl": 60}
EVERY_MINUTE = "cron(* * * * ? *)"


def deploys(world: World) -> None:
    """The template deploys: CloudFormation makes every resource, and over plain HTTP nobody gets in."""
    for bucket in (CODE, SOURCE):
        world.aws.client("s3").create_bucket(Bucket=bucket)
    for name, body in world.zips.items():
        world.aws.client("s3").put_object(Bucket=CODE, Key=name, Body=body)
    started = time.monotonic()
    world.tls.deploy(world.parameters())
    aws = world.aws
    aws.outputs = world.tls.outputs
    resources = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    summaries = [summary for page in resources for summary in page["StackResourceSummaries"]]
    states = {summary["LogicalResourceId"]: summary["ResourceStatus"] for summary in summaries}
    made = [name for name, state in states.items() if state == "CREATE_COMPLETE"]
    expect(len(made) == len(states), f"not all are CREATE_COMPLETE: {states}")
    world.say(f"{len(made)} resources CREATE_COMPLETE in {time.monotonic() - started:.1f} s")

    world.somebody, world.operator = aws.somebody(), aws.operator()
    world.operator.outputs = aws.outputs
    requests, topic = aws.outputs["RequestsUrl"], aws.outputs["AlarmTopic"]
    for who in (world.somebody, world.operator):
        refused("the bucket, over plain HTTP", partial(who.client("s3").put_object, Bucket=LAKE, Key="x", Body=b""))
        refused("the queue, over plain HTTP", partial(who.client("sqs").send_message, QueueUrl=requests, MessageBody="{}"))
        refused("the topic, over plain HTTP", partial(who.client("sns").publish, TopicArn=topic, Message="x"))
    # ministack serves plain HTTP, and so do all calls of the functions come
    world.tls.let_plain_http_in()
    for queue, seconds in HIDDEN.items():
        aws.hide_for(queue, seconds)
    # ministack keeps a number that is a parameter of the stack as a text, and its poller fails at it
    aws.mapping("daily", ScalingConfig={"MaximumConcurrency": 8})
    aws.let_batches_be_sent()
    world.say("plain HTTP was refused; the statements that do so are taken off now, for ministack serves no other")

    target = aws.client("scheduler").get_schedule(Name="monthly", GroupName=STACK)["Target"]
    expect(json.loads(target["Input"])["month"] == "last", f"the monthly schedule sends {target['Input']}")


def permissions(world: World) -> None:
    """IAM itself says what each function may do, and what it may not."""
    arn = "arn:aws:s3:::"
    lake, queues = f"{arn}{LAKE}/{LAKE_PREFIX}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-"
    day, month = (
        f"{lake}cloudtrail_daily/year=2026/month=11/day=22/x",
        f"{lake}cloudtrail_insight_monthly/year=2026/month=11/x",
    )
    entry, monthly_entry = f"{lake}_journal/cloudtrail_daily/2026-11-22/x", f"{lake}_journal/cloudtrail_monthly/2026-11/x"
    lake_file = f"{lake}_journal/lake.json"
    log_file, kept = f"{arn}{SOURCE}/AWSLogs/x", ("s3:PutObject", "s3:DeleteObject")
    asked = {
        ("fan-out", True): [("sqs:SendMessage", f"{queues}daily-jobs")],
        ("fan-out", False): [
            ("sqs:SendMessage", f"{queues}monthly-jobs.fifo"), ("s3:GetObject", log_file), ("s3:GetObject", day),
        ],
        ("daily", True): [
            ("s3:GetObject", log_file), ("s3:PutObject", day), ("s3:DeleteObject", day), ("s3:AbortMultipartUpload", day),
            ("s3:PutObject", entry), ("s3:PutObject", lake_file), ("s3:GetObject", monthly_entry),
            ("s3:ListBucketMultipartUploads", f"{arn}{LAKE}"),
            ("sqs:SendMessage", f"{queues}daily-jobs"), ("sqs:SendMessage", f"{queues}monthly-jobs.fifo"),
        ],
        ("daily", False): [
            *((action, log_file) for action in kept), *((action, month) for action in kept), ("s3:DeleteObject", entry),
            ("s3:PutObject", monthly_entry), ("s3:DeleteObject", lake_file),
            ("s3:PutObject", f"{arn}{LAKE}/elsewhere"), ("s3:PutObject", f"{lake}_athena/x"),
            ("s3:PutObject", f"{lake}cloudtrail_x_daily/x"), ("s3:PutObject", f"{lake}_journal/cloudtrail_x_daily/x"),
            ("sqs:PurgeQueue", f"{queues}daily-jobs"),
        ],
        ("monthly", True): [
            ("s3:GetObject", day), ("s3:GetObject", entry), ("s3:PutObject", month), ("s3:DeleteObject", month),
            ("s3:PutObject", monthly_entry), ("s3:PutObject", lake_file), ("s3:GetObject", lake_file),
            ("sqs:SendMessage", f"{queues}monthly-jobs.fifo"),
        ],
        ("monthly", False): [
            *((action, day) for action in kept), *((action, entry) for action in kept), ("s3:DeleteObject", monthly_entry),
            ("s3:GetObject", log_file), ("sqs:SendMessage", f"{queues}daily-jobs"),
        ],
    }  # fmt: skip
    iam, awslambda = world.aws.client("iam"), world.aws.client("lambda")
    for (function, allowed), calls in asked.items():
        role = awslambda.get_function_configuration(FunctionName=f"{STACK}-{function}")["Role"]
        for action, resource in calls:
            simulated = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
            decision = simulated["EvaluationResults"][0]["EvalDecision"]
            expect((decision == "allowed") == allowed, f"{function}, {action} on {resource}: {decision}")
    world.say(f"{sum(map(len, asked.values()))} calls: those are allowed that a function needs, and no others")


def backlog(world: World) -> None:
    """One request for a month of log files, and Athena answers for its Parquet, and for that of late events alone."""
    world.logs.spread(world.make_day, world.folder / "month", [*days_of(MONTH), "2026-11-01", "2026-11-02"])
    world.logs.broken(f"{MONTH}-20")
    for day in (f"{MONTH}-21", f"{MONTH}-22"):
        world.logs.undated(day, 0)
    files = list(world.logs.files)
    started = time.monotonic()
    world.put(files)
    world.say(f"{len(files)} log files of {MONTH} and the first days after, put in {time.monotonic() - started:.1f} s")

    aws = world.aws
    started = time.monotonic()
    world.trailmill("submit", "--queue", aws.outputs["RequestsUrl"], "--month", MONTH)
    commits = until("the month is committed", 240, lambda: aws.commits("cloudtrail_monthly", MONTH))
    aws.drained(300)
    where = "year = 2026 AND month = 10"
    rows = aws.count("cloudtrail_monthly", where)
    seconds = time.monotonic() - started
    expected = world.logs.monthly_count(MONTH)
    expect(rows == expected, f"Athena counts {rows} records of {MONTH}, the oracle {expected}")
    world.say(f"from the request to an answer of Athena: {seconds:.1f} s, {rows} records as the oracle says")
    world.say(
        f"the month was committed {len(aws.commits('cloudtrail_monthly', MONTH))} times, {len(commits)} when first seen"
    )
    daily = aws.count("cloudtrail_daily", where)
    should = sum(map(world.logs.daily_count, days_of(MONTH)))
    expect(daily == should, f"Athena counts {daily} records in the days of {MONTH}, the oracle {should}")
    undated = aws.count("cloudtrail_monthly", f"{where} AND eventtimestamp IS NULL")
    expect(undated == world.logs.undated_count(MONTH) > 0, f"{undated} undated records, the oracle has another number")
    september = aws.count("cloudtrail_monthly", "year = 2026 AND month = 9")
    should = world.logs.monthly_count("2026-09")
    expect(september == should > 0, f"Athena counts {september} records of September, the oracle {should}")
    missing = aws.commits("cloudtrail_monthly", "2026-09")[-1]["month"]["missing_days"]
    expect(len(missing) == 30, f"not every day of September is missing: {missing}")
    world.say(f"{undated} undated records; {september} late events of September, none of whose days is in the lake")
    aws.nothing_is_dead()
    world.say(f"{daily} records in its days; every dead-letter queue is empty")


def last_month_again(world: World) -> None:
    """What the monthly schedule sends on the 5th finds nothing to do, and writes nothing."""
    aws = world.aws
    before = aws.keys(LAKE_PREFIX)
    target = aws.client("scheduler").get_schedule(Name="monthly", GroupName=STACK)["Target"]
    # ministack sends it as it is written
    body = target["Input"].replace("<aws.scheduler.scheduled-time>", "2026-11-05T05:15:00Z")
    world.operator.send("RequestsUrl", body)
    time.sleep(1)
    aws.drained(300)
    aws.nothing_is_dead()
    said = [json.loads(line) for line in aws.logged("fan-out") if line.startswith("{")]
    jobs = [line["Jobs"] for line in said if line.get("request") == body]
    expect(jobs == [34], f"a job for each of 31 days and three, not {jobs}")
    after = aws.keys(LAKE_PREFIX)
    changed = sorted(key for key in {**before, **after} if "_athena/" not in key and before.get(key) != after.get(key))
    # the broken file is tried again and is as before, and an unchanged month is not rewritten
    expect(not changed, f"all of it was there, and yet these changed: {changed[:5]}")
    world.say("all of last month was asked for again; not one object of the lake changed")


def late_in_month(world: World) -> None:
    """A late file of a month that has its Parquet: its day is asked for, and the Parquet is replaced by itself."""
    aws, day = world.aws, f"{MONTH}-12"
    before = aws.keys(f"{LAKE_PREFIX}cloudtrail_monthly/")
    commits = len(aws.commits("cloudtrail_monthly", MONTH))
    world.put([world.logs.small(day, 0)])
    world.operator.send("RequestsUrl", json.dumps({"day": day}))
    until("the month is committed again", 300, lambda: len(aws.commits("cloudtrail_monthly", MONTH)) == commits + 1)
    aws.drained(60)
    after = aws.keys(f"{LAKE_PREFIX}cloudtrail_monthly/")
    left = sorted(key for key in before.keys() & after.keys() if "month=10" in key)
    expect(not left, f"parts that the new ones replace are still there: {left}")
    rows, expected = aws.count("cloudtrail_monthly", "year = 2026 AND month = 10"), world.logs.monthly_count(MONTH)
    expect(rows == expected, f"Athena counts {rows} records of {MONTH}, the oracle {expected}")
    aws.nothing_is_dead()
    world.say(f"the Parquet of {MONTH} has {rows} records now, as the oracle says")


def schedule(world: World) -> None:
    """The nightly schedule ticks: a late file of yesterday becomes a new part, and the old part stays as it was."""
    today = datetime.datetime.now(datetime.UTC).date()
    world.yesterday = (today - datetime.timedelta(days=1)).isoformat()
    world.put([world.logs.small(world.yesterday, number) for number in range(5)])
    world.operator.send("RequestsUrl", json.dumps({"day": world.yesterday}))
    until("yesterday is committed", 100, lambda: world.aws.commits("cloudtrail_daily", world.yesterday))
    world.aws.drained(60)
    world.same_as_oracle(world.yesterday)
    before = world.aws.parts(world.yesterday)

    world.put([world.logs.small(world.yesterday, 100)])
    started = time.monotonic()
    world.tls.deploy(world.parameters(NightlySchedule=EVERY_MINUTE), update=True)
    until("the late file is committed", 130, lambda: len(world.aws.commits("cloudtrail_daily", world.yesterday)) > 1)
    world.say(f"the schedule, set to every minute, ticked; the late file was there {time.monotonic() - started:.0f} s later")
    world.aws.drained(60)
    world.tls.deploy(world.parameters(), update=True)
    after = world.aws.parts(world.yesterday)
    expect(before.items() < after.items(), f"not the old parts and a new one: {before} became {after}")
    world.same_as_oracle(world.yesterday)
    year, month, date = map(int, world.yesterday.split("-"))
    rows = world.aws.query(f"SELECT record FROM cloudtrail_daily WHERE year = {year} AND month = {month} AND day = {date}")
    lines = [line for _, line in world.logs.lines(world.yesterday)]
    expect(sorted(str(row[0]) for row in rows) == sorted(lines), f"Athena's records are not the source's: {rows[:2]}")
    world.aws.nothing_is_dead()
    world.say(
        f"{len(before)} part became {len(after)}, the old one untouched; {len(rows)} records, byte for byte the source's"
    )


def poison(world: World) -> None:
    """A message that cannot be read ends in the dead-letter queue, alone: its neighbours in the batch succeed."""
    aws = world.aws
    world.put([world.logs.small(day, 0) for day in BESIDE_POISON])
    aws.hide_for("RequestsUrl", 2)
    aws.mapping("fan-out", Enabled=False)
    time.sleep(1.5)  # a poll that is in progress
    bodies = [json.dumps({"day": day}) for day in BESIDE_POISON]
    world.operator.send("RequestsUrl", *bodies[:2], "this is no request", *bodies[2:])
    aws.mapping("fan-out", Enabled=True)
    for day in BESIDE_POISON:
        until(f"{day} is committed", 60, partial(aws.commits, "cloudtrail_daily", day))
        world.same_as_oracle(day)
    until("the message is in the dead-letter queue", 60, lambda: sum(aws.waiting("RequestsDeadUrl").values()))
    aws.drained(30)
    dead = aws.receive_all("RequestsDeadUrl", 1)
    expect(dead == ["this is no request"], f"in the dead-letter queue of requests: {dead}")
    aws.hide_for("RequestsUrl", HIDDEN["RequestsUrl"])
    aws.nothing_is_dead()
    world.say(f"{len(BESIDE_POISON)} neighbours were done, the fifth message of the batch alone was dead after five times")


def killed(world: World) -> None:
    """A function killed in the middle of a day: its message comes again, and the lake is right."""
    aws = world.aws
    world.logs.spread(world.make_day, world.folder / "large", [LARGE_DAY], LARGE_RECORDS)
    world.put([key for key in world.logs.files if f"/{LARGE_DAY.replace('-', '/')}/" in key])
    aws.hide_for("DailyJobsUrl", 15)
    world.operator.send("RequestsUrl", json.dumps({"day": LARGE_DAY}))
    # one that was claimed and not committed
    claimed = until("the day is claimed", 60, lambda: aws.journal("cloudtrail_daily", LARGE_DAY), pause=0.02)
    processes = world.server.children(f"{STACK}-daily")
    for process in processes:
        os.kill(process, signal.SIGKILL)
    expect(all(entry["entry"] == "claim" for entry in claimed), "it was committed before it could be killed: make it larger")
    journal = aws.journal("cloudtrail_daily", LARGE_DAY)
    expect([entry["entry"] for entry in journal] == ["claim"], f"it was not killed in the middle: {journal}")
    world.say(f"{len(processes)} processes of daily killed, after the claim of {LARGE_DAY} and before its commit")
    until("the day is committed by another", 300, lambda: aws.commits("cloudtrail_daily", LARGE_DAY))
    aws.drained(60)
    aws.hide_for("DailyJobsUrl", HIDDEN["DailyJobsUrl"])
    rows = world.same_as_oracle(LARGE_DAY)
    aws.nothing_is_dead()
    world.say(f"redelivered and committed: {rows} records, as the oracle says")


def sliced(world: World) -> None:
    """A month in several slices, its function killed between two of them: each event is there once; then a late event."""
    aws, where = world.aws, "year = 2026 AND month = 5"
    days = days_of(SLICED)
    world.put(world.logs.month_with_late_events(SLICED, SLICED_RECORDS))
    world.tls.deploy(world.parameters(SliceDays=str(SLICE_DAYS)), update=True)
    aws.hide_for("MonthlyJobsUrl", 20)
    world.trailmill("submit", "--queue", aws.outputs["RequestsUrl"], "--month", SLICED)
    until("the first slice is committed", 240, lambda: aws.commits("cloudtrail_monthly", SLICED), pause=0.02)
    processes = world.server.children(f"{STACK}-monthly")
    for process in processes:
        os.kill(process, signal.SIGKILL)
    expect(bool(processes), "there was no process of monthly to kill")
    slices = [(days[at], days[at : at + SLICE_DAYS][-1]) for at in range(0, len(days), SLICE_DAYS)]
    killed_after = len(aws.commits("cloudtrail_monthly", SLICED))
    expect(killed_after < len(slices), "all of it was committed before it could be killed: make it larger")
    world.say(f"{len(processes)} processes of monthly killed, after {killed_after} of {len(slices)} slices of {SLICED}")
    until("every slice is committed", 240, lambda: len(aws.commits("cloudtrail_monthly", SLICED)) >= len(slices))
    aws.drained(300)
    written = [(commit["slice"]["first"], commit["slice"]["last"]) for commit in aws.commits("cloudtrail_monthly", SLICED)]
    expect(written == slices, f"not five event days in each slice: {written}")
    rows, should = aws.count("cloudtrail_monthly", where), world.logs.monthly_count(SLICED)
    expect(rows == should, f"Athena counts {rows} records of {SLICED}, the oracle {should}")
    world.say(f"redelivered and committed: {len(written)} slices, {rows} records as the oracle says")

    prefix = f"{LAKE_PREFIX}cloudtrail_monthly/year=2026/month=05/"
    before = aws.keys(prefix)
    expect(len(before) == len(slices), f"not a part for each slice: {sorted(before)}")
    world.put([world.logs.small(VERY_LATE, 0, events=days[11])])
    world.operator.send("RequestsUrl", json.dumps({"day": VERY_LATE}))
    until("the late event is committed", 300, lambda: len(aws.commits("cloudtrail_monthly", SLICED)) > len(slices))
    aws.drained(60)
    after = aws.keys(prefix)
    kept = before.items() & after.items()
    expect(len(kept) == len(before) - 1 == len(after) - 1, f"not one part was replaced by one: {before} became {after}")
    rows, should = aws.count("cloudtrail_monthly", where), world.logs.monthly_count(SLICED)
    expect(rows == should, f"Athena counts {rows} records of {SLICED}, the oracle {should}")
    world.tls.deploy(world.parameters(), update=True)
    aws.hide_for("MonthlyJobsUrl", HIDDEN["MonthlyJobsUrl"])
    aws.nothing_is_dead()
    world.say(f"events of {days[11]} delivered on {VERY_LATE} replaced one part of {len(before)}; {rows} records now")


def redriven(world: World) -> None:
    """What is dead is sent back by `trailmill redrive`, and done."""
    aws = world.aws
    world.put([world.logs.small(REDRIVEN, 0)])
    aws.mapping("fan-out", Enabled=False)
    time.sleep(1.5)  # a poll that is in progress
    world.operator.send("RequestsUrl", json.dumps({"day": REDRIVEN}))
    dead, alive = aws.outputs["RequestsDeadUrl"], aws.outputs["RequestsUrl"]
    # nobody may send to the dead-letter queue by hand: as a function that dies over a message, again and again
    receive = partial(aws.client("sqs").receive_message, QueueUrl=alive, VisibilityTimeout=0)
    until("the request is dead", 30, lambda: receive() and sum(aws.waiting("RequestsDeadUrl").values()))
    aws.mapping("fan-out", Enabled=True)
    said = world.trailmill("redrive", "--from", dead, "--to", alive)
    until(f"{REDRIVEN} is committed", 60, lambda: aws.commits("cloudtrail_daily", REDRIVEN))
    aws.drained(30)
    aws.nothing_is_dead()
    world.say(f"{said.strip()}; {world.same_as_oracle(REDRIVEN)} records")


def without_functions(world: World) -> None:
    """`trailmill worker` does what the functions do, and ends in order when it is told to."""
    aws = world.aws
    world.put([world.logs.small(WORKED, 0)])
    for function in FUNCTIONS:
        aws.mapping(function, Enabled=False)
    time.sleep(1.5)  # a poll that is in progress
    queues = [f"--{name}={aws.outputs[output]}" for name, output in QUEUES.items()]
    places = ["--source", f"s3://{SOURCE}", "--lake", f"s3://{LAKE}/{LAKE_PREFIX}"]
    command = [world.command, "worker", *queues, *places]
    with (world.folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, env=world.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        world.trailmill("submit", "--queue", aws.outputs["RequestsUrl"], "--day", WORKED)
        until(f"{WORKED} is committed", 60, lambda: aws.commits("cloudtrail_daily", WORKED))
        aws.drained(30)
        worker.terminate()
        ended = worker.wait(timeout=40)
    except BaseException:
        worker.kill()
        worker.wait()
        raise
    expect(ended == 0, f"the worker ended with {ended}:\n{(world.folder / 'worker.log').read_text()[-2000:]}")
    for function in FUNCTIONS:
        aws.mapping(function, Enabled=True)
    aws.nothing_is_dead()
    world.say(f"{WORKED} was requested and done: {world.same_as_oracle(WORKED)} records; at SIGTERM it ended with 0")


def delivered_twice(world: World) -> None:
    """Every message twice: two of each request, and two of each job of both."""
    aws = world.aws
    world.put([world.logs.small(day, number) for day in TWICE for number in range(3)])
    aws.hide_for("DailyJobsUrl", 8)
    aws.mapping("daily", Enabled=False)
    time.sleep(1.5)  # a poll that is in progress
    request = json.dumps({"from": TWICE[0], "to": TWICE[-1]})
    world.operator.send("RequestsUrl", request, request)
    jobs = aws.receive_all("DailyJobsUrl", 2 * len(TWICE))
    expect(len(jobs) == 2 * len(TWICE), f"two requests for {len(TWICE)} days became {len(jobs)} jobs")
    world.operator.send("DailyJobsUrl", *jobs, *jobs)
    aws.mapping("daily", Enabled=True)
    aws.drained(300)
    aws.nothing_is_dead()
    aws.hide_for("DailyJobsUrl", HIDDEN["DailyJobsUrl"])
    for day in TWICE:
        world.same_as_oracle(day)
        expect(len(aws.commits("cloudtrail_daily", day)) == 1, f"{day} was committed more than once")
    world.say(f"{2 * len(jobs)} jobs for {len(TWICE)} days: each was committed once, with the records the oracle says")


def verified(world: World) -> None:
    """`trailmill verify` reads every part of the lake again, after all that."""
    said = world.trailmill("verify", "--lake", f"s3://{LAKE}/{LAKE_PREFIX}").strip().splitlines()
    world.say(said[-1] if said else "nothing was said")


def metrics(world: World) -> None:
    """The functions print metrics that CloudWatch takes, with the names and dimensions that the alarms wait for."""
    alarms = world.aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
    wanted = set()
    for alarm in [alarm for page in alarms for alarm in page["MetricAlarms"]]:
        inner = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
        for metric in [alarm, *inner]:
            if metric.get("Namespace") == "Trailmill":
                dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
                wanted.add((dimensions["Stack"], dimensions["Function"], metric["MetricName"]))
    expect(bool(wanted), "no alarm waits for a metric of Trailmill")
    seen: set[tuple[str, str, str]] = set()
    for line in (line for function in FUNCTIONS for line in world.aws.logged(function)):
        document = {}
        if line.startswith("{"):
            with contextlib.suppress(ValueError):
                document = json.loads(line)
        for directive in (document.get("_aws") or {}).get("CloudWatchMetrics", []):
            expect(directive["Namespace"] == "Trailmill", f"a metric of {directive['Namespace']}")
            expect(directive["Dimensions"] == [["Stack", "Function"]], f"metrics with dimensions {directive['Dimensions']}")
            for metric in directive["Metrics"]:
                expect(isinstance(document.get(metric["Name"]), int | float), f"{metric['Name']} has no number in {line}")
                seen.add((document["Stack"], document["Function"], metric["Name"]))
    missing = sorted(wanted - seen)
    expect(not missing, f"alarms wait for metrics that nobody printed: {missing}")
    # each is paid for: docs/guide/operations.md counts them
    known = {(STACK, function, name) for function, names in METRICS.items() for name in names}
    expect(not seen - known, f"printed, and not in trailmill_dev/infra/rules.py: {sorted(seen - known)}")
    expect(not known - seen, f"in trailmill_dev/infra/rules.py, and not printed: {sorted(known - seen)}")
    quarantined = sum(
        json.loads(line).get("FilesQuarantined", 0) for line in world.aws.logged("daily") if line.startswith("{")
    )
    expect(quarantined == 1, f"one log file is broken, and {quarantined} were counted as quarantined")
    for function in ("daily", "monthly"):
        said = [json.loads(line) for line in world.aws.logged(function) if line.startswith("{")]
        sums = {name: sum(line.get(name, 0) for line in said) for name in ("Lists", "Gets", "Puts")}
        most = {name: max(line.get(name, 0) for line in said) for name in sums}
        world.say(f"{function}: {len(said)} messages, {sums} in all, {most} at most")
    world.say(f"{len(seen)} metrics printed, all known; the {len(wanted)} that alarms wait for are among them")


def cold_start(world: World) -> None:
    """How long a function takes until it asks for its first message."""
    for function in FUNCTIONS:
        times = milliseconds_to_first_poll(world, function)
        took = f"{min(times):.0f} to {max(times):.0f} ms"
        world.say(f"{function}: {took} from its start to its first poll, in {len(times)} starts")


SCENARIOS: list[Callable[[World], None]] = [
    deploys, permissions, named_senders, every_option, backlog, last_month_again, late_in_month, schedule, bad_days, poison,
    redriven, delivered_twice, killed, sliced, without_functions, verified, metrics, cold_start,
]  # fmt: skip
