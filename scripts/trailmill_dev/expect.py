"""How a check, a scenario or a run fails: with the one thing that is wrong."""

from typing import TypeVar

T = TypeVar("T")


class Failed(Exception):
    """What does not hold. The message names the file, the column, the query or the command, and says what was seen."""


def expect(holds: object, otherwise: str) -> None:
    """Fails with a message where a condition does not hold. Unlike `assert`, it does so under `python -O` too."""
    if not holds:
        raise Failed(otherwise)


def present(value: T | None, otherwise: str) -> T:
    """A value that must be there; fails with a message where it is None."""
    if value is None:
        raise Failed(otherwise)
    return value


def short(value: object) -> str:
    """A value for a message: records are long."""
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
