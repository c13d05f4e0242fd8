"""The programs that a person types, and what they require."""

import re
import runpy
import sys

import pytest

from trailmill_dev.expect import Failed, expect, present, short
from trailmill_dev.front import Program, choose
from trailmill_dev.workspace import SCRIPTS

PROGRAMS = {"one": Program("suite.over_s3", "the first"), "two": Program("deploy", "the second", tools=False)}


def chosen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status of a front with these arguments."""
    monkeypatch.setattr(sys, "argv", ["scripts/front", *arguments])
    return choose("A front.", PROGRAMS)


def test_a_front_lists_its_programs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen(monkeypatch) == 0
    printed = capsys.readouterr().out
    assert "usage: scripts/front NAME" in printed
    assert re.search("one +the first", printed)


def test_an_unknown_name_is_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen(monkeypatch, "three") == 2
    assert "no 'three'" in capsys.readouterr().err


FRONTS = sorted(path.name for path in SCRIPTS.iterdir() if path.is_file() and not path.suffix)
# names of what is behind a front with several programs
BEHIND = [
    (front, name)
    for front in ("bench", "check")
    for name in runpy.run_path(str(SCRIPTS / front), run_name=front)["PROGRAMS"]
]


def helped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], front: str, *arguments: str) -> str:
    """What a front prints with some arguments and --help, in this process."""
    monkeypatch.chdir(SCRIPTS)
    monkeypatch.setattr(sys, "argv", [str(SCRIPTS / front), *arguments, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPTS / front), run_name="__main__")
    assert ended.value.code in (0, None)
    return capsys.readouterr().out


@pytest.mark.parametrize("front", FRONTS)
def test_every_front_has_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], front: str) -> None:
    assert f"usage: scripts/{front} " in helped(monkeypatch, capsys, front)


@pytest.mark.parametrize(("front", "name"), BEHIND)
def test_what_is_behind_a_front_has_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], front: str, name: str
) -> None:
    assert f"usage: scripts/{front} {name} " in helped(monkeypatch, capsys, front, name)


def test_a_front_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(SCRIPTS)
    monkeypatch.setattr(sys, "argv", [str(SCRIPTS / "mutants"), "--check", "nonsense"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPTS / "mutants"), run_name="__main__")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "FAILED: no mutant nonsense in tests/mutants\n"


def test_a_failure_is_its_message() -> None:
    expect(1, "no")
    values: list[object] = [False, None, [], ""]
    for nothing in values:
        with pytest.raises(Failed, match=r"^why$"):
            expect(nothing, "why")
    assert present(0, "no") == 0
    with pytest.raises(Failed, match=r"^why$"):
        present(None, "why")


def test_a_long_value_is_cut() -> None:
    assert short("x") == "'x'"
    assert short("x" * 1000).endswith("... (1002 characters)")


@pytest.mark.parametrize("name", ["requirements", "requirements-awscli", "requirements-deploy", "requirements-spark"])
def test_every_requirement_has_a_reason_a_version_and_hashes(name: str) -> None:
    lines = (SCRIPTS / f"{name}.in").read_text().splitlines()
    direct = [line for line in lines if line and not line.startswith("#")]
    for line in direct:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line)
    compiled = (SCRIPTS / f"{name}.txt").read_text()
    entries = re.findall(r"^(\S+==\S+).*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", compiled, re.MULTILINE)
    assert len(entries) == len(re.findall("^[a-z]", compiled, re.MULTILINE))
    assert set(direct) <= {entry for entry, _ in entries}
