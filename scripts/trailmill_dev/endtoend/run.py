"""Deploys infra/template.yaml on ministack, an AWS in a process of 127.0.0.1, and drives it: a backlog, the schedule, late
files, poison, kills, everything twice. The functions are real processes, bound by their roles. Needs Linux."""

import argparse
import io
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable

from trailmill_dev.endtoend.aws import FUNCTIONS, Aws
from trailmill_dev.endtoend.scenarios import SCENARIOS
from trailmill_dev.endtoend.world import World
from trailmill_dev.expect import Failed
from trailmill_dev.ministack import Ministack
from trailmill_dev.workspace import debug_build, target


def zipped(program: pathlib.Path, folder: pathlib.Path) -> bytes:
    """A function's zip: its program, without symbols, as `bootstrap`."""
    folder.mkdir(parents=True)
    bootstrap = folder / "bootstrap"
    shutil.copyfile(program, bootstrap)
    bootstrap.chmod(0o755)
    if bootstrap.read_bytes()[:4] == b"\x7fELF":
        subprocess.run(["strip", bootstrap], check=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(bootstrap, "bootstrap")
    return buffer.getvalue()


def wanted(names: list[str]) -> list[Callable[[World], None]]:
    """The scenarios of these names, and the deployment that all need; all of them without a name."""
    known = {scenario.__name__ for scenario in SCENARIOS}
    if unknown := sorted(set(names) - known):
        raise Failed(f"no scenario {', '.join(unknown)} among {', '.join(sorted(known))}")
    return [scenario for scenario in SCENARIOS if not names or scenario.__name__ in [*names, "deploys"]]


def runs(scenario: Callable[[World], None], world: World) -> bool:
    """Runs a scenario and prints why it fails, if it does."""
    name, started = scenario.__name__, time.monotonic()
    print(f"{name}: {scenario.__doc__}", flush=True)
    try:
        scenario(world)
    except Exception as failed:  # whatever it is, the server's log says more
        if not isinstance(failed, Failed):
            traceback.print_exc()
        said = f"{failed}\nthe log of ministack and the functions ends:\n{world.server.tail()}"
        print(f"{name}: FAILED: {said}", file=sys.stderr)
        return False
    print(f"    ({time.monotonic() - started:.1f} s)", flush=True)
    return True


def main(arguments: list[str]) -> int:
    """Runs the scenarios in their order; the first that fails ends it."""
    parser = argparse.ArgumentParser(prog="scripts/e2e", description=__doc__)
    parser.add_argument(
        "--bootstraps", type=pathlib.Path, metavar="DIR",
        help="a folder with trailmill-fan-out, trailmill-daily and trailmill-monthly; without it they are built",
    )  # fmt: skip
    names = ", ".join(scenario.__name__ for scenario in SCENARIOS)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"which run; without one all do: {names}")
    said = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    scenarios = wanted(said.scenarios)
    built = target() / "debug" if said.bootstraps else debug_build()
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        zips = {
            f"trailmill-{name}.zip": zipped((said.bootstraps or built) / f"trailmill-{name}", home / "bootstraps" / name)
            for name in FUNCTIONS
        }
        server = Ministack(home)
        began = time.monotonic()
        try:
            print(f"ministack answers after {server.answered():.1f} s", flush=True)
            tls = Aws(server.url, over_tls=True)
            world = World(
                server, Aws(server.url), tls, home, zips, str(built / "trailmill"), str(built / "examples/make-day")
            )
            if not all(runs(scenario, world) for scenario in scenarios):
                return 1
        finally:
            server.stop()
    print(f"all hold ({time.monotonic() - began:.0f} s)")
    return 0
