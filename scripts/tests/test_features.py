"""scripts/check features: what is read of `cargo tree`, and the mistakes that it must see."""

from trailmill_dev.checks.features import WITHOUT_TESTS, lacking, selections_with, third_party_features

TREE = """\
lake v0.1.0 (/project/crates/lake)|
tokio v1.48.0|default,net,rt
serde_derive v1.0.0 (proc-macro)|default
tokio v1.48.0|default,net,rt (*)

tokio v1.48.0|rt
""".splitlines()


def test_features_of_third_party_crates_are_read() -> None:
    found = third_party_features(TREE)
    assert found == {"tokio v1.48.0": {"default,net,rt", "rt"}, "serde_derive v1.0.0": {"default"}}


def test_a_selection_with_fewer_features_is_named() -> None:
    everything = {"tokio v1": {"default,net,rt"}, "serde v1": {"std"}}
    of = {"lake": {"tokio v1": {"default,rt"}, "serde v1": {"std"}}, "trailmill": {"tokio v1": {"default,net,rt"}}}
    selections = [["--package", name, "--edges", "normal"] for name in of]
    found = lacking(selections, everything, lambda selection: of[selection[1]])
    assert found == ["tokio v1 is compiled again for --package lake: crates/feature-set must ask for net"]


def test_one_set_is_no_problem() -> None:
    everything = {"tokio v1": {"default,net,rt"}}
    assert lacking([["--package", "a", "--edges", "normal"]], everything, lambda _: everything) == []


def test_every_crate_is_selected_alone_and_by_each_command() -> None:
    selections = selections_with("normal")
    assert ["--package", "lake-store", "--edges", "normal,dev"] in selections
    assert [*WITHOUT_TESTS[0], "--edges", "normal"] in selections
