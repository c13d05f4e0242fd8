"""Builds the functions, uploads them, and creates or updates the stack of infra/template.yaml. Needs rustup, python3
and the aws CLI with credentials and a region; docs/guide/operations.md has the parameters. A parameter that is not named
keeps the value it has in the stack, or its default in a new one."""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import zipfile
from typing import Any

from trailmill_dev import venv
from trailmill_dev.expect import Failed, expect
from trailmill_dev.workspace import ROOT, TEMPLATE, target

# the functions, and what the stack's parameters with the key and the object version of their zip files begin with
FUNCTIONS = {"fan-out": "FanOutCode", "daily": "DailyCode", "monthly": "MonthlyCode"}
# an architecture of Lambda: the target of rustc, and the flag of cargo-lambda
ARCHITECTURES = {
    "arm64": ("aarch64-unknown-linux-gnu", "--arm64"),
    "x86_64": ("x86_64-unknown-linux-gnu", "--x86-64"),
}
# what Lambda keeps of a function's cold start is short where its zip is small
LARGEST = 10_000_000
PARAMETER = re.compile(r"[A-Z][^=]*=.*", re.DOTALL)


def parameter(text: str) -> str:
    """A parameter of the stack, as NAME=VALUE."""
    if not PARAMETER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not PARAMETER=VALUE")
    return text


def options(arguments: list[str]) -> argparse.Namespace:
    """What to build and to deploy. Ends the process where something is missing."""
    parser = argparse.ArgumentParser(prog="scripts/deploy", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--code-bucket",
        default="",
        metavar="BUCKET",
        help="a bucket of the stack's region, for the zip files and the template",
    )
    parser.add_argument(
        "--code-prefix", default="trailmill/", metavar="PREFIX", help="what their keys begin with [trailmill/]"
    )
    parser.add_argument("--stack", default="trailmill", metavar="NAME", help="the stack [trailmill]")
    parser.add_argument("--arch", default="arm64", choices=ARCHITECTURES, help="[arm64]")
    parser.add_argument("--build-only", action="store_true", help="only make the zip files")
    parser.add_argument("--no-build", action="store_true", help="take the zip files of the last build")
    parser.add_argument("parameters", nargs="*", type=parameter, metavar="PARAMETER=VALUE", help="parameters of the stack")
    said = parser.parse_intermixed_args(arguments)
    if said.code_prefix and not said.code_prefix.endswith("/"):
        said.code_prefix += "/"
    if not said.build_only:
        if not said.code_bucket:
            parser.error("--code-bucket names a bucket for the zip files")
        if not shutil.which("aws"):
            parser.error("the aws CLI is not on the path")
    return said


def call(*command: str | pathlib.Path, path: str = "") -> None:
    """Runs a command, with folders before the others on the path. Fails if the command does, which has said why."""
    environment = os.environ | {"PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise Failed(f"{command[0]} {command[1]} failed")


def build(architecture: str) -> None:
    """Builds the zip files of the functions."""
    rust_target, flag = ARCHITECTURES[architecture]
    if not venv.PYTHON.exists():
        venv.make()
    # zig links for either architecture, with the old glibc that Lambda has
    venv.pip_install(venv.PYTHON, venv.DEPLOY_REQUIREMENTS)
    if shutil.which("rustup"):
        call("rustup", "target", "add", rust_target)
    # cargo finds cargo-lambda on the path, and cargo-lambda python with its zig
    lambda_build = ["--profile", "dist", "--locked", "--output-format", "zip", flag, "--package", "functions"]
    call("cargo", "lambda", "build", *lambda_build, path=str(venv.BIN))


def zip_of(function: str) -> pathlib.Path:
    """The zip file of a function, where the build leaves it."""
    return target() / f"lambda/trailmill-{function}/bootstrap.zip"


def check_zip(function: str) -> None:
    """Copies a function's zip file to a name of its own and prints its size. Fails if it is missing or too large."""
    built = zip_of(function)
    expect(built.is_file(), f"{built} is not there: build it first")
    size = built.stat().st_size
    expect(size <= LARGEST, f"{built} has {size} bytes, more than {LARGEST}")
    copy = target() / f"lambda/trailmill-{function}.zip"
    shutil.copyfile(built, copy)
    print(f"{copy} {size} bytes", flush=True)


def key_of(function: str, prefix: str, architecture: str, built: pathlib.Path) -> str:
    """The key of a zip file. It names the hash of the program in it, so that a new program is a change of the stack, and the
    same program is none."""
    with zipfile.ZipFile(built) as archive:
        digest = hashlib.sha256(archive.read("bootstrap")).hexdigest()[:32]
    return f"{prefix}trailmill-{function}-{architecture}-{digest}.zip"


def s3api(operation: str, *arguments: str) -> Any:
    """What an operation of S3 answers by the aws CLI; None if it fails, which has said why."""
    run = subprocess.run(
        ["aws", "s3api", operation, "--output", "json", *arguments], stdout=subprocess.PIPE, check=False,
        # that an object is not there yet is no error to show
        stderr=subprocess.DEVNULL if operation == "head-object" else None,
    )  # fmt: skip
    return json.loads(run.stdout or b"{}") if run.returncode == 0 else None


def upload(built: pathlib.Path, bucket: str, key: str) -> str:
    """Uploads a zip file unless it is there; the object's version, empty if its bucket has none. Fails if S3 does."""
    checksum = base64.b64encode(hashlib.sha256(built.read_bytes()).digest()).decode()
    place = ["--bucket", bucket, "--key", key]
    # S3 has computed the checksum of what it stores, so that an object by somebody else is not taken for this one
    answer = s3api("head-object", *place, "--checksum-mode", "ENABLED")
    if answer is None or answer.get("ChecksumSHA256") != checksum:
        answer = s3api("put-object", *place, "--body", str(built), "--checksum-sha256", checksum)
        expect(answer is not None, f"cannot upload {built} to s3://{bucket}/{key}")
    # in a bucket whose versioning is suspended it is "null", which the next upload replaces
    version = answer.get("VersionId") or ""
    return "" if version == "null" else str(version)


def deploy(said: argparse.Namespace) -> None:
    """Uploads the zip files, and creates or updates the stack."""
    overrides = [f"Architecture={said.arch}", f"CodeBucket={said.code_bucket}"]
    for function, name in FUNCTIONS.items():
        key = key_of(function, said.code_prefix, said.arch, zip_of(function))
        version = upload(zip_of(function), said.code_bucket, key)
        overrides += [f"{name}Key={key}", f"{name}Version={version}"]
    if overrides[-1].endswith("="):
        print(
            f"{said.code_bucket} has no versions: whoever may write to it can replace code before it is deployed", flush=True
        )
    # the template is larger than a call to CloudFormation may be, so it goes to the bucket too
    call(
        "aws", "cloudformation", "deploy", "--stack-name", said.stack, "--template-file", TEMPLATE.relative_to(ROOT),
        "--s3-bucket", said.code_bucket, "--s3-prefix", said.code_prefix.removesuffix("/"),
        "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset",
        "--parameter-overrides", *overrides, *said.parameters,
    )  # fmt: skip
    query = "Stacks[0].Outputs[].[OutputKey, OutputValue]"
    call("aws", "cloudformation", "describe-stacks", "--stack-name", said.stack, "--output", "table", "--query", query)


def main(arguments: list[str]) -> int:
    """Builds and deploys, or one of both."""
    said = options(arguments)
    if not said.no_build:
        build(said.arch)
    for function in FUNCTIONS:
        check_zip(function)
    if not said.build_only:
        deploy(said)
    return 0
