"""The picture of the crates and the links between pages, each with the mistakes that the checks must see."""

from trailmill_dev.checks import architecture_picture, markdown_links

MANIFESTS = {
    "command": {"stage", "port", "feature-set"},
    "stage": {"port"},
    "port": set[str](),
    "feature-set": set[str](),
    "testkit": {"port"},
}
HEAD = "# Architecture\n\n```mermaid\nflowchart TD\n"


def picture(*lines: str) -> list[str]:
    text = HEAD + "".join(f"    {line}\n" for line in lines) + "```\n"
    found = architecture_picture.problems(MANIFESTS, text)
    return [problem.removeprefix("docs/internals/architecture.md: ") for problem in found]


def test_an_arrow_that_follows_from_others_may_be_left_out_or_drawn() -> None:
    assert picture("command --> stage", "stage --> port") == []
    assert picture("command --> stage & port", "stage[the stage] --> port[(a port)]") == []


def test_an_arrow_that_is_no_dependency_is_named() -> None:
    assert picture("command --> stage", "stage --> port", "port --> stage") == [
        "port --> stage is no dependency: take the arrow out"
    ]


def test_a_dependency_without_an_arrow_is_named() -> None:
    assert picture("command --> stage", "command --> port") == [
        "stage depends on port, and no arrows lead there: add stage --> port"
    ]


def test_a_crate_that_is_not_drawn_and_one_that_is_none_are_named() -> None:
    assert picture("command --> port", "command --> stag") == [
        "stage is not in the picture: add it, and an arrow for each crate of ours that it depends on",
        "stag is no crate of the workspace: take it out of the picture",
    ]


def test_crates_for_tests_alone_are_not_drawn() -> None:
    assert picture("command --> stage", "stage --> port", "testkit --> port") == [
        "testkit is not shown: it is no part of what is shipped: take it out of the picture"
    ]


def test_a_page_without_a_picture_is_a_problem() -> None:
    found = architecture_picture.problems(MANIFESTS, "```mermaid\nsequenceDiagram\n  A->>B: x\n```\n")
    assert found == ["docs/internals/architecture.md: there is no mermaid flowchart of the crates"]


def found(text: str) -> list[str]:
    pages = {"docs/a.md": text, "docs/b.md": "# B\n\n## `verify` and what it says\n## Twice\n## Twice\n"}
    return markdown_links.problems(pages, {"docs/a.md", "docs/b.md", "docs/picture.png"})


def test_links_to_files_folders_and_headings_that_are_there() -> None:
    assert (
        found(
            "# A\n[b](b.md) [v](b.md#verify-and-what-it-says) [t](b.md#twice-1) [a](#a) [p](picture.png) [f](../docs) "
            "[w](https://example.com/x.md) `[c](gone.md)`\n```text\n[d](gone.md)\n```\n"
        )
        == []
    )


def test_a_file_and_a_heading_that_are_gone_are_named() -> None:
    assert found("# A\n[b](../b.md)\n[v](b.md#gone) [a](#b)\n") == [
        "docs/a.md:2: ../b.md is not there",
        "docs/a.md:3: b.md has no heading #gone",
        "docs/a.md:3: #b is no heading of this page",
    ]
