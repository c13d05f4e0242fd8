"""Mistakes that the rules of audit_rules.py must see."""

from collections.abc import Callable
from typing import Any

from trailmill_dev.infra.breaking import DELETE, allow, drop, drop_statement, put, remove, set_parameter
from trailmill_dev.infra.template import Template

STATEMENTS = ("PolicyDocument", "Statement")
# which statement of LakePolicy is which
WRITTEN_ONCE, KEPT = 1, 2
WITHOUT_HEADER = (*STATEMENTS, WRITTEN_ONCE, "Condition", "Null")
LOCK = ("ObjectLockConfiguration", "Fn::If", 1, "Rule", "DefaultRetention")
LIFECYCLE = ("LifecycleConfiguration", "Rules")
SENDERS = (*STATEMENTS, 1, "Condition", "ArnNotLike", "aws:PrincipalArn")
OPERATOR = {"Ref": "OperatorRoleArn"}
DAILY = {"Fn::GetAtt": ["DailyRole", "Arn"]}
LAKE_KEY = {"Ref": "LakeKmsKeyArn"}


def add_sender(policy: str, sender: Any) -> Callable[[Template], None]:
    """Another principal that may send to a queue."""

    def make(template: Template) -> None:
        condition = template.resource(policy)["PolicyDocument"]["Statement"][1]["Condition"]
        condition.setdefault("ArnNotLike", {}).setdefault("aws:PrincipalArn", []).append(sender)

    return make


def one_table_less(role: str, action: str) -> Callable[[Template], None]:
    """A role that may do an action to all of its tables but one."""

    def make(template: Template) -> None:
        for statement in template.role_statements(role):
            if action in statement["Action"] and isinstance(statement["Resource"], list):
                del statement["Resource"][-1]

    return make


