"""Where the tools come from: by hash, and with advisories looked for."""

import pathlib
import re
import subprocess
from typing import Any

import pytest
import yaml

from trailmill_dev import lock, venv
from trailmill_dev.checks import advisories
from trailmill_dev.expect import Failed
from trailmill_dev.workspace import ROOT, SCRIPTS

# what installs from PyPI, in a command line or a list of arguments
INSTALLS = re.compile(r"""\b(pip3?|pipx|uv|uvx)["',\s]+(pip["',\s]+)?(install|sync|download|run|tool)\b""")


def tracked() -> list[pathlib.Path]:
    """The files of the repository but this one."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and path != pathlib.Path(__file__)]


def test_pip_is_called_in_one_place() -> None:
    found = {path for path in tracked() if INSTALLS.search(path.read_bytes().decode(errors="replace"))}
    assert found == {SCRIPTS / "trailmill_dev/venv.py"}


@pytest.mark.parametrize(
    "line", ["pip install uv", "python -m pip install uv", '"-m", "pip", "install", x', "uv pip sync x", "pipx run x"]
)
def test_other_calls_would_be_seen(line: str) -> None:
    assert INSTALLS.search(line)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run, each of which succeeds."""
    made: list[list[str]] = []

    def run(command: list[Any], **_: Any) -> subprocess.CompletedProcess[bytes]:
        made.append(list(map(str, command)))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return made


def test_every_package_is_a_wheel_with_a_hash(commands: list[list[str]]) -> None:
    venv.pip_install(venv.PYTHON, venv.REQUIREMENTS)
    assert {"--require-hashes", "--only-binary=:all:"} <= set(commands[0])


def test_a_venv_of_its_own_is_made_when_its_requirements_change(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr(venv, "SCRIPTS", tmp_path)
    monkeypatch.setattr(venv, "target", lambda: tmp_path)
    monkeypatch.setattr("venv.create", lambda folder, **_: folder.mkdir(parents=True, exist_ok=True))
    requirements = tmp_path / "requirements-x.txt"
    requirements.write_text("one")
    assert venv.own("x") == venv.own("x") == tmp_path / "tools/x/bin"
    assert len(commands) == 1
    assert commands[0][0] == str(tmp_path / "tools/x/bin/python")
    assert commands[0][-1] == str(requirements)
    requirements.write_text("two")
    venv.own("x")
    assert len(commands) == 2


def test_hashes_are_written_for_every_file_of_requirements(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venv, "own", lambda name: pathlib.Path("/tools") / name)
    assert lock.main([]) == 0
    assert {command[-1] for command in commands} == {path.name for path in SCRIPTS.glob("requirements*.in")}
    assert all(command[0] == "/tools/lock/uv" and "--generate-hashes" in command for command in commands)
    commands.clear()
    assert lock.main(["requirements-lock", "--upgrade"]) == 0
    assert [command[-3:] for command in commands] == [["--output-file", "requirements-lock.txt", "requirements-lock.in"]]
    assert "--upgrade" in commands[0]
    with pytest.raises(SystemExit):
        lock.main(["nonsense"])


@pytest.mark.parametrize(("fails", "why"), [(0, "cannot fetch https://github.com/RustSec"), (1, "an advisory is about")])
def test_advisories_are_looked_for_in_the_newest_database(monkeypatch: pytest.MonkeyPatch, fails: int, why: str) -> None:
    asked: list[list[str]] = []

    def deny(arguments: list[str]) -> bool:
        asked.append(arguments)
        return len(asked) <= fails

    monkeypatch.setattr(advisories, "deny", deny)
    with pytest.raises(Failed, match=why):
        advisories.main([])
    assert asked == [advisories.FETCH, advisories.CHECK][: fails + 1]


@pytest.mark.parametrize("command", [advisories.FETCH, advisories.CHECK])
def test_cargo_deny_knows_the_commands(command: list[str]) -> None:
    assert advisories.deny([*command, "--help"])
    assert not advisories.deny([*command, "--nonsense", "--help"])


def test_a_workflow_looks_for_advisories_on_a_schedule_by_nobodys_action() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/advisories.yml").read_text())
    # YAML 1.1 reads `on` as true
    assert workflow[True]["schedule"]
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["advisories"]["steps"]
    assert steps[-1]["run"] == "scripts/check advisories"
    for step in steps:
        # a tag can be moved
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]) if "uses" in step else step["run"]
