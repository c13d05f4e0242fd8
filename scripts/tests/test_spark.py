"""Spark as a reader, without Spark: what is compared with what it sees, which Java it gets, and that CI does not skip it."""

import os
import pathlib
import subprocess
import sys
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from trailmill_dev import venv
from trailmill_dev.checks import spark as check
from trailmill_dev.expect import Failed
from trailmill_dev.readers import java, spark
from trailmill_dev.readers.lake import Lake, Part
from trailmill_dev.readers.spark import (
    Seen,
    check_plan,
    check_spark,
    compare_file,
    compare_table,
    read_arrow,
    run_spark,
    statements_of,
)
from trailmill_dev.readers.spark_program import READERS, written

VECTORIZED, ROWS = READERS
PLANS = {
    VECTORIZED: "*(1) ColumnarToRow\n+- FileScan parquet [a#0] Batched: true, DataFilters: []",
    ROWS: "FileScan parquet [a#0] Batched: false, DataFilters: []",
}
TEXT = pyarrow.string()
INNER = pyarrow.struct([("id", TEXT), ("who", pyarrow.struct([("name", TEXT)])), ("tags", pyarrow.map_(TEXT, TEXT))])
SCHEMA = pyarrow.schema(
    [
        ("eventTimestamp", pyarrow.timestamp("us", "UTC")),
        ("readOnly", pyarrow.bool_()),
        ("userIdentity", INNER),
        ("resources", pyarrow.list_(pyarrow.struct([("arn", TEXT)]))),
        ("nullFields", pyarrow.list_(TEXT)),
    ]
)
MICROSECONDS = 1_790_899_200_123_000
ROW: dict[str, Any] = {
    "eventTimestamp": MICROSECONDS,
    "readOnly": True,
    "userIdentity": {"id": "A", "who": {"name": "n"}, "tags": [("k", "v")]},
    "resources": [{"arn": "x"}, {"arn": None}],
    "nullFields": [],
}
NOTHING: dict[str, Any] = dict.fromkeys(ROW)
EMPTY: dict[str, Any] = NOTHING | {"userIdentity": {"id": None, "who": None, "tags": None}}


def table(*rows: dict[str, Any], schema: pyarrow.Schema = SCHEMA) -> pyarrow.Table:
    """Rows as a table."""
    return pyarrow.Table.from_pylist(list(rows), schema)


RIGHT = table(ROW, NOTHING, EMPTY)


def compared(vectorized: pyarrow.Table = RIGHT, rows: pyarrow.Table = RIGHT, expected: pyarrow.Table = RIGHT) -> int:
    """How many cells were compared of what the two readers see with what is expected."""
    seen = [Seen(VECTORIZED, vectorized, PLANS[VECTORIZED]), Seen(ROWS, rows, PLANS[ROWS])]
    return compare_file(pathlib.Path("part.parquet"), expected, seen)


def test_every_cell_of_both_readers_is_compared() -> None:
    assert compared() == 2 * 3 * len(SCHEMA)


def test_instants_are_equal_in_any_unit_and_zone() -> None:
    in_milliseconds = RIGHT.cast(SCHEMA.set(0, pyarrow.field("eventTimestamp", pyarrow.timestamp("ms", "UTC"))))
    elsewhere = RIGHT.cast(SCHEMA.set(0, pyarrow.field("eventTimestamp", pyarrow.timestamp("us", "Asia/Tokyo"))))
    assert compared(expected=in_milliseconds) == compared(vectorized=elsewhere) == compared()


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        # a millisecond, the microseconds of a file that has them, nine hours
        ("eventTimestamp", MICROSECONDS + 1000),
        ("eventTimestamp", MICROSECONDS + 1),
        ("eventTimestamp", MICROSECONDS + 9 * 3600 * 1_000_000),
        ("eventTimestamp", None),
        ("readOnly", False),
        ("readOnly", None),
        ("userIdentity", None),
        ("userIdentity", {"id": "B", "who": {"name": "n"}, "tags": [("k", "v")]}),
        ("userIdentity", {"id": "A", "who": None, "tags": [("k", "v")]}),
        ("userIdentity", {"id": "A", "who": {"name": None}, "tags": [("k", "v")]}),
        ("userIdentity", {"id": "A", "who": {"name": "n"}, "tags": [("k", None)]}),
        ("userIdentity", {"id": "A", "who": {"name": "n"}, "tags": []}),
        ("resources", [{"arn": "x"}]),
        ("resources", [{"arn": None}, {"arn": "x"}]),
        ("resources", [{"arn": "x"}, None]),
        ("nullFields", None),
        ("nullFields", [None]),
    ],
)
def test_a_value_that_differs_is_an_error_in_either_reader(column: str, wrong: Any) -> None:
    other = table(ROW | {column: wrong}, NOTHING, EMPTY)
    with pytest.raises(Failed, match=f"column {column}, row 0: pyarrow has .*, {VECTORIZED} has "):
        compared(vectorized=other)
    with pytest.raises(Failed, match=f"column {column}, row 0: pyarrow has .*, {ROWS} has "):
        compared(rows=other)


