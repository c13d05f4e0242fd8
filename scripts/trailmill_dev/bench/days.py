"""Generated days of log files: made once, below a folder, by the example `make-day`."""

import pathlib
import shutil
import subprocess


def made_day(
    made: pathlib.Path, release: pathlib.Path, records: int | None, *, main_table_alone: bool = False
) -> pathlib.Path:
    """The ordinary day of 3,911 log files, or a day of a number of records, in a folder."""
    if not made.exists():
        draft = made.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        more = [] if records is None else [str(records)]
        subprocess.run([release / "examples/make-day", draft, *more], check=True, stdout=subprocess.DEVNULL)
        if main_table_alone:
            for other in list(draft.rglob("CloudTrail-*")):
                if other.is_dir():
                    shutil.rmtree(other)
        draft.rename(made)
    return made


def whole_day(folder: pathlib.Path, release: pathlib.Path, records: int | None = None) -> pathlib.Path:
    """A day of all tables: the ordinary day, or one of a number of records."""
    return made_day(folder / ("logs" if records is None else f"logs-{records}"), release, records)
