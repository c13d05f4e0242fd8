"""The cases: trails with signed digests, whole and tampered with, which the example `digest-trails` of cloudtrail-corpus
makes."""

import datetime
import json
import pathlib
import subprocess
from dataclasses import dataclass
from typing import Any

from trailmill_dev.expect import Failed


@dataclass(frozen=True)
class StoredObject:
    """An object of a bucket: its bytes, and its user-defined metadata."""

    body: bytes
    metadata: dict[str, str]


@dataclass(frozen=True)
class Case:
    """A bucket, and the account and region of a trail that is checked in it."""

    folder: pathlib.Path
    trail: dict[str, Any]

    @classmethod
    def read(cls, folder: pathlib.Path) -> "Case":
        """The case of a folder."""
        return cls(folder, json.loads((folder / "trail.json").read_text()))

    @property
    def name(self) -> str:
        """What was done to it."""
        return self.folder.name

    def objects(self) -> dict[str, StoredObject]:
        """All objects by key."""
        bodies = self.folder / "objects"
        entries = enumerate(self.trail["objects"])
        return {
            entry["key"]: StoredObject((bodies / str(number)).read_bytes(), entry["metadata"]) for number, entry in entries
        }

    def time(self) -> tuple[str, str]:
        """From when to when aws-cli is to look: the day, and the digests of the first two hours of the next one. It adds an
        hour to the end itself."""
        day = datetime.date.fromisoformat(self.trail["day"])
        return f"{day}T00:00:00Z", f"{day + datetime.timedelta(days=1)}T01:00:00Z"

    def arn(self) -> str:
        """The trail."""
        return f"arn:aws:cloudtrail:{self.trail['home_region']}:{self.trail['owner']}:trail/{self.trail['trail']}"


def make(program: pathlib.Path, folder: pathlib.Path) -> dict[str, Case]:
    """Makes all cases below a folder."""
    run(program, "make", folder)
    cases = [Case.read(path.parent) for path in sorted(folder.glob("*/trail.json"))]
    return {case.name: case for case in cases}


def judge(program: pathlib.Path, case: Case) -> dict[str, Any]:
    """What Trailmill finds."""
    report: dict[str, Any] = json.loads(run(program, "judge", case.folder))
    return report


def run(program: pathlib.Path, command: str, folder: pathlib.Path) -> str:
    """What the program prints."""
    ended = subprocess.run([program, command, folder], stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if ended.returncode != 0:
        raise Failed(f"{program.name} {command} {folder} ended with {ended.returncode}")
    return ended.stdout
