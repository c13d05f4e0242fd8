"""What the scenarios ask of AWS: the stack, its queues, its lake, its tables."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import botocore.client
import botocore.session

from trailmill_dev.endtoend.policies import for_ministack
from trailmill_dev.expect import Failed, expect
from trailmill_dev.ministack import ACCOUNT, KEY, REGION, SECRET
from trailmill_dev.workspace import TEMPLATE

STACK = "trailmill-e2e"
CODE, SOURCE, LAKE = "trailmill-e2e-code", "trailmill-e2e-source", "trailmill-e2e-lake"
LAKE_PREFIX = "some/lake/"
FUNCTIONS = ("fan-out", "daily", "monthly")
# who does by hand what a person does: it may do everything that the policies of bucket and queues let it
OPERATOR = f"arn:aws:iam::{ACCOUNT}:role/trailmill/operator"
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def until(what: str, seconds: float, holds: Callable[[], Any], pause: float = 0.25) -> Any:
    """Asks again and again; the first answer that is not empty."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := holds():
            return answer
        time.sleep(pause)
    raise Failed(f"{what}: not within {seconds:.0f} s")


def say_tls(request: Any, **_: Any) -> None:
    """As a proxy would that ends TLS before the server."""
    request.headers["x-forwarded-proto"] = "https"


