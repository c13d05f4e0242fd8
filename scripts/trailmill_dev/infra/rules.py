"""What infra/template.yaml must hold to, besides what cfn-lint knows. Each rule yields what is wrong, a line each."""

from collections.abc import Callable
from typing import Any

from trailmill_dev.infra.audit_rules import AUDIT_RULES
from trailmill_dev.infra.glue_tables import TABLES
from trailmill_dev.infra.template import Template, Wrong, listed, text

# resources with a wildcard that a policy may name, each with the reason why it must
WILDCARDS = {
    # all log files; keys are not known before
    "arn:${AWS::Partition}:s3:::${SourceBucket}/${SourcePrefix}*",
    # the parts and the journals of a table
    *(
        f"arn:${{AWS::Partition}}:s3:::${{LakeBucket}}/${{LakePrefix}}{folder}{table}_{stage}/*"
        for folder in ("", "_journal/") for table in TABLES for stage in ("daily", "monthly")
    ),
    # CloudTrail's public keys, by region
    PUBLIC_KEYS := "arn:${AWS::Partition}:s3:::${LakeBucket}/${LakePrefix}_journal/public_keys/*",
}  # fmt: skip
# what IAM knows no resources of
WITHOUT_RESOURCES = {"cloudtrail:ListPublicKeys"}
READS = {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility")
# seconds; SQS keeps no message for longer than 14 days
FOURTEEN_DAYS = 1_209_600
SEVEN_DAYS = 604_800
FOUR_DAYS = 345_600
# the contract with the functions: their metrics, and what of their environment they read
METRICS = {
    "fan-out": {"Requests", "Jobs", "Failures", "Duration"},
    "daily": {
        "FilesIn", "FilesOk", "FilesQuarantined", "FilesUnreadable", "FilesProven", "ProofBroken", "ProofUnproven",
        "EmptyDays", "SilentAccounts", "RecordsIn",
        "RecordsOut", "Duplicates", "Conflicts", "BytesIn", "RawBytesIn", "BytesOut", "RawBytesOut", "Commits",
        "HandedBack", "MonthsSentOn", "Lists", "ListTime", "Gets", "GetTime", "Puts", "PutTime", "DecodeTime",
        "CompressTime", "InvariantsBroken", "Failures", "Duration",
    },
    "monthly": {
        "RecordsIn", "RecordsOut", "Duplicates", "OtherSlices", "Conflicts", "BytesIn", "BytesOut", "Commits",
        "HandedBack", "Lists", "ListTime", "Gets", "GetTime", "Puts", "PutTime", "InvariantsBroken", "Failures", "Duration",
    },
}  # fmt: skip
ENVIRONMENT = {
    "FanOut": {"STACK", "DAILY_JOBS", "LATE_DAYS"},
    "Daily": {
        "STACK", "SOURCE", "SOURCE_OWNER", "REQUESTER_PAYS", "LAKE", "LAKE_OWNER", "KMS_KEY", "DAILY_JOBS", "MONTHLY_JOBS",
        "SILENT_ACCOUNTS", "PROOF", "QUEUE",
    },
    "Monthly": {"STACK", "LAKE", "LAKE_OWNER", "KMS_KEY", "MONTHLY_JOBS", "SLICE_DAYS", "QUEUE"},
}  # fmt: skip

# what the C library reads
OF_THE_SYSTEM = {"Monthly": {"MALLOC_ARENA_MAX"}}


def actions_are_named(template: Template) -> Wrong:
    """A role is allowed actions by their names, and nothing but what is not."""
    for role in template.of_type("AWS::IAM::Role"):
        for statement in template.role_statements(role):
            if {"NotAction", "NotResource", "NotPrincipal"} & statement.keys():
                yield f"{role}: a statement says what is not meant"
            for action in listed(statement.get("Action", [])):
                if "*" in action or "?" in action:
                    yield f"{role}: wildcard action {action}"
        if template.resource(role).get("ManagedPolicyArns"):
            yield f"{role}: a managed policy, whose actions nobody sees here"


def resources_are_named(template: Template) -> Wrong:
    """A role is allowed to do something to resources by their names or to those listed above, if the action has any."""
    for role in template.of_type("AWS::IAM::Role"):
        for statement in template.role_statements(role):
            if set(listed(statement.get("Action", []))) <= WITHOUT_RESOURCES:
                continue
            for resource in map(text, listed(statement.get("Resource", "*"))):
                if "*" in resource and resource not in WILDCARDS:
                    yield f"{role}: wildcard resource {resource}"


def source_is_read(template: Template) -> Wrong:
    """Nobody may do anything to the source and its key but read, and nobody else than daily that."""
    for role in template.of_type("AWS::IAM::Role"):
        for statement in template.role_statements(role):
            if not any("Source" in text(resource) for resource in listed(statement["Resource"])):
                continue
            if written := set(listed(statement["Action"])) - READS:
                yield f"{role}: {sorted(written)} on the source, which is only read"
            if role != "DailyRole":
                yield f"{role}: has nothing to do with the source"


def lake_is_kept(template: Template) -> Wrong:
    """Journals are never deleted; a stage writes its own parts, journals and the lake file alone, daily public keys too."""
    for role, own in {"FanOutRole": None, "DailyRole": "daily", "MonthlyRole": "monthly", "SchedulesRole": None}.items():
        for action in ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"):
            for resource in template.may(role, action):
                creates_lake_file = own is not None and action == "s3:PutObject" and resource.endswith("_journal/lake.json")
                keeps_keys = own == "daily" and action == "s3:PutObject" and resource == PUBLIC_KEYS
                if own is None or not (
                    creates_lake_file or keeps_keys or resource.endswith(tuple(f"{table}_{own}/*" for table in TABLES))
                ):
                    yield f"{role}: {action} on {resource}"
                if action != "s3:PutObject" and "_journal" in resource:
                    yield f"{role}: {action} on a journal"


def roles_are_their_own(template: Template) -> Wrong:
    """Each function has a role of its own, which only Lambda takes, and that writes to its own log alone."""
    functions = template.of_type("AWS::Lambda::Function")
    roles = [text(function["Role"]) for function in functions.values()]
    if len(set(roles)) < len(functions):
        yield f"functions share a role: {roles}"
    for name, function in functions.items():
        role = text(function["Role"]).removesuffix(".Arn")
        trust = template.resource(role)["AssumeRolePolicyDocument"]
        for statement in template.statements(trust):
            if statement["Principal"] != {"Service": "lambda.amazonaws.com"}:
                yield f"{role}: {statement['Principal']} may take it"
        group = text(function.get("LoggingConfig", {}).get("LogGroup"))
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            if template.may(role, action) != [f"{group}.Arn"]:
                yield f"{role}: {action} on {template.may(role, action)}, its log is {group}"
        if not template.of_type("AWS::Logs::LogGroup").get(group, {}).get("RetentionInDays"):
            yield f"{name}: its log {group} is kept for ever"


def queues_are_safe(template: Template) -> Wrong:
    """Every queue refuses plain HTTP, and has a dead-letter queue of its own kind that takes from it alone."""
    queues = template.of_type("AWS::SQS::Queue")
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    over_tls = {
        text(queue) for policy in policies for queue in policy["Queues"]
        if any(map(refuses_plain_http, template.statements(policy["PolicyDocument"])))
    }  # fmt: skip
    dead = {}
    for name, queue in queues.items():
        if name not in over_tls:
            yield f"{name}: no policy refuses plain HTTP"
        fifo = queue.get("FifoQueue") is True
        if text(queue.get("QueueName", "")).endswith(".fifo") != fifo:
            yield f"{name}: the name of a FIFO queue, and only of one, ends with .fifo"
        if fifo and queue.get("ContentBasedDeduplication"):
            yield f"{name}: a second job of a month within five minutes would be dropped"
        if redrive := queue.get("RedrivePolicy"):
            dead[text(redrive["deadLetterTargetArn"]).removesuffix(".Arn")] = name
            if redrive["maxReceiveCount"] != 5:
                yield f"{name}: a message is tried {redrive['maxReceiveCount']} times, not five"
            if queue.get("MessageRetentionPeriod", 0) < FOUR_DAYS:
                yield f"{name}: keeps messages for less than four days"
    for name, queue in queues.items():
        if "RedrivePolicy" in queue:
            continue
        if name not in dead:
            yield f"{name}: has no dead-letter queue, and is none"
            continue
        source = queues[dead[name]]
        if queue.get("FifoQueue") != source.get("FifoQueue"):
            yield f"{name}: one of {name} and {dead[name]} is FIFO, the other is not"
        if queue.get("MessageRetentionPeriod") != FOURTEEN_DAYS:
            yield f"{name}: keeps what is dead for less than 14 days"
        # a dead message keeps the time it was first sent, and only in a FIFO queue gets a new one
        kept = queue.get("MessageRetentionPeriod", FOUR_DAYS) - source.get("MessageRetentionPeriod", FOUR_DAYS)
        if not source.get("FifoQueue") and kept < SEVEN_DAYS:
            yield f"{name}: what dies in {dead[name]} on its last day is kept for {kept} seconds more, not for seven days"
        allowed = queue.get("RedriveAllowPolicy", {}).get("sourceQueueArns", [])
        if [text(arn).endswith(":" + text(source["QueueName"])) for arn in allowed] != [True]:
            yield f"{name}: takes dead messages of others than {dead[name]}: {allowed}"


def refuses_plain_http(statement: dict[str, Any]) -> bool:
    """Whether a statement denies everything to everybody over plain HTTP."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    everything = all(action.endswith(":*") for action in listed(statement.get("Action", [])))
    everybody = statement["Effect"] == "Deny" and statement["Principal"] == "*"
    return everybody and everything and bool(statement.get("Condition") == plain)


def sources_fit(template: Template) -> Wrong:
    """A function polls its queue so that one bad message fails alone, and has it for as long as it may need."""
    functions, queues = template.of_type("AWS::Lambda::Function"), template.of_type("AWS::SQS::Queue")
    mappings = template.of_type("AWS::Lambda::EventSourceMapping")
    polled = [text(mapping["EventSourceArn"]).removesuffix(".Arn") for mapping in mappings.values()]
    for name, queue in queues.items():
        if "RedrivePolicy" in queue and polled.count(name) != 1:
            yield f"{name}: {polled.count(name)} functions poll it"
        if "RedrivePolicy" not in queue and name in polled:
            yield f"{name}: a dead-letter queue that is polled"
    for name, mapping in mappings.items():
        function, polls = text(mapping["FunctionName"]), text(mapping["EventSourceArn"]).removesuffix(".Arn")
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name}: without ReportBatchItemFailures one bad message fails its batch"
        if function != "FanOut" and mapping.get("BatchSize") != 1:
            yield f"{name}: a batch of {mapping.get('BatchSize')} jobs in one run"
        if "MaximumBatchingWindowInSeconds" in mapping and queues[polls].get("FifoQueue"):
            yield f"{name}: a FIFO queue has no batching window"
        # the excuse in the template for functions without reserved concurrency
        if "MaximumConcurrency" not in mapping.get("ScalingConfig", {}):
            yield f"{name}: any number of {function} at once"
        at_once = [int(choice) for choice in template.choices(mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 2))]
        if min(at_once) < 2:
            yield f"{name}: Lambda wants a MaximumConcurrency of 2 at least"
        timeouts = template.choices(functions[function]["Timeout"])
        hidden = template.choices(queues[polls].get("VisibilityTimeout", 30))
        same = parameters(functions[function]["Timeout"]) == parameters(queues[polls].get("VisibilityTimeout", 30))
        if not same or any(int(hide) < 6 * int(time) for time, hide in zip(timeouts, hidden, strict=False)):
            yield f"{name}: {polls} hides messages for less than six times as long as {function} may take"
        role = text(functions[function]["Role"]).removesuffix(".Arn")
        for action in CONSUME:
            if template.may(role, action) != [f"{polls}.Arn"]:
                yield f"{role}: {action} on {template.may(role, action)}, and {function} polls {polls}"


def parameters(value: object) -> set[str]:
    """The parameters that a value depends on."""
    match value:
        case {"Ref": name}:
            return {name}
        case {"Fn::FindInMap": [_, key, _]}:
            return parameters(key)
    return set()


def environments_fit(template: Template) -> Wrong:
    """A function has the variables it reads, and may send to the queues that it is told of, and to no others."""
    queues = template.of_type("AWS::SQS::Queue")
    mappings = template.of_type("AWS::Lambda::EventSourceMapping").values()
    polled = {text(mapping["FunctionName"]): text(mapping["EventSourceArn"]).removesuffix(".Arn") for mapping in mappings}
    for name, function in template.of_type("AWS::Lambda::Function").items():
        variables = dict(function["Environment"]["Variables"])
        wanted = {f"TRAILMILL_{variable}" for variable in ENVIRONMENT[name]} | OF_THE_SYSTEM.get(name, set())
        if different := sorted(wanted ^ variables.keys()):
            yield f"{name}: its environment and what it reads differ in {different}"
        if (own := text(variables.pop("TRAILMILL_QUEUE", {"Ref": polled.get(name)}))) != polled.get(name):
            yield f"{name}: is told that {own} is its queue, and polls {polled.get(name)}"
        told = {f"{text(value)}.Arn" for value in variables.values() if text(value) in queues}
        role = text(function["Role"]).removesuffix(".Arn")
        if told != set(template.may(role, "sqs:SendMessage")):
            yield f"{name}: is told of {sorted(told)} and may send to {sorted(template.may(role, 'sqs:SendMessage'))}"
        if function["Runtime"] != "provided.al2023" or function["Handler"] != "bootstrap":
            yield f"{name}: {function['Runtime']} with {function['Handler']}"


def loops_are_allowed(template: Template) -> Wrong:
    """Lambda stops a message after some 16 rounds if a function sends it on to the queue that invokes the function, unless
    the function has RecursiveLoop: Allow. No other function has it, so that a loop by mistake is stopped."""
    functions = template.of_type("AWS::Lambda::Function")
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values():
        name, queue = text(mapping["FunctionName"]), text(mapping["EventSourceArn"])
        role = text(functions[name]["Role"]).removesuffix(".Arn")
        loops, allowed = queue in template.may(role, "sqs:SendMessage"), functions[name].get("RecursiveLoop") == "Allow"
        if loops and not allowed:
            yield f"{name}: sends to {queue}, which invokes it, and Lambda would stop that: it needs RecursiveLoop: Allow"
        if allowed and not loops:
            yield f"{name}: has RecursiveLoop: Allow, and may not send to {queue}, which invokes it"


def schedules_arrive(template: Template) -> Wrong:
    """What a schedule cannot deliver is kept, and it may send to both queues."""
    for name, schedule in template.of_type("AWS::Scheduler::Schedule").items():
        target = schedule["Target"]
        dead = text(target.get("DeadLetterConfig", {}).get("Arn"))
        role = text(target["RoleArn"]).removesuffix(".Arn")
        if not target.get("RetryPolicy", {}).get("MaximumRetryAttempts"):
            yield f"{name}: is not tried again"
        for queue in (text(target["Arn"]), dead):
            if queue not in template.may(role, "sqs:SendMessage"):
                yield f"{name}: may not send to {queue}"
        if schedule.get("ScheduleExpressionTimezone") != "UTC":
            yield f"{name}: delivery days are days of UTC"


def lake_stays(template: Template) -> Wrong:
    """The lake's bucket outlives the stack, is closed, encrypted, and drops unfinished uploads; results are in no table."""
    bucket = template.body["Resources"]["Lake"]
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if bucket.get(policy) != "Retain":
            yield f"Lake: {policy} is {bucket.get(policy)}"
    of = bucket["Properties"]
    closed = of.get("PublicAccessBlockConfiguration", {})
    if len(closed) != 4 or set(closed.values()) != {True}:
        yield "Lake: can be opened to the public"
    if not of.get("BucketEncryption"):
        yield "Lake: is not encrypted"
    rules = of.get("LifecycleConfiguration", {}).get("Rules", [])
    if not any(rule.get("AbortIncompleteMultipartUpload") for rule in rules):
        yield "Lake: unfinished uploads are kept for ever"
    for rule in rules:
        if "ExpirationInDays" in rule and not text(rule.get("Prefix", "")).endswith("_athena/"):
            yield f"Lake: {rule['Id']} deletes the lake"
    policies = [policy["PolicyDocument"] for policy in template.of_type("AWS::S3::BucketPolicy").values()]
    if not any(refuses_plain_http(statement) for policy in policies for statement in template.statements(policy)):
        yield "Lake: no policy refuses plain HTTP"
    tables = template.of_type("AWS::Glue::Table").values()
    locations = [text(table["TableInput"]["StorageDescriptor"]["Location"]) for table in tables]
    for name, group in template.of_type("AWS::Athena::WorkGroup").items():
        configuration = group["WorkGroupConfiguration"]
        results = text(configuration["ResultConfiguration"]["OutputLocation"])
        if any(results.startswith(location) or location.startswith(results) for location in locations):
            yield f"{name}: results in {results}, where a table is"
        if configuration.get("EnforceWorkGroupConfiguration") is not True:
            yield f"{name}: a query may write its results elsewhere"


def alarms_ring(template: Template) -> Wrong:
    """Alarms wait for metrics that somebody sends, and tell somebody; dead-letter queues and functions have their own."""
    rung = set()
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        dimensions = {each["Name"]: text(each["Value"]) for each in alarm["Dimensions"]}
        if not alarm.get("AlarmActions"):
            yield f"{name}: nobody hears it"
        if alarm["Namespace"] == "Trailmill":
            function = dimensions.get("Function", "")
            if dimensions.keys() != {"Stack", "Function"} or alarm["MetricName"] not in METRICS.get(function, set()):
                yield f"{name}: nobody sends {alarm['MetricName']} of {dimensions}"
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible":
            rung.add(dimensions.get("QueueName", "").removesuffix(".QueueName"))
        # CloudWatch looks back no further than a week, and than a day for periods below an hour
        longest = 604_800 if alarm["Period"] >= 3600 else 86_400
        if alarm["Period"] * alarm["EvaluationPeriods"] > longest:
            yield f"{name}: looks back too far"
    for name, queue in template.of_type("AWS::SQS::Queue").items():
        if "RedrivePolicy" not in queue and name not in rung:
            yield f"{name}: no alarm says that something is dead"
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    watched = {(text(alarm["Dimensions"][0]["Value"]), alarm["MetricName"]) for alarm in alarms}
    for name in template.of_type("AWS::Lambda::Function"):
        for metric in ("Errors", "Throttles"):
            if (name, metric) not in watched:
                yield f"{name}: no alarm on {metric}"


RULES: list[Callable[[Template], Wrong]] = [
    actions_are_named, resources_are_named, source_is_read, lake_is_kept, roles_are_their_own, queues_are_safe, sources_fit,
    environments_fit, loops_are_allowed, schedules_arrive, lake_stays, alarms_ring, *AUDIT_RULES,
]  # fmt: skip


def wrongs(template: Template) -> list[str]:
    """Everything that is wrong with a template."""
    return [f"{rule.__name__}: {wrong}" for rule in RULES for wrong in rule(template)]
