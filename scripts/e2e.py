"""Deploys infra/template.yaml on ministack and drives it. Called by scripts/e2e: BOOTSTRAPS COMMAND MAKE_DAY FOLDER
[SCENARIO...]"""

import io
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import traceback
import zipfile

from endtoend.aws import FUNCTIONS, Aws
from endtoend.failed import Failed
from endtoend.ministack import Ministack
from endtoend.scenarios import SCENARIOS, World


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


def main() -> int:
    """Runs the scenarios in their order; the first that fails ends it."""
    bootstraps, command, make_day, folder = sys.argv[1:5]
    wanted = sys.argv[5:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    home = pathlib.Path(folder)
    zips = {
        f"trailmill-{name}.zip": zipped(pathlib.Path(bootstraps) / f"trailmill-{name}", home / "bootstraps" / name)
        for name in FUNCTIONS
    }
    server = Ministack(home)
    began = time.monotonic()
    try:
        print(f"ministack answers after {server.answered():.1f} s", flush=True)
        tls = Aws(server.url, over_tls=True)
        world = World(server, Aws(server.url), tls, home, zips, command, make_day)
        for scenario in SCENARIOS:
            name = scenario.__name__
            if wanted and name not in [*wanted, "deploys"]:
                continue
            started = time.monotonic()
            print(f"{name}: {scenario.__doc__}", flush=True)
            try:
                scenario(world)
            except Exception as failed:  # whatever it is, the server's log says more
                if not isinstance(failed, Failed):
                    traceback.print_exc()
                said = f"{failed}\nthe log of ministack and the functions ends:\n{server.tail()}"
                print(f"{name}: FAILED: {said}", file=sys.stderr)
                return 1
            print(f"    ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        server.stop()
    print(f"all hold ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
