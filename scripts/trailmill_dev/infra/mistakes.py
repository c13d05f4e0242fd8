"""Mistakes that must be found: each is made in a copy of the template, and a rule that does not see it is worth nothing."""

from collections.abc import Callable

from trailmill_dev.infra.audit_mistakes import AUDIT_MISTAKES
from trailmill_dev.infra.breaking import DELETE, allow, drop, keep, put, quick, remove
from trailmill_dev.infra.template import Template

SOURCE = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${SourceBucket}/${SourcePrefix}*"}
JOURNAL = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}_journal/cloudtrail_daily/*"}
LAKE_FILE = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}_journal/lake.json"}
DAYS = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}cloudtrail_daily/*"}
ANY_TABLE = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}cloudtrail*_daily/*"}
KEY = {"Ref": "SourceKmsKeyArns"}
REQUESTS = {"Fn::GetAtt": ["Requests", "Arn"]}
# where the statements of a policy are
STATEMENTS = ("PolicyDocument", "Statement")

# what is done, the rule that must see it
MISTAKES: list[tuple[str, Callable[[Template], None]]] = [
    ("actions_are_named", allow("DailyRole", "s3:*", SOURCE)),
    ("actions_are_named", allow("FanOutRole", "*", REQUESTS)),
    ("actions_are_named", allow("MonthlyRole", "s3:Get?bject", DAYS)),
    ("actions_are_named", put("DailyRole", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"])),
    ("actions_are_named", put("DailyRole", "Policies", 0, "PolicyDocument", "Statement", 0, "NotAction", "s3:PutObject")),
    ("resources_are_named", allow("DailyRole", "s3:GetObject", "*")),
    ("resources_are_named", allow("MonthlyRole", "s3:GetObject", {"Fn::Sub": "arn:aws:s3:::${LakeBucket}/*"})),
    ("resources_are_named", allow("DailyRole", "s3:GetObject", ANY_TABLE)),
    ("resources_are_named", allow("SchedulesRole", "sqs:SendMessage", "arn:aws:sqs:*:*:*")),
    ("source_is_read", allow("DailyRole", "s3:PutObject", SOURCE)),
    ("source_is_read", allow("DailyRole", "s3:DeleteObject", SOURCE)),
    ("source_is_read", allow("DailyRole", "kms:GenerateDataKey", KEY)),
    ("source_is_read", allow("MonthlyRole", "s3:GetObject", SOURCE)),
    ("lake_is_kept", allow("DailyRole", "s3:DeleteObject", JOURNAL)),
    ("lake_is_kept", allow("MonthlyRole", "s3:DeleteObject", DAYS)),
    ("lake_is_kept", allow("MonthlyRole", "s3:DeleteObject", LAKE_FILE)),
    ("lake_is_kept", allow("FanOutRole", "s3:PutObject", LAKE_FILE)),
    ("lake_is_kept", allow("FanOutRole", "s3:PutObject", DAYS)),
    ("roles_are_their_own", put("Monthly", "Role", {"Fn::GetAtt": ["DailyRole", "Arn"]})),
    ("roles_are_their_own", put("DailyLogs", "RetentionInDays", DELETE)),
    ("roles_are_their_own", allow("FanOutRole", "logs:PutLogEvents", {"Fn::GetAtt": ["DailyLogs", "Arn"]})),
    (
        "roles_are_their_own",
        put("FanOutRole", "AssumeRolePolicyDocument", "Statement", 0, "Principal", {"AWS": {"Ref": "AWS::AccountId"}}),
    ),
    ("queues_are_safe", put("DailyJobs", "RedrivePolicy", DELETE)),
    ("queues_are_safe", put("Requests", "RedrivePolicy", "maxReceiveCount", 1)),
    ("queues_are_safe", put("MonthlyJobsDead", "FifoQueue", DELETE)),
    ("queues_are_safe", put("MonthlyJobs", "QueueName", {"Fn::Sub": "${AWS::StackName}-monthly-jobs"})),
    ("queues_are_safe", put("MonthlyJobs", "ContentBasedDeduplication", True)),
    ("queues_are_safe", put("DailyJobsDead", "MessageRetentionPeriod", 345_600)),
    ("queues_are_safe", put("DailyJobs", "MessageRetentionPeriod", 1_209_600)),
    ("queues_are_safe", put("Requests", "MessageRetentionPeriod", 864_000)),
    ("queues_are_safe", put("DailyJobsDead", "RedriveAllowPolicy", DELETE)),
    ("queues_are_safe", put("DeadJobsPolicy", "Queues", [{"Ref": "DailyJobsDead"}])),
    ("queues_are_safe", put("RequestsPolicy", *STATEMENTS, 0, "Effect", "Allow")),
    ("sources_fit", put("DailySource", "FunctionResponseTypes", DELETE)),
    ("sources_fit", put("FanOutSource", "FunctionResponseTypes", [])),
    ("sources_fit", put("DailySource", "BatchSize", 10)),
    ("sources_fit", put("MonthlySource", "MaximumBatchingWindowInSeconds", 5)),
    ("sources_fit", put("MonthlySource", "ScalingConfig", "MaximumConcurrency", 1)),
    ("sources_fit", put("FanOutSource", "ScalingConfig", DELETE)),
    ("sources_fit", quick("900", 900)),
    ("sources_fit", put("DailyJobs", "VisibilityTimeout", 5399)),
    ("sources_fit", put("DailyJobs", "VisibilityTimeout", DELETE)),
    ("sources_fit", put("Daily", "Timeout", {"Ref": "MonthlyTimeout"})),
    ("sources_fit", remove("MonthlySource")),
    ("sources_fit", put("MonthlySource", "EventSourceArn", {"Fn::GetAtt": ["MonthlyJobsDead", "Arn"]})),
    ("sources_fit", drop("MonthlyRole", "sqs:DeleteMessage")),
    ("environments_fit", drop("FanOutRole", "sqs:SendMessage")),
    ("environments_fit", allow("MonthlyRole", "sqs:SendMessage", REQUESTS)),
    ("environments_fit", put("Daily", "Environment", "Variables", "TRAILMILL_LAKE", DELETE)),
    ("environments_fit", put("Daily", "Environment", "Variables", "TRAILMIL_LAKE", "s3://typo")),
    ("environments_fit", put("Daily", "Environment", "Variables", "TRAILMILL_QUEUE", {"Ref": "MonthlyJobs"})),
    ("environments_fit", put("Daily", "Handler", "main")),
    ("loops_are_allowed", put("Daily", "RecursiveLoop", DELETE)),
    ("loops_are_allowed", put("Daily", "RecursiveLoop", "Terminate")),
    ("loops_are_allowed", put("FanOut", "RecursiveLoop", "Allow")),
    ("loops_are_allowed", put("Monthly", "RecursiveLoop", DELETE)),
    ("environments_fit", drop("MonthlyRole", "sqs:SendMessage")),
    ("schedules_arrive", put("Nightly", "Target", "DeadLetterConfig", DELETE)),
    ("schedules_arrive", put("MonthAgain", "Target", "RetryPolicy", DELETE)),
    ("schedules_arrive", drop("SchedulesRole", "sqs:SendMessage")),
    ("schedules_arrive", put("Nightly", "ScheduleExpressionTimezone", "Europe/Berlin")),
    ("lake_stays", keep("Lake", "DeletionPolicy", "Delete")),
    ("lake_stays", put("Lake", "PublicAccessBlockConfiguration", "BlockPublicPolicy", False)),
    ("lake_stays", put("Lake", "BucketEncryption", DELETE)),
    ("lake_stays", put("Lake", "LifecycleConfiguration", "Rules", [])),
    ("lake_stays", put("Lake", "LifecycleConfiguration", "Rules", 2, "Prefix", {"Ref": "LakePrefix"})),
    ("lake_stays", remove("LakePolicy")),
    (
        "lake_stays",
        put("WorkGroup", "WorkGroupConfiguration", "ResultConfiguration", "OutputLocation",
            {"Fn::Sub": "s3://${LakeBucket}/${LakePrefix}cloudtrail_daily/results/"}),
    ),
    ("alarms_ring", put("NoCommitAlarm", "MetricName", "Commit")),
    ("alarms_ring", put("NoCommitAlarm", "EvaluationPeriods", 169)),
    ("alarms_ring", put("QuarantinedAlarm", "AlarmActions", DELETE)),
    ("alarms_ring", put("QuarantinedAlarm", "Dimensions", [{"Name": "Function", "Value": "daily"}])),
    ("alarms_ring", remove("MonthlyJobsDeadAlarm")),
    ("alarms_ring", remove("DailyThrottlesAlarm")),
    ("alarms_ring", put("FanOutErrorsAlarm", "MetricName", "Invocations")),
    *AUDIT_MISTAKES,
]  # fmt: skip


def unseen(template: Template, wrongs: Callable[[Template], list[str]]) -> list[str]:
    """The mistakes that no rule sees, or another than the one that must."""
    found = []
    for number, (rule, make) in enumerate(MISTAKES):
        broken = template.copy()
        make(broken)
        if not any(wrong.startswith(f"{rule}: ") for wrong in wrongs(broken)):
            found.append(f"mistake {number} ({rule}) of trailmill_dev/infra/mistakes.py is not seen")
    return found
