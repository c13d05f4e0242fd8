"""Lets checkov judge infra/template.yaml and the workflows of .github: nothing may fail, and what is excused there has its
reason. Needs PyPI once, for a venv of its own in target/tools; checkov itself asks nobody."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from trailmill_dev import venv
from trailmill_dev.expect import Failed
from trailmill_dev.workspace import ROOT, TEMPLATE

WORKFLOWS = ROOT / ".github/workflows"
FRAMEWORKS = ("cloudformation", "github_actions")


def judge(files: list[pathlib.Path]) -> list[dict[str, Any]]:
    """What checkov says of some files, a report for each of its frameworks. Fails if it does not run."""
    # without Prisma Cloud, and without the settings and keys of whoever runs it
    options = ["--skip-download", "--output", "json"]
    for framework in FRAMEWORKS:
        options += ["--framework", framework]
    for file in files:
        options += ["--file", str(file.relative_to(ROOT))]
    bin_folder = venv.own("checkov")
    environment = {"PATH": os.environ["PATH"], "HOME": str(bin_folder)}
    command = [str(bin_folder / "checkov"), *options]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    try:
        reports = json.loads(run.stdout)
    except ValueError:
        raise Failed(
            f"checkov ended with {run.returncode} and no report:\n{run.stdout[-500:]}{run.stderr[-2000:]}"
        ) from None
    return reports if isinstance(reports, list) else [reports]


def wrongs(reports: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong by the reports, a line each."""
    missing = set(FRAMEWORKS) - {report.get("check_type") for report in reports if report.get("summary", {}).get("passed")}
    for framework in sorted(missing):
        yield f"checkov passed no check of {framework}: has it read the files?"
    for report in reports:
        results = report.get("results", {})
        for file in results.get("parsing_errors", []):
            yield f"{file}: checkov cannot read it"
        for check in results.get("failed_checks", []):
            yield f"{place(check)}: {check['check_id']} {check['check_name']}"
        for check in results.get("skipped_checks", []):
            if not check["check_result"].get("suppress_comment", "").strip():
                yield f"{place(check)}: {check['check_id']} is excused without a reason"


def place(check: dict[str, Any]) -> str:
    """The file, the first line and the resource of a check."""
    return f"{check['file_path'].lstrip('/')}:{check['file_line_range'][0]}: {check['resource']}"


def main(arguments: list[str]) -> int:
    """Prints what is wrong."""
    argparse.ArgumentParser(prog="scripts/check checkov", description=__doc__).parse_args(arguments)
    reports = judge([TEMPLATE, *sorted(WORKFLOWS.glob("*.yml"))])
    found = list(wrongs(reports))
    for wrong in found:
        print(wrong, file=sys.stderr)
    if not found:
        for report in reports:
            print(f"{report['check_type']}: {report['summary']['passed']} passed, {report['summary']['skipped']} excused")
    return 1 if found else 0
