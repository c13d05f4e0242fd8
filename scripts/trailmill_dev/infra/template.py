"""A CloudFormation template as Python values, and what can be known of it before it is deployed."""

import copy
from collections.abc import Iterator
from typing import Any

import yaml

GET_ATT, SUB, REF, IF, FIND = "Fn::GetAtt", "Fn::Sub", "Ref", "Fn::If", "Fn::FindInMap"
NO_VALUE = {REF: "AWS::NoValue"}

# what a rule yields: what is wrong, a line each
Wrong = Iterator[str]


class Loader(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions, and nothing twice in a mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping. Raises a ConstructorError where a name is there twice."""
        names = [key.value for key, _ in node.value]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"{repeated} is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def short_form(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """!Ref x is {Ref: x}, !GetAtt a.b is {Fn::GetAtt: [a, b]}, all others have Fn:: before them."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise yaml.constructor.ConstructorError(None, None, f"!{suffix} of what?", node.start_mark)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_form)


class Template:
    """A template; the copies that are broken on purpose share nothing with it."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    @classmethod
    def read(cls, text: str) -> "Template":
        """Of YAML."""
        return cls(yaml.load(text, Loader))  # noqa: S506 — a SafeLoader

    def copy(self) -> "Template":
        """One that can be broken."""
        return Template(copy.deepcopy(self.body))

    def resource(self, name: str) -> dict[str, Any]:
        """The properties of a resource."""
        properties: dict[str, Any] = self.body["Resources"][name]["Properties"]
        return properties

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by their names."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.body["Resources"].items() if resource["Type"] == kind
        }  # fmt: skip

    def statements(self, policy: dict[str, Any]) -> list[dict[str, Any]]:
        """The statements of a policy, those of either branch of an Fn::If too."""
        found = []
        for statement in listed(policy["Statement"]):
            branches = statement[IF][1:] if IF in statement else [statement]
            found += [branch for branch in branches if branch != NO_VALUE]
        return found

    def role_statements(self, role: str) -> list[dict[str, Any]]:
        """What a role's policies say, its own and those that are attached to it."""
        attached = self.of_type("AWS::IAM::Policy").values()
        policies = [
            *self.resource(role).get("Policies", []),
            *(policy for policy in attached if role in map(text, policy.get("Roles", []))),
        ]
        return [statement for policy in policies for statement in self.statements(policy["PolicyDocument"])]

    def may(self, role: str, action: str) -> list[str]:
        """The resources that a role may do an action to."""
        found = []
        for statement in self.role_statements(role):
            if statement["Effect"] == "Allow" and action in listed(statement.get("Action", [])):
                found += [text(resource) for resource in listed(statement["Resource"])]
        return found

    def choices(self, value: Any) -> list[Any]:
        """What a value can be: of a parameter its allowed values or its default, of a map of those what it says."""
        if isinstance(value, dict) and REF in value and value[REF] in self.body["Parameters"]:
            parameter = self.body["Parameters"][value[REF]]
            return parameter.get("AllowedValues") or [parameter.get("Default")]
        if isinstance(value, dict) and FIND in value:
            name, key, field = value[FIND]
            return [self.body["Mappings"][name][str(choice)][field] for choice in self.choices(key)]
        return [value]


def listed(value: Any) -> list[Any]:
    """A list, of one if it is none."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A name of what a value is: Queue.Arn for a GetAtt, Queue for a Ref, the text of a Sub with its ${}."""
    if isinstance(value, dict):
        match value:
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{name}.{attribute}"
            case {"Ref": str() as name}:
                return name
            case {"Fn::Sub": str() as pattern}:
                return pattern
    return str(value)


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a value, with where it is."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{path}[{number}]")
