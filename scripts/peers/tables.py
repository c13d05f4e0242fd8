"""Tables on a terminal and for the documentation."""


def show(table: list[list[str]], markdown: bool) -> None:
    """Prints a table whose first row is its head."""
    if markdown:
        lines = [table[0], ["---"] * len(table[0]), *table[1:]]
        print("\n".join("| " + " | ".join(cells) + " |" for cells in lines), flush=True)
        return
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        print("  ".join(cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in
                        enumerate(zip(cells, widths, strict=True))), flush=True)


def columns(table: list[list[str]]) -> list[list[str]]:
    """The columns that have anything in them."""
    kept = [at for at in range(len(table[0])) if any(cells[at] for cells in table[1:])]
    return [[cells[at] for at in kept] for cells in table]
