"""Ways to break a template: what the lists of mistakes are made of."""

from collections.abc import Callable
from typing import Any

from trailmill_dev.infra.template import Template

DELETE = object()


def put(name: str, *path: Any) -> Callable[[Template], None]:
    """Sets the value at a path of a resource's properties: the last of the path is the value, DELETE takes it away."""
    *steps, last, value = path

    def make(template: Template) -> None:
        at: Any = template.resource(name)
        for step in steps:
            at = at[step]
        if value is DELETE:
            del at[last]
        else:
            at[last] = value

    return make


def allow(role: str, action: str, resource: object) -> Callable[[Template], None]:
    """Another statement of a role."""

    def make(template: Template) -> None:
        policy = template.resource(role)["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource})

    return make


def drop(role: str, action: str) -> Callable[[Template], None]:
    """A role without an action."""

    def make(template: Template) -> None:
        for statement in template.role_statements(role):
            if isinstance(statement["Action"], list):
                statement["Action"] = [each for each in statement["Action"] if each != action]
            elif statement["Action"] == action:
                statement["Action"] = []

    return make


def keep(name: str, policy: str, value: str) -> Callable[[Template], None]:
    """What becomes of a resource when its stack is removed."""
    return lambda template: template.body["Resources"][name].update({policy: value})


def remove(name: str) -> Callable[[Template], None]:
    """A template without a resource."""
    return lambda template: template.body["Resources"].pop(name)


def quick(seconds: str, hidden: int) -> Callable[[Template], None]:
    """Another visibility for a timeout."""
    return lambda template: template.body["Mappings"]["VisibilitySeconds"][seconds].update({"Value": hidden})


def drop_statement(policy: str, number: int) -> Callable[[Template], None]:
    """A policy without one of its statements."""
    return lambda template: template.resource(policy)["PolicyDocument"]["Statement"].pop(number)


def set_parameter(name: str, **changes: object) -> Callable[[Template], None]:
    """Another parameter."""
    return lambda template: template.body["Parameters"][name].update(changes)
