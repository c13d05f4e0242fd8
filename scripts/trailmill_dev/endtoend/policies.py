"""The policies of the stack's bucket and queues, as ministack can hold its callers to them."""

import copy
import re
from typing import Any

from trailmill_dev.infra.template import listed

ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")


def for_ministack(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy that means to ministack what it means to AWS.

    It serves plain HTTP, so the statement that refuses that goes. aws:PrincipalArn is the ARN of a role to AWS, and to
    ministack that of the role's session. A batch needs sqs:SendMessage of AWS, and sqs:SendMessageBatch of ministack.
    """
    kept = [copy.deepcopy(each) for each in policy["Statement"] if each.get("Sid") != "TlsOnly"]
    for statement in kept:
        if "sqs:SendMessage" in listed(statement["Action"]):
            statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        for keys in statement.get("Condition", {}).values():
            for key, values in keys.items():
                if key == "aws:PrincipalArn":
                    keys[key] = [session_of(value) for value in listed(values)]
    return {**policy, "Statement": kept}


def session_of(arn: str) -> str:
    """The pattern of the ARNs of a role's sessions; any other text as it is."""
    return ROLE.sub(r"arn:aws:sts::\1:assumed-role/\2/*", arn)
