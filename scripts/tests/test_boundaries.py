"""The rules of scripts/check boundaries, each with a mistake that it must see."""

import pytest

from trailmill_dev.checks.boundaries import FORBIDDEN, import_problems
from trailmill_dev.checks.sources import manifest_problems, source_problems, unrun_problems

CRATES = set(FORBIDDEN)


def imports(**dependencies: str) -> list[str]:
    """The problems of a workspace in which some crates, with _ for -, have one dependency each."""
    named = {crate.replace("_", "-"): {dependency} for crate, dependency in dependencies.items()}
    return list(import_problems(CRATES, lambda crate: named.get(crate, set())))


def test_crates_without_dependencies_are_as_they_should_be() -> None:
    assert imports() == []


@pytest.mark.parametrize(
    ("crate", "dependency"),
    [
        ("feature-set", "lake"),
        ("block-deflate", "flate2"),
        ("cloudtrail-model", "tokio"),
        ("cloudtrail-corpus", "lake-store"),
        ("lake-store", "cloudtrail-model"),
        ("lake", "daily-aggregator"),
        ("job-queue", "lake"),
        ("fan-out", "monthly-aggregator"),
        ("lake-aws", "stage-jobs"),
        ("daily-aggregator", "parquet"),
        ("monthly-aggregator", "aws-sdk-s3"),
        ("search", "daily-aggregator"),
        ("stage-jobs", "aws-config"),
        ("lambda-host", "lake-aws"),
        ("functions", "cloudtrail-corpus"),
        ("trailmill", "lambda_runtime_api_client"),
        ("testkit", "lake-aws"),
        ("testkit-stores", "arrow-array"),
        ("lake", "testkit"),
        ("trailmill", "tempfile"),
    ],
)
def test_a_forbidden_dependency_is_a_problem(crate: str, dependency: str) -> None:
    found = list(import_problems(CRATES, lambda name: {dependency} if name == crate else set()))
    assert found == [f"{crate} must not depend on {dependency}"]


def test_a_rule_names_whole_crates() -> None:
    assert imports(lake_store="awsome", cloudtrail_model="tokio_like") == []


def test_what_is_for_tests_may_depend_on_what_is_for_tests() -> None:
    assert imports(testkit_stores="testkit", testkit="proptest") == []


def test_every_crate_has_a_rule() -> None:
    assert list(import_problems(CRATES | {"new-crate"}, lambda _: set())) == [
        "new-crate: the crates and the rules of scripts/check boundaries differ"
    ]
    assert list(import_problems(CRATES - {"lake"}, lambda _: set())) == [
        "lake: the crates and the rules of scripts/check boundaries differ"
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("crates/lake/src/a.rs", "x\n" * 501, "501 lines"),
        ("scripts/trailmill_dev/a.py", "x\n" * 501, "501 lines"),
        ("crates/lake/src/utils.rs", "", "'utils'"),
        ("scripts/trailmill_dev/helpers/a.py", "", "'helpers'"),
        ("crates/lake/src/a.rs", "use x;\nlet t = SystemTime::now();\n", "crates/lake/src/a.rs:2: the clock"),
        ("crates/daily-aggregator/src/a.rs", 'std::env::var("X");\n', "the environment"),
        ("crates/lake/src/a.rs", 'println!("x");\n', "the terminal"),
        ("crates/lake/src/a.rs", "use aws_sdk_s3::Client;\n", "only lake-aws names aws_*"),
    ],
)
def test_a_mistake_in_a_file_is_a_problem(name: str, text: str, problem: str) -> None:
    found = list(source_problems(name, text))
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("crates/lake/src/a.rs", "x\n" * 500),
        ("crates/lake/src/a.rs", "// SystemTime is the command's\n"),
        ("crates/lake-aws/src/a.rs", "fn now(&self) -> SystemTime {\n"),
        ("crates/lake/src/a_tests.rs", 'println!("x");\n'),
        ("crates/trailmill/src/a.rs", "SystemTime::now();\n"),
        ("crates/testkit/src/a.rs", "SystemTime::now();\n"),
        ("crates/lake-store/src/conformance.rs", "SystemTime::now();\n"),
        ("crates/lake-aws/src/a.rs", "use aws_sdk_s3::Client;\n"),
        ("tests/reliability/a.rs", 'println!("x");\n'),
        ("build.rs", ""),
    ],
)
def test_what_is_allowed_is_no_problem(name: str, text: str) -> None:
    assert list(source_problems(name, text)) == []


def test_a_manifest_takes_the_lints() -> None:
    assert list(manifest_problems("crates/lake/Cargo.toml", "[package]\n[lints]\nworkspace = true\n")) == []
    assert len(list(manifest_problems("crates/lake/Cargo.toml", "[package]\n"))) == 1


EXAMPLE = "/// Adds.\n///\n/// ```\n/// assert!(true);\n/// ```\nfn add() {}\n"


def test_an_example_that_is_never_run_is_a_problem() -> None:
    assert len(list(unrun_problems("a.rs", EXAMPLE, {"doctest": False}))) == 1
    assert list(unrun_problems("a.rs", EXAMPLE, {})) == []
    assert list(unrun_problems("a.rs", EXAMPLE.replace("```\n/// assert", "```text\n/// assert"), {"doctest": False})) == []


def test_a_test_that_is_never_run_is_a_problem() -> None:
    assert len(list(unrun_problems("a.rs", "#[cfg(test)]\nmod tests {}\n", {"test": False}))) == 1
    assert list(unrun_problems("a.rs", "#[cfg(test)]\nmod tests {}\n", {"doctest": False})) == []
