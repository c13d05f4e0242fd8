"""Runs statements in Spark and reads the tables and views that they make, then reads Parquet files with each of Spark's
readers; writes what it sees as Arrow. Its argument is a folder with job.json: `tables` has names with their statements,
`files` has paths.

A process of its own, started by spark.py: its environment says where Java is and where Spark may write. It prints a line of
JSON for each table and view, and for each file and reader.
"""

import json
import pathlib
import sys
from dataclasses import dataclass
from typing import Any

import pyarrow


@dataclass(frozen=True)
class Reader:
    """One of Spark's readers: the settings that choose it, and whether it gives batches of columns or single rows."""

    settings: dict[str, str]
    batches: bool


VECTORIZED, NESTED = "spark.sql.parquet.enableVectorizedReader", "spark.sql.parquet.enableNestedColumnVectorizedReader"
READERS = {
    # by default it is chosen for a nested column too
    "Spark's vectorized reader": Reader({VECTORIZED: "true", NESTED: "true"}, batches=True),
    # parquet-java, the ancestor of the readers of Trino and Athena
    "Spark's row reader": Reader({VECTORIZED: "false", NESTED: "false"}, batches=False),
}

SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    # nobody else is asked, and nobody else can ask
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # an instant is the same in any time zone; a time of day that is taken for one is not
    "spark.sql.session.timeZone": "Asia/Tokyo",
    # a file is read by one task, so that its rows come in their order
    "spark.sql.files.maxPartitionBytes": str(1 << 40),
    "spark.sql.files.openCostInBytes": str(1 << 40),
    # by default a scan of more than 100 columns and members gives rows, not batches, and does not say who made them
    "spark.sql.codegen.maxFields": "1000",
}


def written(frame: Any, path: pathlib.Path) -> str:
    """Writes the rows of a frame to an Arrow file; its path."""
    rows = frame.toArrow()
    with pyarrow.ipc.new_file(path, rows.schema) as writer:
        writer.write_table(rows)
    return str(path)


def say(**line: str) -> None:
    """Prints a line of JSON."""
    print(json.dumps(line), flush=True)


def main(folder: pathlib.Path) -> None:
    """Makes and reads every table, and reads every file with every reader."""
    job = json.loads((folder / "job.json").read_text())
    # it is installed for scripts/check spark alone, which uses the readers' names without it
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("trailmill")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    # where it would make a folder for tables
    spark = builder.config("spark.sql.warehouse.dir", str(folder / "home/warehouse")).getOrCreate()
    for table, statements in job["tables"].items():
        for statement in statements:
            spark.sql(statement)
        for name in (table, f"{table}_snake"):
            say(table=name, rows=written(spark.table(name), folder / f"{name}.arrow"))
    for reader_number, (reader, chosen) in enumerate(READERS.items()):
        for name, value in chosen.settings.items():
            spark.conf.set(name, value)
        for number, file in enumerate(job["files"]):
            frame = spark.read.parquet(file)
            rows = written(frame, folder / f"{number}-{reader_number}.arrow")
            # not `explain`, which cuts
            plan = frame._jdf.queryExecution().executedPlan().toString()
            say(file=file, reader=reader, rows=rows, plan=plan)
    spark.stop()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
