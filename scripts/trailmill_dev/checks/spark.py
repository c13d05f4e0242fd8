"""Makes the lakes of scripts/check readers, and reads their Parquet with both readers of Spark. Needs Java 17 or newer (CI
installs it), and installs Spark from PyPI: 450 MB."""

import argparse
import pathlib
import sys
import tempfile

from trailmill_dev import venv
from trailmill_dev.checks.readers import checked, demo_lake, lakes_of_samples
from trailmill_dev.expect import Failed
from trailmill_dev.front import end_in_order
from trailmill_dev.readers import java, spark
from trailmill_dev.readers.lake import Lake
from trailmill_dev.workspace import debug_command


def main(arguments: list[str]) -> int:
    """Checks every lake; the first that fails ends it. Where nobody can run Spark, it says so."""
    parser = argparse.ArgumentParser(prog="scripts/check spark", description=__doc__)
    parser.add_argument("command", nargs="?", type=pathlib.Path, help="the command trailmill; a debug build without")
    said = parser.parse_args(arguments)
    end_in_order()
    java_home = java.home()
    if java_home is None:
        return 0
    venv.install_spark()
    command = debug_command(said.command)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            demo_lake(command, folder / "demo")
            made = [folder / "demo/lake", *lakes_of_samples(command, folder / "real")]
            lakes = [Lake(lake, command) for lake in made]
            checked("Spark", lambda: spark.check_spark(lakes, java_home, folder / "spark"))
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0
