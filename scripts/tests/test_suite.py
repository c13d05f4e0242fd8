"""scripts/test, scripts/mutants, scripts/fuzz and scripts/test-over-s3: what they run, and what they say of it."""

import pathlib

import pytest

from trailmill_dev.expect import Failed
from trailmill_dev.suite import fuzz, mutants, over_s3
from trailmill_dev.suite.run import chosen, main, run_stretch, table
from trailmill_dev.suite.steps import HEAVY, STRETCHES, Step, Stretch, every_step, programs, python_files
from trailmill_dev.workspace import ROOT, SCRIPTS


def shell(name: str, script: str) -> Step:
    """A step that runs a script."""
    return Step(name, ["sh", "-c", script])


def test_steps_have_names_of_their_own_and_programs_that_are_there() -> None:
    names = [step.name for step in every_step()]
    assert len(names) == len(set(names))
    for step in every_step():
        if step.command[0].startswith(str(SCRIPTS)):
            assert pathlib.Path(step.command[0]).stat().st_mode & 0o100


def test_every_program_in_scripts_is_checked_by_a_tool() -> None:
    checked = {*programs(b"bash"), *python_files()}
    files = {str(path) for path in SCRIPTS.iterdir() if path.is_file() and not path.suffix}
    assert files <= checked
    assert str(ROOT / ".ci/run") in checked


def test_a_step_by_name_runs_alone() -> None:
    assert chosen([]) == STRETCHES
    assert chosen([], heavy=True) == [*STRETCHES, *HEAVY]
    (stretch,) = chosen(["tests", "format"])
    assert [step.name for step in stretch.steps] == ["format", "tests"]
    assert stretch.others == []
    with pytest.raises(Failed, match="no step 'nonsense'"):
        chosen(["nonsense"])


def test_ci_runs_every_step() -> None:
    assert "exec scripts/test --all\n" in (ROOT / ".ci/run").read_text()
    steps = [step for stretch in chosen([], heavy=True) for step in [*stretch.steps, *stretch.others]]
    assert steps == every_step()
    # a person has not to wait for it
    assert "Spark as a reader" not in {step.name for stretch in chosen([]) for step in [*stretch.steps, *stretch.others]}


def test_the_first_step_that_fails_ends_a_stretch(tmp_path: pathlib.Path) -> None:
    marks = [tmp_path / name for name in "abc"]
    stretch = Stretch(
        [shell("a", f"touch {marks[0]}"), shell("b", f"touch {marks[1]}; exit 1"), shell("c", f"touch {marks[2]}")]
    )
    with pytest.raises(Failed, match=r"^b$"):
        run_stretch(stretch)
    assert [mark.exists() for mark in marks] == [True, True, False]


def test_a_step_that_fails_at_the_same_time_as_others_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    stretch = Stretch([shell("a", "echo hello")], [shell("other", "echo why; exit 3"), shell("fine", "echo nothing")])
    with pytest.raises(Failed, match=r"^other$"):
        run_stretch(stretch)
    printed = capfd.readouterr().out
    assert "== other: begun" in printed
    assert "== other\nwhy" in printed


def test_others_end_when_a_step_fails(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "mark"
    endless = shell("endless", f"echo $$ > {mark}; exec sleep 600")
    with pytest.raises(Failed, match=r"^a$"):
        run_stretch(Stretch([shell("a", f"while ! [ -s {mark} ]; do sleep 0.01; done; exit 1")], [endless]))
    process = pathlib.Path(f"/proc/{mark.read_text().strip()}")
    assert not process.exists()


def test_the_table_has_the_steps_that_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    stretches = [Stretch([Step("a", [], seconds=1.6), Step("b", [])], [Step("c", [], seconds=100)], ", with a")]
    monkeypatch.setattr("trailmill_dev.suite.run.STRETCHES", stretches)
    assert table() == ["seconds  step", "      2  a", "    100  c, with a"]


def test_the_exit_status_says_whether_a_step_failed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trailmill_dev.suite.run.signal.signal", lambda *_: None)
    for script, status in (("true", 0), ("false", 1)):
        stretch = [Stretch([shell("only", script)])]
        monkeypatch.setattr("trailmill_dev.suite.run.STRETCHES", stretch)
        assert main([]) == status
    assert "FAILED: only" in capfd.readouterr().err


PATCH = """\
mutant: The check: nobody looks
in: -p lake-store --lib
test: check::tests::somebody_looks

diff --git a/x b/x
"""


def test_a_mutant_is_read() -> None:
    mutant = mutants.parsed("a-mutant", PATCH)
    assert (mutant.taken_out, mutant.test) == ("The check: nobody looks", "check::tests::somebody_looks")
    assert (mutant.where, mutant.folder) == ("-p lake-store --lib", "crates/lake-store/src")
    assert mutants.parsed("a", PATCH.replace("-p lake-store --lib", "--test reliability")).folder == "tests"


def test_a_mutant_without_a_test_is_an_error() -> None:
    with pytest.raises(Failed, match="has no line `test: …`"):
        mutants.parsed("a", PATCH.replace("test: ", "tests: "))
    with pytest.raises(Failed, match="no mutant nonsense"):
        mutants.read("nonsense")


def test_a_mutant_whose_test_does_not_exist_is_an_error() -> None:
    mutant = mutants.read(mutants.every_name()[0])
    mutants.check(mutant)
    without = mutants.Mutant(mutant.name, mutant.taken_out, "batch::tests::no_such_test_is_there", mutant.where)
    with pytest.raises(Failed, match="there is no test"):
        mutants.check(without)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("thread 'x' panicked at a.rs:1:\nday 1: [no-record-twice] 5 of them\n", "`no-record-twice`"),
        ("thread 'x' panicked at a.rs:1:\nleft | right\nmore\n", "left   right"),
        ("nothing", ""),
    ],
)
def test_what_a_failing_test_says(said: str, what: str) -> None:
    assert mutants.what_it_says(said) == what


def test_modules_of_tests_with_a_store_are_found(tmp_path: pathlib.Path) -> None:
    (tmp_path / "plan.rs").write_text('#[cfg(test)]\n#[path = "plan_tests.rs"]\nmod tests;\n')
    (tmp_path / "plan_tests.rs").write_text("use testkit_stores::TestStore;\n")
    (tmp_path / "pack.rs").write_text('#[cfg(test)]\n#[path = "pack_tests.rs"]\nmod tests;\n')
    (tmp_path / "pack_tests.rs").write_text("use super::*;\n")
    assert over_s3.modules(tmp_path) == ["plan::tests"]


def test_fuzz_targets_are_there() -> None:
    for target in fuzz.TARGETS:
        crate, _, name = target.partition("/")
        assert (ROOT / "crates" / crate / "fuzz/corpus" / name).is_dir()
    assert "-max_total_time=5" in fuzz.command("keys", 5)
    assert "none" in fuzz.command("parquet", 5)
