"""The data of the benches: made once, below a folder."""

import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

import pyarrow
import pyarrow.parquet

from trailmill_dev.bench.days import made_day
from trailmill_dev.bench.stages import clear
from trailmill_dev.oracle.cells import DERIVED, JSON_COLUMNS

# what a peer needs to know of a column: "text", "json", "boolean", "map", {"list": kind}, {"struct": [[name, kind], …]}
Kind = str | dict[str, Any]


def day(folder: pathlib.Path, release: pathlib.Path, records: int | None) -> pathlib.Path:
    """A day of the main table alone, for peers know no others: the ordinary day, or one of a number of records."""
    name = "ordinary" if records is None else f"large-{records}"
    return made_day(folder / name, release, records, main_table_alone=True)


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
        shutil.copy(draft / "lake/_journal/lake.json", draft / "new/_journal/lake.json")
        inner = "cloudtrail_daily/year=2026/month=10"
        shutil.copytree(draft / "lake" / inner, draft / "new" / inner)
        (draft / "new").rename(lake)
        shutil.rmtree(draft)
    return lake


def kind(field: pyarrow.Field) -> Kind:
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
    """Writes the columns of a lake's Parquet, without the derived columns, which only Trailmill makes."""
    parquet = next(lake.glob("cloudtrail_monthly/**/*.parquet"))
    schema = pyarrow.parquet.read_schema(parquet)
    to.write_text(json.dumps([[field.name, kind(field)] for field in schema if field.name not in DERIVED]))


def first_days(month: pathlib.Path, days: int, lake: pathlib.Path) -> pathlib.Path:
    """A lake of the first days of October, whose files are hard links to those of another lake."""
    clear(lake)
    for number in range(1, days + 1):
        for path in (
            f"cloudtrail_daily/year=2026/month=10/day={number:02}",
            f"_journal/cloudtrail_daily/2026-10-{number:02}",
        ):
            shutil.copytree(month / path, lake / path, copy_function=os.link)
    os.link(month / "_journal/lake.json", lake / "_journal/lake.json")
    return lake
