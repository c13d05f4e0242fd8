"""The queries of docs/guide/queries.md, as they stand there: run, and held against each other."""

import pathlib
import re
from dataclasses import dataclass

import duckdb
import sqlglot

from trailmill_dev.expect import Failed, expect, present, short
from trailmill_dev.readers.lake import Lake
from trailmill_dev.readers.statements import parse

FENCE = re.compile(r"^```sql\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECTION = re.compile(r"^## (\d+\. .*)$", re.MULTILINE)
DIALECTS = ("Athena", "DuckDB, monthly", "DuckDB, daily")
# more of them that find nothing would make their agreement worthless
FEWEST_WITH_ROWS = 7


@dataclass(frozen=True)
class Query:
    """One question, by the comment in the first line of each of its blocks."""

    title: str
    sql: dict[str, str]


def read_queries(document: pathlib.Path) -> tuple[str, list[Query]]:
    """What makes the daily view, and the queries."""
    head, *sections = SECTION.split(document.read_text(encoding="utf-8"))
    setup = present(FENCE.search(head), f"{document.name}: no block that makes the view of the daily stage")
    queries = []
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        blocks = [block.split("\n", 1) for block in FENCE.findall(text)]
        sql = {first.removeprefix("-- "): rest.strip().removesuffix(";") for first, rest in blocks}
        expect(tuple(sql) == DIALECTS, f"{document.name}, {title}: has {list(sql)}, not {list(DIALECTS)}")
        queries.append(Query(title, sql))
    return setup.group(1), queries


def check_queries(lake: Lake, document: pathlib.Path) -> str:
    """Every query gives the same rows on both stages, and Athena's, in duckdb's words, gives them too."""
    setup, queries = read_queries(document)
    expect("'lake/" in setup, f"{document.name}: the daily view does not read 'lake/...'")
    database = duckdb.connect()
    database.execute(setup.replace("'lake/", f"'{lake.folder}/"))
    database.execute(lake.trailmill("ddl", "duckdb", "--location", str(lake.folder)))
    counts = []
    for query in queries:
        where = f"{document.name}, {query.title}"
        parse(query.sql["Athena"], "athena", where)
        athena = sqlglot.transpile(query.sql["Athena"], read="athena", write="duckdb")[0]
        rows = {
            "DuckDB, monthly": run(database, f"{where}: DuckDB, monthly", query.sql["DuckDB, monthly"]),
            "DuckDB, daily": run(database, f"{where}: DuckDB, daily", query.sql["DuckDB, daily"]),
            "Athena": run(database, f"{where}: Athena, as duckdb", athena),
        }
        monthly = rows["DuckDB, monthly"]
        for other, theirs in rows.items():
            counts_of = (f"{len(monthly)} rows", f"{len(theirs)} rows")
            odd = next((pair for pair in zip(monthly, theirs, strict=False) if pair[0] != pair[1]), counts_of)
            what = f"{where}: {other} gives {short(odd[1])}, DuckDB, monthly gives {short(odd[0])}"
            expect(theirs == monthly, what)
        counts.append(len(monthly))
    filled = sum(count > 0 for count in counts)
    expect(filled >= FEWEST_WITH_ROWS, f"{document.name}: only {filled} queries find anything: {counts}")
    said = ", ".join(f"{query.title.split('.')[0]}: {count}" for query, count in zip(queries, counts, strict=True))
    return f"{len(queries)} queries, the same rows on both stages and from Athena's SQL as duckdb; rows of {said}"


def run(database: duckdb.DuckDBPyConnection, where: str, sql: str) -> list[str]:
    """The rows in an order of their own: that of equal times is nobody's promise."""
    try:
        return sorted(map(repr, database.sql(sql).fetchall()))
    except duckdb.Error as error:
        raise Failed(f"{where}: duckdb does not run it: {str(error).splitlines()[0]}") from error
