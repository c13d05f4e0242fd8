"""Which cores of the machine a process may run on. Linux only."""

import contextlib
import math
import os
import sys
from collections.abc import Iterator


def cores(share: float) -> tuple[list[int], list[int]]:
    """The cores for a share of CPU (1.0 is a core), and those for all else: the rest, or all where none is left."""
    every = sorted(os.sched_getaffinity(0))
    here = every[: max(1, math.ceil(share))]
    if share > len(here):
        sys.exit(f"{share:.2f} cores are more than this machine has: {len(every)}")
    return here, every[len(here) :] or every


@contextlib.contextmanager
def pinned(to: list[int] | None) -> Iterator[None]:
    """What is started within the block runs on these cores; without any, on those of this process."""
    if not to:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
