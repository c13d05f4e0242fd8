"""Tables for a terminal and for the documentation."""


def aligned(table: list[list[str]]) -> list[str]:
    """The lines of a table for a terminal: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]


def markdown_lines(table: list[list[str]]) -> list[str]:
    """The lines of a table in Markdown, whose first row is the head."""
    rows = [table[0], ["---"] * len(table[0]), *table[1:]]
    return ["| " + " | ".join(row) + " |" for row in rows]


def show(table: list[list[str]], markdown: bool = False) -> None:
    """Prints a table whose first row is its head."""
    print("\n".join(markdown_lines(table) if markdown else aligned(table)), flush=True)
