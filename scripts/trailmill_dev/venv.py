"""The Python venv of the project in .venv: made and filled from PyPI, by hash, when requirements.txt has changed."""

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
# of scripts/check digests
AWSCLI_REQUIREMENTS = SCRIPTS / "requirements-awscli.txt"
# a copy of the requirements that are installed
INSTALLED = FOLDER / "installed"


def install() -> None:
    """Makes the venv and installs the tools, unless they are there."""
    if INSTALLED.exists() and INSTALLED.read_bytes() == REQUIREMENTS.read_bytes():
        return
    make()
    pip_install(REQUIREMENTS)
    INSTALLED.write_bytes(REQUIREMENTS.read_bytes())


def make() -> None:
    """Makes the venv. One that is there keeps its packages."""
    venv.create(FOLDER, with_pip=True, symlinks=True)


def install_spark() -> None:
    """Installs Spark in the venv, unless it is there."""
    # it comes as source, and what makes a package of it is in requirements.txt, by hash
    pip_install(SPARK_REQUIREMENTS, "--no-build-isolation")


def awscli_folder() -> pathlib.Path:
    """The venv of aws-cli."""
    return target() / "awscli"


def install_awscli() -> None:
    """Makes the venv of aws-cli, unless it is there."""
    folder = awscli_folder()
    installed = folder / "installed"
    if installed.exists() and installed.read_bytes() == AWSCLI_REQUIREMENTS.read_bytes():
        return
    venv.create(folder, with_pip=True, symlinks=True, clear=True)
    pip_install(AWSCLI_REQUIREMENTS, python=folder / "bin/python")
    installed.write_bytes(AWSCLI_REQUIREMENTS.read_bytes())


def pip_install(requirements: pathlib.Path, *options: str, python: pathlib.Path = PYTHON) -> None:
    """Installs packages that have the hashes of a file of requirements. Ends the process where pip fails."""
    # not .venv/bin/pip, which installs where the folder was before it was moved or copied
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
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