def test_a_null_struct_is_no_struct_of_nulls() -> None:
    with pytest.raises(Failed, match="column userIdentity, row 1: pyarrow has None"):
        compared(rows=table(ROW, EMPTY, EMPTY))
    with pytest.raises(Failed, match=r"column userIdentity, row 2: pyarrow has \{.*has None"):
        compared(vectorized=table(ROW, NOTHING, NOTHING))


def test_rows_in_another_order_are_an_error() -> None:
    with pytest.raises(Failed, match="row 0"):
        compared(rows=table(NOTHING, ROW, EMPTY))


def test_missing_rows_columns_and_members_are_errors() -> None:
    with pytest.raises(Failed, match="it has 2 rows, pyarrow 3"):
        compared(rows=table(ROW, NOTHING))
    with pytest.raises(Failed, match="it has the columns"):
        compared(rows=RIGHT.drop_columns(["readOnly"]))
    more = SCHEMA.set(2, pyarrow.field("userIdentity", pyarrow.struct([*INNER, pyarrow.field("more", TEXT)])))
    with pytest.raises(Failed, match="has the members"):
        compared(rows=table(ROW, NOTHING, EMPTY, schema=more))


def test_a_time_without_zone_is_no_instant() -> None:
    local = SCHEMA.set(0, pyarrow.field("eventTimestamp", pyarrow.timestamp("us")))
    with pytest.raises(Failed, match="no instant"):
        compared(vectorized=table(ROW, NOTHING, EMPTY, schema=local))


def test_a_reader_that_did_not_read_is_an_error() -> None:
    with pytest.raises(Failed, match="was read by"):
        compare_file(pathlib.Path("part.parquet"), RIGHT, [Seen(VECTORIZED, RIGHT, PLANS[VECTORIZED])])
    for reader, other in ((VECTORIZED, ROWS), (ROWS, VECTORIZED)):
        check_plan("here", PLANS[reader], READERS[reader])
        with pytest.raises(Failed, match="another reader"):
            check_plan("here", PLANS[other], READERS[reader])
        with pytest.raises(Failed, match="another reader"):
            check_plan("here", "a plan without a scan", READERS[reader])


