"""What makes the lake a store that an auditor may rely on: who may write, replace, delete and send, and with which keys and
code. Rules of infra/template.yaml like those of rules.py."""

from collections.abc import Callable
from typing import Any

from trailmill_dev.infra.glue_tables import TABLES
from trailmill_dev.infra.template import GET_ATT, IF, NO_VALUE, REF, Template, Wrong, listed, text

JOURNAL = "${Lake.Arn}/${LakePrefix}_journal/*"
# of all requests that need s3:PutObject, those that create an object without the header
WITHOUT_IF_NONE_MATCH = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
# everybody, or everybody but the operator where there is one
BUT_THE_OPERATOR = {IF: ["HasOperator", {"ArnNotLike": {"aws:PrincipalArn": {REF: "OperatorRoleArn"}}}, NO_VALUE]}
OPERATOR = {IF: ["HasOperator", {REF: "OperatorRoleArn"}, NO_VALUE]}
PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}
# what of the bucket old versions may be deleted of: the parts of all tables, and results of queries. Never of a journal
EXPIRES = {"${LakePrefix}cloudtrail", "${LakePrefix}_athena/"}
STAGES = {"DailyRole": "daily", "MonthlyRole": "monthly"}
LAKE = "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}"


def denies(statement: dict[str, Any], actions: set[str], resource: str, condition: object) -> bool:
    """Whether a statement denies everybody some actions on a resource, under one condition."""
    everybody = statement["Effect"] == "Deny" and statement["Principal"] == "*"
    same = actions <= set(listed(statement.get("Action", []))) and text(statement.get("Resource")) == resource
    return everybody and same and bool(statement.get("Condition") == condition)