class Aws:
    """Clients of the server; `over_tls` makes it believe that a call came over TLS, which it serves only behind a proxy."""

    def __init__(
        self, url: str, over_tls: bool = False, key: str = KEY, secret: str = SECRET, token: str | None = None
    ) -> None:
        self.session = botocore.session.Session()
        self.url, self.over_tls = url, over_tls
        self.credentials = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
        self.clients: dict[str, Any] = {}
        self.outputs: dict[str, str] = {}

    def client(self, service: str) -> Any:
        """A client of a service."""
        if service not in self.clients:
            client = self.session.create_client(
                service, region_name=REGION, endpoint_url=self.url, **self.credentials,
                config=botocore.client.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )  # fmt: skip
            if self.over_tls:
                client.meta.events.register("before-send", say_tls)
            self.clients[service] = client
        return self.clients[service]

    # ---- the stack ----

    def deploy(self, parameters: dict[str, str], update: bool = False, name: str = STACK) -> None:
        """Creates or updates the stack, or another one, and waits for it."""
        # as scripts/deploy does, since it may be larger than a call
        self.client("s3").put_object(Bucket=CODE, Key="template.yaml", Body=TEMPLATE.read_bytes())
        cloudformation = self.client("cloudformation")
        call = cloudformation.update_stack if update else cloudformation.create_stack
        call(
            StackName=name, TemplateURL=f"{self.url}/{CODE}/template.yaml", Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )  # fmt: skip
        done = "UPDATE_COMPLETE" if update else "CREATE_COMPLETE"

        def settled() -> dict[str, Any] | None:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack = until("the stack is deployed", 60, settled)
        if stack["StackStatus"] != done:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in events if "FAILED" in event["ResourceStatus"]
            ]  # fmt: skip
            raise Failed(f"the stack is {stack['StackStatus']}:\n" + "\n".join(reasons))
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def mapping(self, function: str, **changes: Any) -> None:
        """Changes how a function polls its queue."""
        awslambda = self.client("lambda")
        for mapping in awslambda.list_event_source_mappings(FunctionName=f"{STACK}-{function}")["EventSourceMappings"]:
            awslambda.update_event_source_mapping(UUID=mapping["UUID"], **changes)

    def let_batches_be_sent(self) -> None:
        """Allows batches wherever one message is allowed: to AWS that is one action, ministack asks for SendMessageBatch."""
        iam = self.client("iam")
        for function in FUNCTIONS:
            role = (
                self.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")["Role"].split("/")[-1]
            )
            policy = iam.get_role_policy(RoleName=role, PolicyName=function)["PolicyDocument"]
            sending = [each for each in policy["Statement"] if each["Action"] == "sqs:SendMessage"]
            if sending:
                policy["Statement"] = [{**each, "Action": "sqs:SendMessageBatch"} for each in sending]
                iam.put_role_policy(RoleName=role, PolicyName="batches", PolicyDocument=json.dumps(policy))

    def let_plain_http_in(self) -> None:
        """Leaves of the policies of the lake and the queues what ministack can hold its callers to."""
        s3, sqs = self.client("s3"), self.client("sqs")
        policy = json.loads(s3.get_bucket_policy(Bucket=LAKE)["Policy"])
        s3.put_bucket_policy(Bucket=LAKE, Policy=json.dumps(for_ministack(policy)))
        for queue in [url for name, url in self.outputs.items() if name.endswith("Url")]:
            policy = json.loads(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"])
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(for_ministack(policy))})

    def somebody(self) -> "Aws":
        """A user who may do everything, as far as it is the user's policy that says so: no policy binds the root user."""
        iam = self.client("iam")
        iam.create_user(UserName="somebody")
        iam.put_user_policy(UserName="somebody", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        key = iam.create_access_key(UserName="somebody")["AccessKey"]
        return Aws(self.url, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def operator(self) -> "Aws":
        """A session of the operator's role, whose own policy lets it do everything, as somebody's does."""
        iam, name = self.client("iam"), OPERATOR.rpartition("/")[2]
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        role = iam.create_role(RoleName=name, Path="/trailmill/", AssumeRolePolicyDocument=document)["Role"]
        expect(role["Arn"] == OPERATOR, f"the operator's role is {role['Arn']}")
        iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        made = self.client("sts").assume_role(RoleArn=OPERATOR, RoleSessionName="e2e")["Credentials"]
        return Aws(self.url, key=made["AccessKeyId"], secret=made["SecretAccessKey"], token=made["SessionToken"])

    # ---- queues ----

    def send(self, queue: str, *bodies: str) -> None:
        """Sends messages in one batch each ten."""
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
            answer = self.client("sqs").send_message_batch(QueueUrl=self.outputs[queue], Entries=entries)
            expect(not answer.get("Failed"), f"{queue}: {answer}")

    def waiting(self, queue: str) -> dict[str, int]:
        """How many messages are visible, hidden, delayed."""
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        url = self.outputs[queue]
        counts = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return {name.removeprefix("ApproximateNumberOf"): int(counts[name]) for name in names}

    def hide_for(self, queue: str, seconds: int) -> None:
        """Another visibility timeout than the template's, whose minutes nobody waits for here."""
        attributes = {"VisibilityTimeout": str(seconds)}
        self.client("sqs").set_queue_attributes(QueueUrl=self.outputs[queue], Attributes=attributes)

    def drained(self, seconds: float) -> None:
        """Waits until no message is visible, hidden or delayed, twice in a row: one may be sent as another is deleted."""
        empty = 0

        def quiet() -> bool:
            nonlocal empty
            queues = ("RequestsUrl", "DailyJobsUrl", "MonthlyJobsUrl")
            empty = 0 if any(sum(self.waiting(queue).values()) for queue in queues) else empty + 1
            return empty == 2

        try:
            until("the queues are empty", seconds, quiet)
        except Failed as failed:
            left = {queue: self.waiting(queue) for queue in self.outputs if queue.endswith("Url")}
            raise Failed(f"{failed}: {left}") from None

    def receive_all(self, queue: str, count: int, seconds: float = 20) -> list[str]:
        """Takes a number of messages off a queue that nobody else polls."""
        sqs, url = self.client("sqs"), self.outputs[queue]
        bodies: list[str] = []

        def enough() -> bool:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(bodies) >= count

        until(f"{count} messages in {queue}", seconds, enough)
        return bodies

    def nothing_is_dead(self) -> None:
        """All dead-letter queues are empty."""
        for queue in ("RequestsDeadUrl", "DailyJobsDeadUrl", "MonthlyJobsDeadUrl"):
            counts = self.waiting(queue)
            expect(not sum(counts.values()), f"{queue} is not empty: {counts}")

    # ---- logs ----

    def logged(self, function: str) -> list[str]:
        """What a function has printed, as CloudWatch keeps it."""
        pages = (
            self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{STACK}-{function}")
        )
        return [line for page in pages for event in page["events"] for line in event["message"].splitlines()]

    # ---- the lake ----

    def keys(self, prefix: str, bucket: str = LAKE) -> dict[str, str]:
        """Keys below a prefix, and their ETags."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {found["Key"]: found["ETag"] for page in pages for found in page.get("Contents", [])}

    def read(self, key: str, bucket: str = LAKE) -> bytes:
        """An object, out of its gzip if it is in one."""
        body = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return gzip.decompress(body) if key.endswith(".gz") else body

    def journal(self, table: str, partition: str) -> list[dict[str, Any]]:
        """The entries of a partition's journal, in order."""
        keys = sorted(self.keys(f"{LAKE_PREFIX}_journal/{table}/{partition}/"))
        # next to the entries are the inputs and the facts of commits, whose names end with .ndjson.gz
        return [json.loads(self.read(key)) for key in keys if key.endswith(".json.gz")]

    def commits(self, table: str, partition: str) -> list[dict[str, Any]]:
        """Its commits alone."""
        return [entry for entry in self.journal(table, partition) if entry["entry"] == "commit"]

    def parts(self, day: str) -> dict[str, str]:
        """The parts of a day of the main table that can be seen, and their ETags."""
        year, month, date = day.split("-")
        return self.keys(f"{LAKE_PREFIX}cloudtrail_daily/year={year}/month={month}/day={date}/")

    # ---- queries ----

    def query(self, sql: str) -> list[list[str | None]]:
        """The rows Athena answers, over the tables of the stack's database, in its workgroup."""
        athena = self.client("athena")
        started = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self.outputs["Database"]},
            WorkGroup=self.outputs["WorkGroup"],
        )
        query = started["QueryExecutionId"]

        def ended() -> dict[str, Any] | None:
            status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            return status if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

        status = until(f"Athena answers {sql}", 60, ended, pause=0.1)
        expect(status["State"] == "SUCCEEDED", f"Athena: {sql}: {status.get('StateChangeReason')}")
        rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
        answers = [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]
        expect("mock_value" not in str(answers), "Athena answers mock_value: ministack has no duckdb")
        return answers

    def count(self, table: str, where: str) -> int:
        """How many rows Athena counts."""
        return int(self.query(f"SELECT count(*) FROM {table} WHERE {where}")[0][0] or 0)
