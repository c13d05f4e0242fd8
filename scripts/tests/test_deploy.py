"""scripts/deploy: its arguments, and the keys of zip files."""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import zipfile

import pytest

from trailmill_dev import deploy
from trailmill_dev.expect import Failed
from trailmill_dev.infra.template import Template
from trailmill_dev.workspace import TEMPLATE


def parsed(*arguments: str) -> argparse.Namespace:
    """The options of a build without a deployment."""
    return deploy.options(["--build-only", *arguments])


def test_parameters_may_stand_between_options() -> None:
    said = parsed("SourceBucket=logs", "--stack", "other", "AlarmEmail=a=b")
    assert (said.stack, said.arch, said.parameters) == ("other", "arm64", ["SourceBucket=logs", "AlarmEmail=a=b"])


@pytest.mark.parametrize(("given", "prefix"), [("some/where", "some/where/"), ("some/", "some/"), ("", "")])
def test_a_prefix_ends_with_a_slash(given: str, prefix: str) -> None:
    assert parsed("--code-prefix", given).code_prefix == prefix


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["lower=1"], ["--arch", "mips"], ["--stack"], ["--nonsense"], ["--stac", "x"]]
)
def test_a_wrong_argument_is_an_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*arguments)


def test_a_deployment_needs_a_bucket() -> None:
    with pytest.raises(SystemExit):
        deploy.options([])


def test_a_key_names_the_program_and_not_its_zip(tmp_path: pathlib.Path) -> None:
    def key(program: str, method: int) -> str:
        with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
            archive.writestr("bootstrap", program)
        return deploy.key_of("daily", "code/", "arm64", tmp_path / "x.zip")

    one = key("one", zipfile.ZIP_STORED)
    assert one.startswith("code/trailmill-daily-arm64-")
    assert key("one", zipfile.ZIP_DEFLATED) == one
    assert key("two", zipfile.ZIP_STORED) != one


FAKE_AWS = """\
#!/bin/sh
echo "$@" >> {folder}/calls
[ "$1" = cloudformation ] && exit 0
[ -e {folder}/$2 ] || exit 254
exec cat {folder}/$2
"""


class FakeAws:
    """An aws CLI on the path that answers what a test has put into a folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        program = folder / "aws"
        program.write_text(FAKE_AWS.format(folder=folder))
        program.chmod(0o755)

    def answers(self, **operations: dict[str, str]) -> None:
        """What operations answer; one without an answer fails."""
        for name, answer in operations.items():
            (self.folder / name.replace("_", "-")).write_text(json.dumps(answer))

    def calls(self) -> list[str]:
        """The calls so far."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def aws(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "x.zip").write_bytes(b"code")
    return FakeAws(tmp_path)


CHECKSUM = base64.b64encode(hashlib.sha256(b"code").digest()).decode()


def test_an_upload_gives_the_version_of_its_object(aws: FakeAws) -> None:
    aws.answers(put_object={"ETag": "x", "VersionId": "v1"})
    assert deploy.upload(aws.folder / "x.zip", "code", "some/x.zip") == "v1"
    head, put = aws.calls()
    assert head.startswith("s3api head-object") and head.endswith("--checksum-mode ENABLED")
    assert put.endswith(f"--bucket code --key some/x.zip --body {aws.folder}/x.zip --checksum-sha256 {CHECKSUM}")


def test_the_same_object_is_not_uploaded_again(aws: FakeAws) -> None:
    aws.answers(head_object={"ChecksumSHA256": CHECKSUM, "VersionId": "v1"}, put_object={"VersionId": "v2"})
    assert deploy.upload(aws.folder / "x.zip", "code", "x.zip") == "v1"
    assert len(aws.calls()) == 1


@pytest.mark.parametrize("there", [{"ChecksumSHA256": "bm90IGl0", "VersionId": "v1"}, {"VersionId": "v1"}])
def test_an_object_that_may_be_another_is_replaced(aws: FakeAws, there: dict[str, str]) -> None:
    aws.answers(head_object=there, put_object={"VersionId": "v2"})
    assert deploy.upload(aws.folder / "x.zip", "code", "x.zip") == "v2"


@pytest.mark.parametrize("answer", [{}, {"VersionId": "null"}])
def test_a_bucket_may_have_no_versions(aws: FakeAws, answer: dict[str, str]) -> None:
    aws.answers(put_object=answer)
    assert deploy.upload(aws.folder / "x.zip", "code", "x.zip") == ""


def test_an_upload_that_fails_ends_the_deployment(aws: FakeAws) -> None:
    with pytest.raises(Failed, match=r"cannot upload .*x\.zip to s3://code/x\.zip"):
        deploy.upload(aws.folder / "x.zip", "code", "x.zip")


@pytest.mark.parametrize(("version", "warned"), [("v7", False), ("", True)])
def test_the_stack_is_told_key_and_version(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], version: str, warned: bool
) -> None:
    with zipfile.ZipFile(aws.folder / "x.zip", "w") as archive:
        archive.writestr("bootstrap", "program")
    monkeypatch.setattr(deploy, "zip_of", lambda _: aws.folder / "x.zip")
    aws.answers(put_object={"VersionId": version} if version else {})
    deploy.deploy(deploy.options(["--code-bucket", "code", "LateDays=1"]))
    (call,) = [call for call in aws.calls() if call.startswith("cloudformation deploy")]
    overrides = dict(each.split("=", 1) for each in call.split(" --parameter-overrides ")[1].split())
    for name in ("FanOut", "Daily", "Monthly"):
        assert overrides[f"{name}CodeKey"].startswith("trailmill/trailmill-")
        # an empty one takes that of the last deployment away
        assert overrides[f"{name}CodeVersion"] == version
    assert overrides.keys() <= Template.read(TEMPLATE.read_text(encoding="utf-8")).body["Parameters"].keys()
    assert ("has no versions" in capfd.readouterr().out) == warned
