"""The policies of the stack, as ministack is given them."""

import json
from typing import Any

from trailmill_dev.endtoend.policies import for_ministack

OPERATOR = "arn:aws:iam::000000000000:role/trailmill/operator"


def statement(sid: str, action: str | list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", "Condition": condition}


def test_a_role_is_its_sessions_and_a_message_is_a_batch_too() -> None:
    named = statement("Named", "sqs:SendMessage", {"ArnNotLike": {"aws:PrincipalArn": [OPERATOR]}, "Null": {"x": "false"}})
    policy = {"Version": "2012-10-17", "Statement": [statement("TlsOnly", "sqs:*", {"Bool": {"x": "false"}}), named]}
    before = json.dumps(policy)
    (made,) = for_ministack(policy)["Statement"]
    assert made == {
        **named,
        "Action": ["sqs:SendMessage", "sqs:SendMessageBatch"],
        "Condition": {
            "ArnNotLike": {"aws:PrincipalArn": ["arn:aws:sts::000000000000:assumed-role/operator/*"]},
            "Null": {"x": "false"},
        },
    }
    assert json.dumps(policy) == before


def test_other_statements_stay_as_they_are() -> None:
    without_condition = {"Sid": "All", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}
    null = statement("Null", "s3:PutObject", {"Null": {"s3:if-none-match": "true"}})
    assert for_ministack({"Statement": [without_condition, null]})["Statement"] == [without_condition, null]
