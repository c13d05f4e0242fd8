"""Scenarios of the lake as an audit store: who is refused, and what each option of the stack sets."""

import json
from collections.abc import Callable
from functools import partial

import botocore.exceptions

from trailmill_dev.endtoend.aws import CODE, LAKE, LAKE_PREFIX, OPERATOR, until
from trailmill_dev.endtoend.world import World
from trailmill_dev.expect import Failed, expect
from trailmill_dev.ministack import ACCOUNT

OTHER_STACK, OTHER_LAKE = "trailmill-e2e-locked", "trailmill-e2e-locked-lake"
QUEUES = ("RequestsUrl", "RequestsDeadUrl", "DailyJobsUrl", "DailyJobsDeadUrl", "MonthlyJobsUrl", "MonthlyJobsDeadUrl")


def refused(what: str, call: Callable[[], object]) -> None:
    """Fails unless a policy refuses a call."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        expect("AccessDenied" in code or "AuthorizationError" in code, f"{what} refuses otherwise: {error}")
    else:
        raise Failed(f"{what} took the call")


def named_senders(world: World) -> None:
    """Who may do everything still may not send to a queue or delete of a journal, if the stack does not name it."""
    aws = world.aws
    for queue in QUEUES:
        fifo = {"MessageGroupId": "x", "MessageDeduplicationId": "x"} if queue.startswith("Monthly") else {}
        send = {"QueueUrl": aws.outputs[queue], "MessageBody": "{}", **fifo}
        refused(f"{queue}, somebody", partial(world.somebody.client("sqs").send_message, **send))
        if "Dead" in queue:
            refused(f"{queue}, the operator", partial(world.operator.client("sqs").send_message, **send))
    lake, key = {"Bucket": LAKE}, f"{LAKE_PREFIX}_journal/made-by-hand"
    s3 = world.somebody.client("s3")
    made = s3.put_object(**lake, Key=key, Body=b"1", IfNoneMatch="*")["VersionId"]
    refused("a journal, somebody", partial(s3.delete_object, **lake, Key=key))
    refused("a version of a journal, somebody", partial(s3.delete_object, **lake, Key=key, VersionId=made))
    world.operator.client("s3").delete_object(**lake, Key=key)
    versions = s3.list_object_versions(**lake, Prefix=key)
    expect(
        len(versions["Versions"]) == len(versions["DeleteMarkers"]) == 1, f"the deleted object left no version: {versions}"
    )
    s3 = world.operator.client("s3")
    s3.delete_object(**lake, Key=key, VersionId=versions["DeleteMarkers"][0]["VersionId"])
    expect(aws.read(key) == b"1", "the deleted object did not come back")
    s3.delete_object(**lake, Key=key, VersionId=made)
    world.say(
        f"{len(QUEUES)} queues and the journals refuse who is not named; what the operator deletes can be brought back"
    )


def every_option(world: World) -> None:
    """Another stack deploys with every option set, and its resources have what the options say."""
    # this stack's policies stay as they are
    aws, s3 = world.tls, world.tls.client("s3")
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    sources = [f"{key.rpartition('/')[0]}/{name}" for name in ("one", "two")]
    # both uploads have versions: that which is named is not the newest
    s3.put_bucket_versioning(Bucket=CODE, VersioningConfiguration={"Status": "Enabled"})
    named = s3.put_object(Bucket=CODE, Key="named.zip", Body=world.zips["trailmill-fan-out.zip"])["VersionId"]
    s3.put_object(Bucket=CODE, Key="named.zip", Body=b"something else")
    aws.deploy(
        {
            **world.parameters(), "LakeBucket": OTHER_LAKE, "DatabaseName": "locked", "SchedulesState": "DISABLED",
            "FanOutCodeKey": "named.zip", "FanOutCodeVersion": named, "KmsKeyArn": key, "LakeKmsKeyArn": key,
            "SourceKmsKeyArns": ",".join(sources), "SourceOwner": ACCOUNT, "LakeAccessLogBucket": "access-logs",
            "ObjectLockMode": "GOVERNANCE", "ObjectLockDays": "1",
        },
        name=OTHER_STACK,
    )  # fmt: skip
    outputs, aws.outputs = aws.outputs, world.aws.outputs
    expect(outputs["Senders"] == OPERATOR, f"{outputs['Senders']} may send")
    for queue in QUEUES:
        url = {"QueueUrl": outputs[queue]}
        attributes = aws.client("sqs").get_queue_attributes(**url, AttributeNames=["All"])["Attributes"]
        expect(attributes.get("KmsMasterKeyId") == key, f"the key of {queue}: {attributes}")
        senders = next(each for each in json.loads(attributes["Policy"])["Statement"] if each["Sid"] == "NamedSenders")
        named_roles = senders["Condition"].get("ArnNotLike", {}).get("aws:PrincipalArn", [])
        expect((OPERATOR in named_roles) == ("Dead" not in queue), f"who may send to {queue}: {named_roles}")
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{OTHER_STACK}")["logGroups"]
    expect([group.get("kmsKeyId") for group in groups] == [key] * 3, f"the keys of log groups: {groups}")
    # ministack keeps no key of a topic or a function, and no Object Lock, logging or lifecycle of a bucket from a template
    versions = s3.get_bucket_versioning(Bucket=OTHER_LAKE)
    expect(versions.get("Status") == "Enabled", f"versions of the lake: {versions}")
    role = outputs["DailyRole"].rpartition("/")[2]
    policies = {
        name: aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"][0]
        for name in ("source-keys", "lake-key", "key")
    }
    expect(policies["source-keys"]["Resource"] == sources, f"the keys of the source: {policies['source-keys']}")
    expect(policies["lake-key"]["Resource"] == policies["key"]["Resource"] == key, f"the keys of daily: {policies}")
    for function in ("daily", "monthly"):
        configuration = aws.client("lambda").get_function_configuration(FunctionName=f"{OTHER_STACK}-{function}")
        owner = configuration["Environment"]["Variables"]["TRAILMILL_LAKE_OWNER"]
        expect(owner == ACCOUNT, f"{function} expects {owner} to own the lake")
    size = aws.client("lambda").get_function_configuration(FunctionName=f"{OTHER_STACK}-fan-out")["CodeSize"]
    expect(size == len(world.zips["trailmill-fan-out.zip"]), f"fan-out has {size} bytes of code, not those of the version")
    cloudformation = aws.client("cloudformation")
    cloudformation.delete_stack(StackName=OTHER_STACK)
    listed = partial(cloudformation.list_stacks, StackStatusFilter=["DELETE_COMPLETE"])
    until("it is deleted", 60, lambda: OTHER_STACK in {stack["StackName"] for stack in listed()["StackSummaries"]})
    s3.head_bucket(Bucket=OTHER_LAKE)
    world.say("keys, versions, owners, senders and the code's version are as the options say; the lake outlived its stack")
