"""What is made of checkov's reports."""

import json
import pathlib
import subprocess
from typing import Any

import pytest

from trailmill_dev import venv
from trailmill_dev.checks import checkov
from trailmill_dev.expect import Failed
from trailmill_dev.workspace import TEMPLATE

CHECK = {
    "check_id": "CKV_AWS_21", "check_name": "versions", "file_path": "/infra/template.yaml", "file_line_range": [7, 9],
    "resource": "AWS::S3::Bucket.Lake", "check_result": {"result": "FAILED"},
}  # fmt: skip


def reports(**results: Any) -> list[dict[str, Any]]:
    """Reports of both frameworks, the first with these results."""
    fine = {"summary": {"passed": 3, "skipped": 1}, "results": {"passed_checks": []}}
    return [
        {"check_type": "cloudformation", **fine, "results": results},
        {"check_type": "github_actions", **fine},
    ]


def excused(reason: str) -> dict[str, Any]:
    return {**CHECK, "check_result": {"result": "SKIPPED", "suppress_comment": reason}}


def test_nothing_is_wrong_where_nothing_fails() -> None:
    assert list(checkov.wrongs(reports())) == []
    assert list(checkov.wrongs(reports(skipped_checks=[excused("because")]))) == []


def test_a_check_that_fails_is_named_with_its_place() -> None:
    (wrong,) = checkov.wrongs(reports(failed_checks=[CHECK]))
    assert wrong == "infra/template.yaml:7: AWS::S3::Bucket.Lake: CKV_AWS_21 versions"


def test_an_excuse_needs_a_reason() -> None:
    (wrong,) = checkov.wrongs(reports(skipped_checks=[excused(" ")]))
    assert wrong.endswith("CKV_AWS_21 is excused without a reason")


def test_a_file_that_is_not_read_is_wrong() -> None:
    assert list(checkov.wrongs(reports(parsing_errors=["/x.yaml"]))) == ["/x.yaml: checkov cannot read it"]
    # as checkov writes it where it has found no file
    nothing = [{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0}]
    for made in (nothing, reports()[:1], [{**report, "summary": {"passed": 0}} for report in reports()]):
        assert any("has it read the files?" in wrong for wrong in checkov.wrongs(made))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What checkov prints, and what it is called with."""
    said: dict[str, Any] = {"stdout": json.dumps(reports())}

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        said.update(command=command, options=options)
        return subprocess.CompletedProcess(command, 1, stdout=said["stdout"], stderr="why")

    monkeypatch.setattr(venv, "own", lambda _: pathlib.Path("/tools/bin"))
    monkeypatch.setattr(subprocess, "run", run)
    return said


def test_checkov_judges_template_and_workflows_and_asks_nobody(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BC_API_KEY", "secret")
    assert checkov.main([]) == 0
    assert "--skip-download" in answer["command"]
    assert {"infra/template.yaml", ".github/workflows/advisories.yml"} <= set(answer["command"])
    assert "BC_API_KEY" not in answer["options"]["env"]
    assert capsys.readouterr().out.startswith("cloudformation: 3 passed, 1 excused\n")


def test_the_exit_status_says_that_something_fails(answer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    answer["stdout"] = json.dumps(reports(failed_checks=[CHECK]))
    assert checkov.main([]) == 1
    assert "CKV_AWS_21" in capsys.readouterr().err


def test_one_framework_is_no_list(answer: dict[str, Any]) -> None:
    answer["stdout"] = json.dumps(reports()[0])
    assert checkov.judge([TEMPLATE]) == reports()[:1]


def test_checkov_without_a_report_is_a_failure(answer: dict[str, Any]) -> None:
    answer["stdout"] = "usage: checkov"
    with pytest.raises(Failed, match=r"no report:\nusage: checkovwhy"):
        checkov.judge([TEMPLATE])
