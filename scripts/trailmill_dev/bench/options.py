"""Options that several benches have, with the same words."""

import argparse
import contextlib
import pathlib
import tempfile
from collections.abc import Iterator


def numbers(text: str) -> list[int]:
    """Numbers above 0 with commas between, from the smallest on."""
    found = sorted({int(number) for number in text.split(",")})
    if found[0] < 1:
        raise ValueError("not above 0")
    return found


def at_least_one(text: str) -> int:
    """A number of runs."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least one")
    return number


def add_release(parser: argparse.ArgumentParser) -> None:
    """--release."""
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")


def add_place(parser: argparse.ArgumentParser) -> None:
    """--dir, --release, --markdown."""
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    add_release(parser)
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/internals/performance.md")


@contextlib.contextmanager
def folder(given: pathlib.Path | None) -> Iterator[pathlib.Path]:
    """The folder of the data: the given one, which stays, or a temporary one."""
    with tempfile.TemporaryDirectory() as temporary:
        place = (given or pathlib.Path(temporary)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        yield place
