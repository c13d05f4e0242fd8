"""The statements of `trailmill ddl`: they parse, they run in duckdb, and their types are those of the Parquet."""

import logging
import re

import duckdb
import pyarrow
import pyarrow.parquet
import sqlglot
from sqlglot import exp

from trailmill_dev.expect import Failed, expect, present
from trailmill_dev.readers.lake import TABLES, Lake

# sqlglot warns when it falls back to an opaque Command; that is an error here anyhow
logging.getLogger("sqlglot").setLevel(logging.ERROR)

PARTITIONS = {"year": "int", "month": "int"}
# statements that sqlglot has no grammar for
OPAQUE = "MSCK REPAIR TABLE"


def parse(sql: str, dialect: str, where: str) -> list[exp.Expr]:
    """Every statement as an expression that sqlglot understands to the end.

    One at a time, as Athena runs them: its tables are in Hive's grammar and its views in Trino's, with other quotes.
    """
    texts = [text for text in re.split(r";\s*(?:\n|$)", sql) if text.strip()]
    try:
        statements = [statement for text in texts for statement in sqlglot.parse(text, read=dialect) if statement]
    except sqlglot.errors.SqlglotError as error:
        raise Failed(f"{where}: no {dialect} SQL: {str(error).splitlines()[0]}") from error
    for statement in statements:
        opaque = statement.find(exp.Command)
        expect(opaque is None or OPAQUE in statement.sql(dialect), f"{where}: sqlglot does not understand {opaque!r}")
    return [statement for statement in statements if not statement.find(exp.Command)]


def check_statements(lake: Lake) -> str:
    """The DDL of every table in three dialects, against the Parquet of the lake."""
    columns = 0
    for table in TABLES:
        name = f"{table}_monthly"
        months = lake.partitions(name)
        expect(months, f"{name}: the made lake has no month of it")
        schema = pyarrow.parquet.read_schema(lake.parts(table, months[-1])[0].path)
        athena = parse(lake.trailmill("ddl", "athena", "--table", table), "athena", f"ddl athena, {table}")
        spark = parse(lake.trailmill("ddl", "spark", "--table", table), "spark", f"ddl spark, {table}")
        columns += compare_types(f"ddl athena, {table}", athena, schema)
        compare_types(f"ddl spark, {table}", spark, schema)
        run_views(lake, table, athena[1], spark[1])
    return f"{len(TABLES)} tables, {columns} columns: Athena's and Spark's have the Parquet's types, every view answers"


def compare_types(where: str, statements: list[exp.Expr], schema: pyarrow.Schema) -> int:
    """The table of a DDL has the columns of the Parquet, with their types, and the partitions."""
    kinds = [statement.kind for statement in statements if isinstance(statement, exp.Create)]
    expect(kinds == ["TABLE", "VIEW"] and len(statements) == 2, f"{where}: not a table and a view")
    columns = [column for column in statements[0].find_all(exp.ColumnDef) if isinstance(column.parent, exp.Schema)]
    said = {column.name.lower(): said_type(column.kind) for column in columns}
    there = {field.name.lower(): arrow_type(field.type) for field in schema} | PARTITIONS
    for column in said.keys() | there.keys():
        pair = (said.get(column), there.get(column))
        expect(pair[0] == pair[1], f"{where}: column {column} is {pair[0]} in the DDL, {pair[1]} in the Parquet")
    return len(said)


def said_type(of: exp.DataType | None) -> str:
    """A type of a DDL in Hive's words. Fails if a column has no type."""
    of = present(of, "a column of the DDL has no type")
    inner = [said_type(member.kind if isinstance(member, exp.ColumnDef) else member) for member in of.expressions]
    match of.this:
        case exp.DataType.Type.STRUCT:
            names = [member.name.lower() for member in of.expressions]
            return f"struct<{','.join(f'{name}:{what}' for name, what in zip(names, inner, strict=True))}>"
        case exp.DataType.Type.ARRAY:
            return f"array<{inner[0]}>"
        case exp.DataType.Type.MAP:
            return f"map<{','.join(inner)}>"
        case exp.DataType.Type.TIMESTAMPTZ:
            return "timestamp"  # what Spark's TIMESTAMP is to sqlglot
        case exp.DataType.Type.TEXT | exp.DataType.Type.VARCHAR:
            return "string"
        case other:
            return str(other.value).lower()


def arrow_type(of: pyarrow.DataType) -> str:
    """A type of the Parquet in Hive's words."""
    if pyarrow.types.is_struct(of):
        return f"struct<{','.join(f'{field.name.lower()}:{arrow_type(field.type)}' for field in of)}>"
    if pyarrow.types.is_map(of):
        return f"map<{arrow_type(of.key_type)},{arrow_type(of.item_type)}>"
    if pyarrow.types.is_list(of):
        return f"array<{arrow_type(of.value_type)}>"
    return {"string": "string", "bool": "boolean", "timestamp[us, tz=UTC]": "timestamp"}.get(str(of), str(of))


def run_views(lake: Lake, table: str, *others: exp.Expr) -> None:
    """duckdb's statements run, and the view in snake case has the values of the table.

    So have Athena's and Spark's views, when translated to duckdb.
    """
    name = f"{table}_monthly"
    database = duckdb.connect()
    database.execute(lake.trailmill("ddl", "duckdb", "--table", table, "--location", str(lake.folder)))
    rows = sum(part.rows for month in lake.partitions(name) for part in lake.parts(table, month))
    found = database.sql(f"SELECT count(*) FROM {name}_snake").fetchone()
    expect(found == (rows,), f"ddl duckdb, {table}: the view has {found} rows, the journal {rows}")
    original = 'SELECT "eventId", "awsRegion", "nullFields", year, month'
    renamed = "SELECT event_id, aws_region, null_fields, year, month"
    if table != "cloudtrail_aggregated":
        original, renamed = original + ', "eventTime", "sharedEventID"', renamed + ", event_time, shared_event_id"
    if table == "cloudtrail":
        original += ', "requestID", "sourceIPAddress", "userIdentity"."accessKeyId", "vpcEndpointId", "tlsDetails"'
        renamed += ", request_id, source_ip_address, user_identity_access_key_id, vpc_endpoint_id, tls_details"
    values = sorted(map(repr, database.sql(f"{original} FROM {name}").fetchall()))
    names = database.sql(f"SELECT * FROM {name}_snake LIMIT 0").columns
    expect(names == [column.lower() for column in names], f"ddl duckdb, {table}: {names} are not in snake case")
    for view in [None, *others]:
        if view is not None:
            database.execute(view.sql("duckdb"))
            others_names = database.sql(f"SELECT * FROM {name}_snake LIMIT 0").columns
            expect(names == others_names, f"ddl, {table}: the views have other columns: {others_names}")
        seen = sorted(map(repr, database.sql(f"{renamed} FROM {name}_snake").fetchall()))
        expect(seen == values, f"{table}: the view in snake case has other values than the table")
