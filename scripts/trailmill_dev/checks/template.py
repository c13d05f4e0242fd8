"""Checks infra/template.yaml: cfn-lint, rules of our own with mistakes that they must see, and its tables, which must
be those that the command prints."""

import argparse
import pathlib
import subprocess
import sys

from trailmill_dev.infra import glue_tables, mistakes, rules
from trailmill_dev.infra.template import Template
from trailmill_dev.venv import BIN
from trailmill_dev.workspace import TEMPLATE, debug_command

# CloudFormation takes 51,200 bytes in a call, and 1 MB from a bucket, where scripts/deploy puts it
LARGEST = 1_000_000


def main(arguments: list[str]) -> int:
    """Prints what is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/check template", description=__doc__)
    parser.add_argument("command", nargs="?", type=pathlib.Path, help="the command trailmill; a debug build without")
    command = debug_command(parser.parse_args(arguments).command)

    linted = subprocess.run([BIN / "cfn-lint", TEMPLATE], check=False).returncode
    if linted != 0:
        return linted
    text = TEMPLATE.read_text(encoding="utf-8")
    template = Template.read(text)
    found = rules.wrongs(template)
    # where the template itself is wrong, the mistakes say nothing
    found = found or mistakes.unseen(template, rules.wrongs)
    if len(text) > LARGEST:
        found.append(f"the template has {len(text)} bytes, and CloudFormation takes {LARGEST}")
    tables = glue_tables.tables(command)
    if glue_tables.replaced(text, glue_tables.section(tables)) != text:
        found.append("its tables are not those that the command prints: run scripts/glue-tables")
    for wrong in found:
        print(f"infra/template.yaml: {wrong}", file=sys.stderr)
    if not found:
        said = f"{len(rules.RULES)} rules hold, {len(mistakes.MISTAKES)} mistakes are seen"
        print(f"infra/template.yaml: {said}, {len(tables)} tables are the command's")
    return 1 if found else 0