# what is done, the rule that must see it
AUDIT_MISTAKES: list[tuple[str, Callable[[Template], None]]] = [
    ("journal_is_append_only", drop_statement("LakePolicy", WRITTEN_ONCE)),
    ("journal_is_append_only", drop_statement("LakePolicy", KEPT)),
    # without it no multipart upload begins
    ("journal_is_append_only", put("LakePolicy", *STATEMENTS, WRITTEN_ONCE, "Condition", "Bool", DELETE)),
    ("journal_is_append_only", put("LakePolicy", *WITHOUT_HEADER, "s3:if-none-match", "false")),
    ("journal_is_append_only", put("LakePolicy", *STATEMENTS, WRITTEN_ONCE, "Principal", {"AWS": DAILY})),
    ("journal_is_append_only", put("LakePolicy", *STATEMENTS, WRITTEN_ONCE, "Effect", "Allow")),
    (
        "journal_is_append_only",
        put("LakePolicy", *STATEMENTS, WRITTEN_ONCE, "Resource", {"Fn::Sub": "${Lake.Arn}/_journal/*"}),
    ),
    ("journal_is_append_only", put("LakePolicy", *STATEMENTS, KEPT, "Action", "s3:DeleteObject")),
    ("journal_is_append_only", put("LakePolicy", *STATEMENTS, KEPT, "Condition", {"ArnNotLike": {"aws:PrincipalArn": "*"}})),
    ("versions_are_kept", put("Lake", "VersioningConfiguration", DELETE)),
    ("versions_are_kept", put("Lake", "VersioningConfiguration", "Status", "Suspended")),
    ("versions_are_kept", put("Lake", *LIFECYCLE, 1, "Prefix", {"Ref": "LakePrefix"})),
    ("versions_are_kept", put("Lake", *LIFECYCLE, 1, "Prefix", {"Fn::Sub": "${LakePrefix}_journal/"})),
    ("versions_are_kept", put("Lake", *LIFECYCLE, 1, "NoncurrentVersionExpiration", DELETE)),
    ("versions_are_kept", put("Lake", "ObjectLockEnabled", DELETE)),
    ("versions_are_kept", put("Lake", *LOCK, "Mode", "GOVERNANCE")),
    ("versions_are_kept", put("Lake", *LOCK, "Days", 1)),
    ("versions_are_kept", put("Lake", "LoggingConfiguration", DELETE)),
    ("owners_are_expected", put("Daily", "Environment", "Variables", "TRAILMILL_LAKE_OWNER", {"Ref": "LakeOwner"})),
    ("owners_are_expected", put("Monthly", "Environment", "Variables", "TRAILMILL_LAKE_OWNER", "")),
    (
        "owners_are_expected",
        put("WorkGroup", "WorkGroupConfiguration", "ResultConfiguration", "ExpectedBucketOwner", DELETE),
    ),
    ("senders_are_named", drop_statement("RequestsPolicy", 1)),
    ("senders_are_named", remove("DailyJobsPolicy")),
    ("senders_are_named", put("DailyJobsPolicy", "Queues", [{"Ref": "DailyJobs"}, {"Ref": "Requests"}])),
    ("senders_are_named", put("DailyJobsPolicy", *SENDERS, [DAILY])),
    ("senders_are_named", add_sender("RequestsPolicy", "arn:aws:iam::*:role/*")),
    ("senders_are_named", add_sender("DeadJobsPolicy", OPERATOR)),
    ("senders_are_named", add_sender("RequestsDeadPolicy", OPERATOR)),
    # SQS could not move what is dead
    ("senders_are_named", put("DeadJobsPolicy", *STATEMENTS, 1, "Condition", DELETE)),
    ("senders_are_named", put("MonthlyJobsPolicy", *STATEMENTS, 1, "Principal", {"AWS": DAILY})),
    ("senders_are_named", put("MonthlyJobsPolicy", *STATEMENTS, 1, "Effect", "Allow")),
    ("topic_is_closed", remove("AlarmTopicPolicy")),
    ("topic_is_closed", drop_statement("AlarmTopicPolicy", 0)),
    ("topic_is_closed", drop_statement("AlarmTopicPolicy", 1)),
    ("topic_is_closed", put("AlarmTopicPolicy", *STATEMENTS, 0, "Principal", "*")),
    ("topic_is_closed", put("AlarmTopicPolicy", *STATEMENTS, 0, "Condition", "StringEquals", DELETE)),
    ("topic_is_closed", put("AlarmTopicPolicy", *STATEMENTS, 0, "Condition", "ArnLike", "aws:SourceArn", "*")),
    ("topic_is_closed", lambda template: template.body["Resources"]["AlarmTopicPolicy"].update(Condition="Subscribe")),
    ("keys_are_used", put("Requests", "KmsMasterKeyId", DELETE)),
    ("keys_are_used", put("Requests", "SqsManagedSseEnabled", False)),
    ("keys_are_used", put("AlarmTopic", "KmsMasterKeyId", "alias/aws/sns")),
    ("keys_are_used", put("DailyLogs", "KmsKeyId", DELETE)),
    ("keys_are_used", put("Monthly", "KmsKeyArn", DELETE)),
    ("keys_are_used", put("Key", "Roles", [{"Ref": "FanOutRole"}, {"Ref": "DailyRole"}, {"Ref": "MonthlyRole"}])),
    ("keys_are_used", put("LakeKey", "Roles", [{"Ref": "DailyRole"}])),
    ("keys_are_used", drop("SchedulesRole", "kms:GenerateDataKey")),
    ("keys_are_used", allow("FanOutRole", "kms:Decrypt", LAKE_KEY)),
    ("keys_are_used", remove("SourceKeys")),
    ("keys_are_used", set_parameter("SourceKmsKeyArns", Type="String")),
    ("tables_have_rights", one_table_less("DailyRole", "s3:DeleteObject")),
    ("tables_have_rights", one_table_less("MonthlyRole", "s3:PutObject")),
    ("code_is_pinned", put("Daily", "Code", "S3ObjectVersion", DELETE)),
    ("code_is_pinned", put("Daily", "Code", "S3ObjectVersion", "Fn::If", 1, {"Ref": "MonthlyCodeVersion"})),
]  # fmt: skip
