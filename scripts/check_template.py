"""Holds infra/template.yaml against the rules of scripts/infra, and its tables against the command. Called by
scripts/check-template: COMMAND"""

import pathlib
import sys

from infra import glue_tables, mistakes, rules
from infra.template import Template

TEMPLATE = pathlib.Path(__file__).parent.parent / "infra" / "template.yaml"
# CloudFormation takes 51,200 bytes in a call, and 1 MB from a bucket, where scripts/deploy puts it
LARGEST = 1_000_000


def main() -> int:
    """Prints what is wrong."""
    text = TEMPLATE.read_text(encoding="utf-8")
    template = Template.read(text)
    found = rules.wrongs(template)
    # where the template itself is wrong, the mistakes say nothing
    found = found or mistakes.unseen(template, rules.wrongs)
    if len(text) > LARGEST:
        found.append(f"the template has {len(text)} bytes, and CloudFormation takes {LARGEST}")
    tables = glue_tables.tables(sys.argv[1])
    if glue_tables.replaced(text, glue_tables.section(tables)) != text:
        found.append("its tables are not those that the command prints: run scripts/glue-tables")
    for wrong in found:
        print(f"infra/template.yaml: {wrong}", file=sys.stderr)
    if not found:
        said = f"{len(rules.RULES)} rules hold, {len(mistakes.MISTAKES)} mistakes are seen"
        print(f"infra/template.yaml: {said}, {len(tables)} tables are the command's")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