def test_the_journal_says_how_many_rows_there_are(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part.parquet"
    pyarrow.parquet.write_table(RIGHT, part)
    monkeypatch.setattr(Lake, "months", lambda _: [("cloudtrail", "2026-10")])
    monkeypatch.setattr(spark, "read_arrow", lambda _: RIGHT)
    monkeypatch.setattr(spark, "statements_of", lambda *_: [])
    monkeypatch.setattr(spark, "compare_table", lambda *_: None)
    lines = [{"file": str(part), "reader": reader, "plan": plan, "rows": ""} for reader, plan in PLANS.items()]
    monkeypatch.setattr(spark, "run_spark", lambda *_: lines)
    lakes = [Lake(tmp_path, "trailmill")]
    monkeypatch.setattr(Lake, "parts", lambda *_: [Part(part, 3)])
    assert check_spark(lakes, tmp_path, tmp_path).startswith("1 files in 1 lakes, 3 rows: ")
    monkeypatch.setattr(Lake, "parts", lambda *_: [Part(part, 4)])
    with pytest.raises(Failed, match="pyarrow has 3 rows, the journal 4"):
        check_spark(lakes, tmp_path, tmp_path)
    monkeypatch.setattr(Lake, "parts", lambda *_: [])
    with pytest.raises(Failed, match="no Parquet at all"):
        check_spark(lakes, tmp_path, tmp_path)


FAKE_SPARK = """\
import json, os, sys
assert os.environ["JAVA_HOME"] == "/java" and os.environ["SPARK_LOCAL_IP"] == "127.0.0.1" and "CALLER" not in os.environ
job = json.load(open(sys.argv[1] + "/job.json"))
print("Spark says something")
print(json.dumps({"table": job["tables"]["t"][0]}))
for file in job["files"]:
    print(json.dumps({"file": file}))
"""


def test_what_spark_prints_is_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "fake_spark.py"
    monkeypatch.setattr(spark, "PROGRAM", program.stem)
    monkeypatch.setattr(spark, "SCRIPTS", tmp_path)
    monkeypatch.setenv("CALLER", "1")
    paths = [pathlib.Path("a"), pathlib.Path("b")]
    program.write_text(FAKE_SPARK)
    lines = run_spark({"t": ["SELECT 1"]}, paths, pathlib.Path("/java"), tmp_path / "first")
    assert lines == [{"table": "SELECT 1"}, {"file": "a"}, {"file": "b"}]
    program.write_text("import sys; sys.exit('OutOfMemoryError')")
    with pytest.raises(Failed, match="Spark ended with 1; it said last:\nOutOfMemoryError"):
        run_spark({}, paths, pathlib.Path("/java"), tmp_path / "second")
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(spark, "PATIENCE", 0.2)
    with pytest.raises(Failed, match="has not ended"):
        run_spark({}, paths, pathlib.Path("/java"), tmp_path / "third")


def test_rows_of_arrow_files_are_read(tmp_path: pathlib.Path) -> None:
    assert written(type("Frame", (), {"toArrow": lambda _: RIGHT})(), tmp_path / "rows.arrow") == str(
        tmp_path / "rows.arrow"
    )
    assert read_arrow(tmp_path / "rows.arrow").equals(RIGHT)


def test_statements_are_taken_apart(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lake, "trailmill", lambda *_: "CREATE TABLE t;\n\n-- why\nMSCK REPAIR TABLE t;\n")
    assert statements_of(Lake(tmp_path, ""), "t") == ["CREATE TABLE t", "-- why\nMSCK REPAIR TABLE t"]


def test_the_table_of_the_ddl_has_the_rows_of_its_files(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part.parquet"
    pyarrow.parquet.write_table(RIGHT, part)
    monkeypatch.setattr(Lake, "partitions", lambda *_: ["2026-10"])
    monkeypatch.setattr(Lake, "parts", lambda *_: [Part(part, 3)])

    def compare(found: pyarrow.Table, view: pyarrow.Table) -> None:
        compare_table(Lake(tmp_path, ""), "t", {"t_monthly": found, "t_monthly_snake": view})

    def with_folder(rows: pyarrow.Table, month: int) -> pyarrow.Table:
        return rows.append_column("year", [[2026] * 3]).append_column("month", [[month] * 3])

    right = with_folder(table(EMPTY, ROW, NOTHING), 10)
    view = pyarrow.table({"event_id": [1, 2, 3]})
    compare(right, view)
    for wrong in (with_folder(RIGHT, 9), with_folder(table(ROW, NOTHING, NOTHING), 10), right.slice(1)):
        with pytest.raises(Failed, match="in the files or in Spark's table alone"):
            compare(wrong, view)
    with pytest.raises(Failed, match="the table has the columns"):
        compare(RIGHT, view)
    with pytest.raises(Failed, match="the view has 2 rows"):
        compare(right, view.slice(1))
    with pytest.raises(Failed, match="not in snake case"):
        compare(right, view.rename_columns(["eventID"]))


def fake_java(folder: pathlib.Path, said: str) -> pathlib.Path:
    """A JAVA_HOME with a program that says a version."""
    program = folder / "bin/java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    program.chmod(0o755)
    return folder


@pytest.fixture
def machine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder for a machine that has no Java, and is not CI."""
    monkeypatch.setattr(java, "INSTALLED", tmp_path / "jvm")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def test_the_first_java_that_is_new_enough_is_found(machine: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert java.found() is None
    old, new = fake_java(machine / "jvm/old", 'java version "1.8.0_402"'), 'openjdk version "21.0.2" 2024-01-16'
    monkeypatch.setenv("JAVA_HOME", str(old))
    assert java.found() is None
    newer = fake_java(machine / "jvm/new", new)
    assert java.found() == java.home() == newer
    # as Debian has it on the path: a link to where it is
    (machine / "path").mkdir()
    linked = fake_java(machine / "elsewhere", 'openjdk version "17.0.15" 2025-04-15')
    (machine / "path/java").symlink_to(linked / "bin/java")
    assert java.found() == linked
    monkeypatch.setenv("JAVA_HOME", str(newer))
    assert java.found() == newer


@pytest.mark.parametrize(
    ("said", "version"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('openjdk version "25" 2025-09-16', 25), ('java version "1.8.0_402"', 1)],
)
def test_versions_of_java_are_read(tmp_path: pathlib.Path, said: str, version: int) -> None:
    assert java.version(fake_java(tmp_path / "java", said) / "bin/java") == version


def test_a_java_that_does_not_run_has_no_version(tmp_path: pathlib.Path) -> None:
    assert java.version(tmp_path / "nothing") == 0
    assert java.version(fake_java(tmp_path / "odd", "hello") / "bin/java") == 0


def test_a_person_without_java_is_told_what_to_install(
    machine: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "end_in_order", lambda: None)
    monkeypatch.setattr(venv, "install_spark", lambda: pytest.fail("Spark is installed for nothing"))
    assert check.main([]) == 0
    said = capsys.readouterr().err
    assert said.startswith("SKIPPED: no Java 17 or newer")
    assert "apt-get install --no-install-recommends default-jre-headless" in said


def test_ci_without_java_fails(machine: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Failed, match="CI must have it"):
        java.home()


FAKE_APT = """\
#!/bin/sh
echo "$DEBIAN_FRONTEND $@" >> {log}
[ "$1" = install ] && {install}
true
"""


def test_ci_installs_java(machine: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log, apt = machine / "log", machine / "path/apt-get"
    apt.parent.mkdir()
    apt.touch(0o755)
    apt.write_text(FAKE_APT.format(log=log, install="exit 100"))
    with pytest.raises(Failed, match=r"apt-get install -y -qq .* failed"):
        java.home()
    apt.write_text(FAKE_APT.format(log=log, install="true"))
    with pytest.raises(Failed, match="after apt-get installed"):
        java.home()
    log.unlink()
    packaged = fake_java(machine / "packaged", 'openjdk version "17.0.15" 2025-04-15')
    apt.write_text(FAKE_APT.format(log=log, install=f"/bin/mkdir -p {machine}/jvm && /bin/mv {packaged} {machine}/jvm/17"))
    assert java.home() == machine / "jvm/17"
    install = "install -y -qq --no-install-recommends default-jre-headless"
    assert log.read_text().splitlines() == ["noninteractive update -qq", f"noninteractive {install}"]


def test_spark_is_installed_by_hash_with_what_packages_it(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[Any], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(list(map(str, command)))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    venv.install_spark()
    ((*_, hashes, wheels, source, isolation, flag, file),) = commands
    assert (hashes, wheels, source) == ("--require-hashes", "--only-binary=:all:", "--no-binary=pyspark")
    assert (isolation, flag) == ("--no-build-isolation", "--requirement")
    assert file.endswith("requirements-spark.txt")
    # without isolation it is built with what the venv has
    assert "\nsetuptools==" in venv.REQUIREMENTS.read_text()


def test_the_program_of_spark_needs_spark_only_to_run() -> None:
    assert "pyspark" not in sys.modules
