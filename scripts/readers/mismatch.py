"""How a check fails: with the one thing that is wrong."""


class Mismatch(Exception):
    """Two sources disagree; the message names the file, the column or the query."""


def expect(condition: object, message: str) -> None:
    """Unlike `assert`, is there with `python -O` too."""
    if not condition:
        raise Mismatch(message)


def short(value: object) -> str:
    """A value for a message: records are long."""
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
