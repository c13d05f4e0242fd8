"""The data of scripts/bench-peers: made once, below its folder."""

import json
import pathlib
import shutil
import subprocess

import pyarrow
import pyarrow.parquet

from readers.oracle import JSON_COLUMNS, MADE


def whole_day(folder: pathlib.Path, release: pathlib.Path) -> pathlib.Path:
    """The ordinary day, of all tables."""
    made = folder / "logs"
    if not made.exists():
        draft = made.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        subprocess.run([release / "examples/make-day", draft], check=True, stdout=subprocess.DEVNULL)
        draft.rename(made)
    return made


def day(folder: pathlib.Path, release: pathlib.Path, records: int | None) -> pathlib.Path:
    """A day of the main table alone: peers know no others."""
    made = folder / ("ordinary" if records is None else f"large-{records}")
    if not made.exists():
        draft = made.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        more = [] if records is None else [str(records)]
        subprocess.run([release / "examples/make-day", draft, *more], check=True, stdout=subprocess.DEVNULL)
        for other in list(draft.rglob("CloudTrail-*")):
            if other.is_dir():
                shutil.rmtree(other)
        draft.rename(made)
    return made


def month(folder: pathlib.Path, release: pathlib.Path) -> pathlib.Path:
    """A lake of the demo's October, without its Parquet."""
    lake = folder / "month"
    if not lake.exists():
        draft = folder / "demo"
        shutil.rmtree(draft, ignore_errors=True)
        subprocess.run([release / "trailmill", "demo", "--dir", draft], check=True, stdout=subprocess.DEVNULL)
        for path in (draft / "lake/_journal/cloudtrail_daily").iterdir():
            if path.name.startswith("2026-10"):
                shutil.copytree(path, draft / "new/_journal/cloudtrail_daily" / path.name)
        inner = "cloudtrail_daily/year=2026/month=10"
        shutil.copytree(draft / "lake" / inner, draft / "new" / inner)
        (draft / "new").rename(lake)
        shutil.rmtree(draft)
    return lake


def kind(field: pyarrow.Field):
    """What a peer needs to know of a column."""
    if field.name in JSON_COLUMNS:
        return "json"
    if pyarrow.types.is_struct(field.type):
        return {"struct": [[inner.name, kind(inner)] for inner in field.type]}
    if pyarrow.types.is_list(field.type):
        return {"list": kind(field.type.value_field)}
    if pyarrow.types.is_map(field.type):
        return "map"
    return "boolean" if pyarrow.types.is_boolean(field.type) else "text"


def columns(lake: pathlib.Path, to: pathlib.Path) -> None:
    """Writes the columns of a lake's Parquet, but for those that only Trailmill makes."""
    parquet = next(lake.glob("cloudtrail_monthly/**/*.parquet"))
    schema = pyarrow.parquet.read_schema(parquet)
    to.write_text(json.dumps([[field.name, kind(field)] for field in schema if field.name not in MADE]))
