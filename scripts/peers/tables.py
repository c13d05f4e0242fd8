"""Numbers as they are given, and tables for a terminal and the documentation."""


def numbers(text: str) -> list[int]:
    """Numbers above 0 with commas between, from the smallest on."""
    found = sorted({int(number) for number in text.split(",")})
    if found[0] < 1:
        raise ValueError("not above 0")
    return found


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