def journal_is_append_only(template: Template) -> Wrong:
    """The bucket's policy lets nobody replace an object of a journal, and only the operator delete one. It shuts out no
    multipart upload, of whose requests CompleteMultipartUpload alone can have the header."""
    policies = template.of_type("AWS::S3::BucketPolicy").values()
    statements = [each for policy in policies for each in template.statements(policy["PolicyDocument"])]
    if not any(denies(each, {"s3:PutObject"}, JOURNAL, WITHOUT_IF_NONE_MATCH) for each in statements):
        yield "Lake: an object of a journal can be written without If-None-Match"
    deletions = {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    if not any(denies(each, deletions, JOURNAL, BUT_THE_OPERATOR) for each in statements):
        yield "Lake: others than the operator can delete objects of a journal"
    for statement in statements:
        condition = statement.get("Condition")
        if "s3:PutObject" in listed(statement["Action"]) and condition != WITHOUT_IF_NONE_MATCH:
            yield f"Lake: {statement.get('Sid')} denies PutObject under another condition, which multipart uploads may fail"


def versions_are_kept(template: Template) -> Wrong:
    """The bucket keeps old versions, those of journals for ever, can lock them, and can log who reads and writes."""
    bucket = template.resource("Lake")
    if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "Lake: has no versions"
    expiring = {}
    for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", []):
        if "NoncurrentVersionExpiration" in rule or "NoncurrentVersionExpirationInDays" in rule:
            prefix = text(rule.get("Prefix", ""))
            expiring[prefix] = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
            if prefix not in EXPIRES:
                yield f"Lake: {rule['Id']} deletes old versions of {prefix or 'everything'}"
    if expiring.get("${LakePrefix}cloudtrail") != {REF: "ReplacedPartsDays"}:
        yield "Lake: replaced parts are kept for ever, or for another time than ReplacedPartsDays"
    retention = {"Mode": {REF: "ObjectLockMode"}, "Days": {REF: "ObjectLockDays"}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    enabled = bucket.get("ObjectLockEnabled") == {IF: ["LockObjects", True, NO_VALUE]}
    if not enabled or bucket.get("ObjectLockConfiguration") != {IF: ["LockObjects", lock, NO_VALUE]}:
        yield "Lake: ObjectLockMode does not lock it"
    logging = bucket.get("LoggingConfiguration", {}).get(IF, [None, {}])
    if logging[0] != "LogAccess" or logging[1].get("DestinationBucketName") != {REF: "LakeAccessLogBucket"}:
        yield "Lake: LakeAccessLogBucket does not get its access logs"


def owners_are_expected(template: Template) -> Wrong:
    """S3 is told which account owns the lake: the stack's own if the stack makes the bucket."""
    for name in ("Daily", "Monthly"):
        owner = template.resource(name)["Environment"]["Variables"].get("TRAILMILL_LAKE_OWNER")
        if owner != {IF: ["MakeLake", {REF: "AWS::AccountId"}, {REF: "LakeOwner"}]}:
            yield f"{name}: its lake may be another account's: {owner}"
    for name, group in template.of_type("AWS::Athena::WorkGroup").items():
        expected = group["WorkGroupConfiguration"]["ResultConfiguration"].get("ExpectedBucketOwner", {})
        if expected.get(IF, [])[:2] != ["MakeLake", {REF: "AWS::AccountId"}]:
            yield f"{name}: its results may go to another account's bucket"


def senders_are_named(template: Template) -> Wrong:
    """A queue takes messages of the roles that have a right to send to it and of the operator, and of nobody else in the
    account, whatever rights that has. A dead-letter queue takes none of the operator's."""
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    roles = template.of_type("AWS::IAM::Role")
    for name, queue in template.of_type("AWS::SQS::Queue").items():
        own = [policy for policy in policies if name in map(text, policy["Queues"])]
        if len(own) != 1:
            yield f"{name}: {len(own)} policies, of which SQS keeps one"
            continue
        senders: list[Any] = [
            {GET_ATT: [role, "Arn"]} for role in roles if f"{name}.Arn" in template.may(role, "sqs:SendMessage")
        ]
        if "RedrivePolicy" in queue:
            senders.append(OPERATOR)
        # where there is no principal it is SQS itself, which moves what is dead
        condition: dict[str, Any] = {"Null": {"aws:PrincipalArn": "false"}}
        if senders:
            condition["ArnNotLike"] = {"aws:PrincipalArn": senders}
        statements = template.statements(own[0]["PolicyDocument"])
        if not any(denies(each, {"sqs:SendMessage"}, "*", condition) for each in statements):
            yield f"{name}: takes messages of others than {list(map(text, senders))}, or not of all of them"
        if any(statement["Effect"] != "Deny" for statement in statements):
            yield f"{name}: its policy lets somebody in who has no right otherwise"


def topic_is_closed(template: Template) -> Wrong:
    """The topic takes alarms of the stack, and nothing over plain HTTP."""
    for name, topic in template.body["Resources"].items():
        if topic["Type"] != "AWS::SNS::Topic":
            continue
        policies = [
            policy["Properties"] for policy in template.body["Resources"].values()
            if policy["Type"] == "AWS::SNS::TopicPolicy" and name in map(text, policy["Properties"]["Topics"])
            and policy.get("Condition") == topic.get("Condition")
        ]  # fmt: skip
        statements = [each for policy in policies for each in template.statements(policy["PolicyDocument"])]
        if not any(denies(each, {"sns:Publish"}, name, PLAIN_HTTP) for each in statements):
            yield f"{name}: no policy refuses plain HTTP"
        allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
        # a topic with a policy has no default one, by which alarms could publish
        if [statement["Principal"] for statement in allowed] != [{"Service": "cloudwatch.amazonaws.com"}]:
            yield f"{name}: alarms cannot publish to it, or others can"
        for statement in allowed:
            condition = statement.get("Condition", {})
            source = text(condition.get("ArnLike", {}).get("aws:SourceArn"))
            account = condition.get("StringEquals", {}).get("aws:SourceAccount")
            if not source.endswith(":alarm:${AWS::StackName}-*") or account != {REF: "AWS::AccountId"}:
                yield f"{name}: takes alarms of other stacks or accounts"


def keys_are_used(template: Template) -> Wrong:
    """KmsKeyArn encrypts queues, topic, logs and environments, and every role that needs a key may use it."""
    key = {IF: ["HasKey", {REF: "KmsKeyArn"}, NO_VALUE]}
    properties = {
        "AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId", "AWS::Logs::LogGroup": "KmsKeyId",
        "AWS::Lambda::Function": "KmsKeyArn",
    }  # fmt: skip
    for kind, property_name in properties.items():
        for name, resource in template.of_type(kind).items():
            if resource.get(property_name) != key:
                yield f"{name}: KmsKeyArn is not its key"
    for name, queue in template.of_type("AWS::SQS::Queue").items():
        # SQS takes one of both
        if queue.get("SqsManagedSseEnabled") != {IF: ["HasKey", NO_VALUE, True]}:
            yield f"{name}: is not encrypted without KmsKeyArn"
    both = ("kms:Decrypt", "kms:GenerateDataKey")
    for role in template.of_type("AWS::IAM::Role"):
        needed = {("KmsKeyArn", action) for action in both}
        needed |= {("LakeKmsKeyArn", action) for action in both if role in STAGES}
        needed |= {("SourceKmsKeyArns", "kms:Decrypt")} if role == "DailyRole" else set()
        has = {(resource, action) for action in both for resource in template.may(role, action)}
        if has != needed:
            yield f"{role}: has or lacks the use of a key: {sorted(has ^ needed)}"
    if template.body["Parameters"]["SourceKmsKeyArns"]["Type"] != "CommaDelimitedList":
        yield "SourceKmsKeyArns: takes one key"


def tables_have_rights(template: Template) -> Wrong:
    """Each stage may write and delete the parts of every table, and write their journals."""
    for role, stage in STAGES.items():
        parts = {f"{LAKE}{table}_{stage}/*" for table in TABLES}
        journals = {f"{LAKE}_journal/{table}_{stage}/*" for table in TABLES} | {f"{LAKE}_journal/lake.json"}
        for action, needed in (("s3:PutObject", parts | journals), ("s3:DeleteObject", parts)):
            if missing := sorted(needed - set(template.may(role, action))):
                yield f"{role}: lacks {action} on {missing}"


def code_is_pinned(template: Template) -> Wrong:
    """A function's code is one object version, if scripts/deploy knows it: who replaces the object changes no function."""
    for name, function in template.of_type("AWS::Lambda::Function").items():
        code = function["Code"]
        version = {IF: [f"{name}HasVersion", {REF: f"{name}CodeVersion"}, NO_VALUE]}
        if code.get("S3ObjectVersion") != version or code.get("S3Key") != {REF: f"{name}CodeKey"}:
            yield f"{name}: its code may be replaced in its bucket"


AUDIT_RULES: list[Callable[[Template], Wrong]] = [
    journal_is_append_only, versions_are_kept, owners_are_expected, senders_are_named, topic_is_closed, keys_are_used,
    tables_have_rights, code_is_pinned,
]  # fmt: skip
