"""The rules of infra/template.yaml: they hold, and each sees the mistakes that are its own."""

from collections.abc import Callable

import pytest
import yaml

from trailmill_dev.infra.mistakes import MISTAKES, unseen
from trailmill_dev.infra.rules import RULES, wrongs
from trailmill_dev.infra.template import Template, text, walk
from trailmill_dev.workspace import TEMPLATE


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.read(TEMPLATE.read_text(encoding="utf-8"))


def test_every_rule_holds(template: Template) -> None:
    assert wrongs(template) == []


@pytest.mark.parametrize(("rule", "make"), MISTAKES, ids=[f"{number}-{rule}" for number, (rule, _) in enumerate(MISTAKES)])
def test_a_mistake_is_seen_by_its_rule(template: Template, rule: str, make: Callable[[Template], None]) -> None:
    broken = template.copy()
    make(broken)
    assert rule in {wrong.partition(":")[0] for wrong in wrongs(broken)}


def test_every_rule_has_a_mistake() -> None:
    assert {rule for rule, _ in MISTAKES} == {rule.__name__ for rule in RULES}


def test_a_mistake_that_no_rule_sees_is_named(template: Template) -> None:
    found = unseen(template, lambda _: [])
    assert len(found) == len(MISTAKES)
    assert found[0].startswith("mistake 0 (actions_are_named)")


def test_a_mistake_leaves_the_template_as_it_was(template: Template) -> None:
    before = repr(template.body)
    unseen(template, wrongs)
    assert repr(template.body) == before


def test_short_forms_are_functions() -> None:
    body = Template.read("a: !Ref X\nb: !GetAtt X.Arn.More\nc: !Sub '${X}'\nd: !If [A, !Ref B, c]\n").body
    assert body == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["X", "Arn.More"]},
        "c": {"Fn::Sub": "${X}"},
        "d": {"Fn::If": ["A", {"Ref": "B"}, "c"]},
    }
    assert [text(body[name]) for name in "abc"] == ["X", "X.Arn.More", "${X}"]


def test_a_name_that_is_there_twice_is_an_error() -> None:
    with pytest.raises(yaml.constructor.ConstructorError, match="there twice"):
        Template.read("a: 1\na: 2\n")


def test_a_walk_says_where_values_are() -> None:
    assert dict(walk({"a": [1, {"b": 2}]}))[".a[1].b"] == 2
