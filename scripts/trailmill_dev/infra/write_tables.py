"""Writes the Glue tables of infra/template.yaml again, from what the command prints. Run it after a change of the
columns."""

import argparse
import pathlib

from trailmill_dev.infra import glue_tables
from trailmill_dev.workspace import TEMPLATE, debug_command


def main(arguments: list[str]) -> int:
    """Writes the template."""
    parser = argparse.ArgumentParser(prog="scripts/glue-tables", description=__doc__)
    parser.add_argument("command", nargs="?", type=pathlib.Path, help="the command trailmill; a debug build without")
    command = debug_command(parser.parse_args(arguments).command)
    text = TEMPLATE.read_text(encoding="utf-8")
    section = glue_tables.section(glue_tables.tables(command))
    TEMPLATE.write_text(glue_tables.replaced(text, section), encoding="utf-8")
    return 0
