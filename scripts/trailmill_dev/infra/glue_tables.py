"""The Glue tables of infra/template.yaml: the monthly ones as `trailmill ddl athena` has them, the daily ones as here."""

import re
import subprocess
import textwrap
from dataclasses import dataclass, field

TABLES = ("cloudtrail", "cloudtrail_insight", "cloudtrail_network_activity", "cloudtrail_aggregated")
BEGIN = "  # ---- tables: written by scripts/glue-tables; do not edit them here ----\n"
END = "  # ---- end of the tables ----\n"

# where the DDL's location is, what the template has
LOCATION = "s3://LAKE"
LAKE = "s3://${LakeBucket}/${LakePrefix}"

PARQUET = (
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
)
# A line is one value. The separator of this SerDe is the byte 01, which JSON cannot hold; a JSON SerDe would drop or refuse
# records whose members differ in nothing but case, and would write numbers anew.
LINES = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
)
DDL = re.compile(
    r"CREATE EXTERNAL TABLE IF NOT EXISTS `(?P<name>\w+)` \(\n(?P<columns>.*?)\n\)\n"
    r"PARTITIONED BY \((?P<keys>.*?)\)\n"
    r"STORED AS PARQUET\n"
    r"LOCATION '(?P<location>[^']*)'\n"
    r"TBLPROPERTIES \(\n(?P<properties>.*?)\n\);",
    re.DOTALL,
)


class NotUnderstood(Exception):
    """The DDL is not written as this expects it."""


@dataclass(frozen=True)
class Table:
    """What Glue knows of a table."""

    name: str
    description: str
    columns: list[tuple[str, str]]
    keys: list[tuple[str, str]]
    formats: tuple[str, str, str]
    location: str
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def logical_id(self) -> str:
        """CloudtrailMonthly"""
        return "".join(word.capitalize() for word in self.name.split("_"))


def printed_table(command: str, table: str) -> Table:
    """A monthly table as the command prints it."""
    run = [command, "ddl", "athena", "--table", table, "--location", LOCATION]
    printed = subprocess.run(run, check=True, capture_output=True, encoding="utf-8").stdout
    found = DDL.search(printed)
    if found is None:
        raise NotUnderstood(f"{' '.join(run)} does not print the CREATE EXTERNAL TABLE that infra/glue_tables.py knows")
    lines = found["columns"].split("\n")
    columns = [re.fullmatch(r"  `(\w+)` (\S+?),?", line) for line in lines]
    properties = re.findall(r"^  '([^']*)' = '([^']*)',?$", found["properties"], re.MULTILINE)
    keys = re.findall(r"`(\w+)` (\w+)", found["keys"])
    if None in columns or len(properties) != found["properties"].count("\n") + 1:
        raise NotUnderstood(f"a line of {table}_monthly is not as infra/glue_tables.py knows it")
    return Table(
        name=found["name"],
        description="A row is a record; a partition is the month of its event time",
        columns=[(column[1], column[2]) for column in columns if column],
        keys=keys,
        formats=PARQUET,
        location=found["location"].replace(f"{LOCATION}/", LAKE),
        properties={name: in_template(value) for name, value in properties},
    )


def in_template(value: str) -> str:
    """A property whose ${year} CloudFormation must leave alone."""
    return value.replace("${", "${!").replace(f"{LOCATION}/", LAKE)


def daily_table(table: str, monthly: Table) -> Table:
    """A daily table: its partitions are projected as those of the monthly one, and a day more."""
    name = f"{table}_daily"
    location = f"{LAKE}{name}/"
    properties = {key: value for key, value in monthly.properties.items() if key.startswith("projection.")}
    properties |= {
        "projection.day.type": "integer",
        "projection.day.range": "1,31",
        "projection.day.digits": "2",
        "storage.location.template": f"{location}year=${{!year}}/month=${{!month}}/day=${{!day}}/",
    }
    return Table(
        name=name,
        description="record is the JSON of a record, byte for byte; a partition is a delivery day",
        columns=[("record", "string")],
        keys=[*monthly.keys, ("day", "int")],
        formats=LINES,
        location=location,
        properties=properties,
    )


def tables(command: str) -> list[Table]:
    """All of them, in the order of the template."""
    made = []
    for table in TABLES:
        monthly = printed_table(command, table)
        made += [daily_table(table, monthly), monthly]
    return made


def section(made: list[Table]) -> str:
    """The section of the template between its markers."""
    return BEGIN + "".join(map(resource, made)) + END


def resource(table: Table) -> str:
    """One table as YAML: what is long in flow style, so that the template stays short."""
    input_format, output_format, serde = table.formats
    serde_parameters = ", Parameters: {serialization.format: '1'}"
    return "\n".join(
        [
            f"  {table.logical_id}:",
            "    Type: AWS::Glue::Table",
            "    Properties:",
            "      CatalogId: !Ref AWS::AccountId",
            "      DatabaseName: !Ref Database",
            "      TableInput:",
            f"        Name: {table.name}",
            f"        Description: {table.description}",
            "        TableType: EXTERNAL_TABLE",
            flow("        PartitionKeys: ", "[", "]", [column(*key) for key in table.keys]),
            flow(
                "        Parameters: ",
                "{",
                "}",
                [
                    "EXTERNAL: 'TRUE'",
                    *(f"{name}: {quoted(value)}" for name, value in table.properties.items()),
                ],
            ),
            "        StorageDescriptor:",
            f"          Location: !Sub '{table.location}'",
            f"          InputFormat: {input_format}",
            f"          OutputFormat: {output_format}",
            f"          SerdeInfo: {{SerializationLibrary: {serde}{serde_parameters}}}",
            flow("          Columns: ", "[", "]", [column(*each) for each in table.columns]),
            "",
        ]
    )


def column(name: str, of: str) -> str:
    """A column, or a key of partitions."""
    return f"{{Name: {name}, Type: {of if re.fullmatch(r'[a-z]+', of) else quoted(of)}}}"


def quoted(text: str) -> str:
    """A text, with what is to be put in for it."""
    return f"!Sub '{text}'" if "${" in text else f"'{text}'"


def flow(label: str, opening: str, closing: str, items: list[str]) -> str:
    """A flow collection on as many lines as it takes."""
    one = f"{label}{opening}{', '.join(items)}{closing}"
    if len(one) <= 124:
        return one
    indent = " " * (len(label) - len(label.lstrip()) + 2)
    # nothing is broken within an item: its spaces are another letter meanwhile
    text = ", ".join(item.replace(" ", "\N{NO-BREAK SPACE}") for item in items)
    lines = textwrap.wrap(text, 124 - len(indent), break_long_words=False, break_on_hyphens=False)
    body = "\n".join(indent + line.replace("\N{NO-BREAK SPACE}", " ") for line in lines)
    return f"{label}{opening}\n{body}\n{indent[:-2]}{closing}"


def replaced(template: str, with_section: str) -> str:
    """A template with another section of tables."""
    before, _, rest = template.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise NotUnderstood(f"the template lacks the lines around its tables:\n{BEGIN}{END}")
    return before + with_section + after
