"""Runs a command and writes what it cost: RESULT COMMAND....

A process of its own, and a small one: the peak memory that Linux gives for a child is never less than that of the process
which started it. It imports nothing of this package, for it runs without site-packages.
"""

import json
import os
import sys
import time


def main() -> None:
    """Runs the command to its end."""
    result, *command = sys.argv[1:]
    start = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - start
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}
    with open(result, "w", encoding="utf-8") as file:
        json.dump({**cost, "status": os.waitstatus_to_exitcode(status)}, file)


if __name__ == "__main__":
    main()
