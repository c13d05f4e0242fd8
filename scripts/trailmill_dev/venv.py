"""The Python venv of the project in .venv: made and filled from PyPI, by hash, when requirements.txt has changed. Tools that
cannot share it have venvs of their own in target/tools."""

import os
import pathlib
import subprocess
import sys
import venv

from trailmill_dev.workspace import ROOT, SCRIPTS, target

FOLDER = ROOT / ".venv"
BIN = FOLDER / "bin"
PYTHON = BIN / "python"
REQUIREMENTS = SCRIPTS / "requirements.txt"
# of scripts/deploy
DEPLOY_REQUIREMENTS = SCRIPTS / "requirements-deploy.txt"
# of scripts/check spark
SPARK_REQUIREMENTS = SCRIPTS / "requirements-spark.txt"
# a copy of the requirements that are installed
INSTALLED = FOLDER / "installed"


def install() -> None:
    """Makes the venv and installs the tools, unless they are there."""
    if INSTALLED.exists() and INSTALLED.read_bytes() == REQUIREMENTS.read_bytes():
        return
    make()
    pip_install(PYTHON, REQUIREMENTS)
    INSTALLED.write_bytes(REQUIREMENTS.read_bytes())


def make() -> None:
    """Makes the venv. One that is there keeps its packages."""
    venv.create(FOLDER, with_pip=True, symlinks=True)


def install_spark() -> None:
    """Installs Spark in the venv, unless it is there."""
    # it comes as source, and what makes a package of it is in requirements.txt, by hash
    pip_install(PYTHON, SPARK_REQUIREMENTS, "--no-binary=pyspark", "--no-build-isolation")


def own(name: str) -> pathlib.Path:
    """The folder of programs of a venv for requirements-NAME.txt alone: made again when that file has changed."""
    folder, requirements = target() / "tools" / name, SCRIPTS / f"requirements-{name}.txt"
    installed = folder / "installed"
    if not installed.exists() or installed.read_bytes() != requirements.read_bytes():
        venv.create(folder, with_pip=True, symlinks=True, clear=True)
        pip_install(folder / "bin/python", requirements)
        installed.write_bytes(requirements.read_bytes())
    return folder / "bin"


def pip_install(python: pathlib.Path, requirements: pathlib.Path, *options: str) -> None:
    """Installs packages that have the hashes of a file of requirements. Ends the process where pip fails."""
    # not bin/pip, which installs where the folder was before it was moved or copied
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    # what makes a package of source would come without hashes
    pip.append("--only-binary=:all:")
    status = subprocess.run([*pip, *options, "--requirement", requirements], check=False).returncode
    if status != 0:
        sys.exit(f"pip cannot install {requirements.relative_to(ROOT)}")


def is_running() -> bool:
    """Whether this process is the venv's Python."""
    return pathlib.Path(sys.prefix).resolve() == FOLDER.resolve()


def enter() -> None:
    """Starts this program again in the venv's Python, with the tools installed; returns where it runs there already."""
    if is_running():
        return
    install()
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


if __name__ == "__main__":
    install()
