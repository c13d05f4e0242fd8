"""The Glue tables of infra/template.yaml: taken from the DDL that the command prints, written as YAML."""

import pathlib

import pytest
import yaml

from trailmill_dev.infra.glue_tables import (
    BEGIN,
    END,
    NotUnderstood,
    daily_table,
    flow,
    in_template,
    printed_table,
    replaced,
    section,
)
from trailmill_dev.infra.template import Template

DDL = """\
CREATE EXTERNAL TABLE IF NOT EXISTS `cloudtrail_monthly` (
  `eventid` string,
  `tls` struct<`a`:string>
)
PARTITIONED BY (`year` int, `month` int)
STORED AS PARQUET
LOCATION 's3://LAKE/cloudtrail_monthly/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'storage.location.template' = 's3://LAKE/cloudtrail_monthly/year=${year}/'
);
"""


def command(folder: pathlib.Path, printed: str) -> str:
    """A command that prints a DDL."""
    (folder / "ddl").write_text(printed)
    path = folder / "command"
    path.write_text(f"#!/bin/sh\ncat {folder}/ddl\n")
    path.chmod(0o755)
    return str(path)


def test_a_table_is_read_from_the_ddl(tmp_path: pathlib.Path) -> None:
    table = printed_table(command(tmp_path, DDL), "cloudtrail")
    assert (table.name, table.logical_id) == ("cloudtrail_monthly", "CloudtrailMonthly")
    assert table.columns == [("eventid", "string"), ("tls", "struct<`a`:string>")]
    assert table.keys == [("year", "int"), ("month", "int")]
    assert table.properties["storage.location.template"].endswith("cloudtrail_monthly/year=${!year}/")


@pytest.mark.parametrize(
    "printed", ["", DDL.replace("STORED AS", "SAVED AS"), DDL.replace("`eventid` string", "eventid string")]
)
def test_another_ddl_is_an_error(tmp_path: pathlib.Path, printed: str) -> None:
    with pytest.raises(NotUnderstood):
        printed_table(command(tmp_path, printed), "cloudtrail")


def test_a_daily_table_has_a_day_more(tmp_path: pathlib.Path) -> None:
    daily = daily_table("cloudtrail", printed_table(command(tmp_path, DDL), "cloudtrail"))
    assert daily.keys[-1] == ("day", "int")
    assert daily.columns == [("record", "string")]
    assert daily.properties["projection.enabled"] == "true"
    assert "day=${!day}" in daily.properties["storage.location.template"]


def test_the_section_is_yaml_and_goes_between_its_lines(tmp_path: pathlib.Path) -> None:
    made = section([printed_table(command(tmp_path, DDL), "cloudtrail")])
    old = f"Resources:\n{BEGIN}  Old: 1\n{END}Outputs: 1\n"
    text = replaced(old, made)
    assert "Old" not in text
    body = Template.read(text).body
    columns = body["Resources"]["CloudtrailMonthly"]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]
    assert columns == [{"Name": "eventid", "Type": "string"}, {"Name": "tls", "Type": "struct<`a`:string>"}]
    with pytest.raises(NotUnderstood, match="lacks the lines"):
        replaced("Resources:\n", made)


def test_what_is_long_takes_several_lines_and_breaks_no_item() -> None:
    items = [f"{{Name: column_{number}, Type: 'a b'}}" for number in range(20)]
    text = flow("  Columns: ", "[", "]", items)
    assert max(map(len, text.splitlines())) <= 124
    assert all(item in text for item in items)
    assert len(yaml.safe_load(text)["Columns"]) == 20


def test_a_variable_of_glue_is_none_of_cloudformation() -> None:
    assert in_template("s3://LAKE/x/${year}") == "s3://${LakeBucket}/${LakePrefix}x/${!year}"
