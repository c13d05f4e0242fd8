"""scripts/deploy: its arguments, and the keys of zip files."""

import argparse
import pathlib
import zipfile

import pytest

from trailmill_dev import deploy


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
