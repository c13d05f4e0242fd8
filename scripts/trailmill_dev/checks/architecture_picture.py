"""Holds the picture of docs/internals/architecture.md against the manifests of the crates.

An arrow `a --> b` says that `a` depends on `b`: in `a`'s manifest, directly, for what is shipped (dev-dependencies and build
dependencies do not count). The picture is right if

- every shipped crate is in it: all but `feature-set`, which has no code, and the crates that are for tests alone;
- every arrow is a dependency;
- every dependency between crates of the picture is an arrow, or follows from others: if `stage-jobs --> lake` follows from
  `stage-jobs --> daily-aggregator --> lake`, the short arrow may be left out.

So a new crate needs an arrow to it, and its own arrows, and nothing else.
"""

import json
import pathlib
import re
import subprocess

PICTURE = pathlib.Path("docs/internals/architecture.md")

# no code, and what is for tests alone
NOT_SHOWN = frozenset({"feature-set", "testkit", "testkit-stores"})

BLOCK = re.compile(r"^```mermaid\n(.*?)^```", re.MULTILINE | re.DOTALL)
# a node's name, and what mermaid may have behind it: a label, in one of its kinds of brackets
NODE = r"([a-z][a-z0-9-]*)(?:[\[({].*?[\])}])?"
ARROW = re.compile(rf"^\s*{NODE}\s*-->\s*(.+?)\s*$")
TARGET = re.compile(rf"^{NODE}$")

Graph = dict[str, set[str]]


def arrows(markdown: str) -> Graph | None:
    """Node -> the nodes it points to, of the first mermaid block that is a flowchart; `None` where there is none.

    `a --> b & c` is two arrows.
    """
    for block in BLOCK.findall(markdown):
        if not block.lstrip().startswith(("flowchart", "graph")):
            continue
        found: Graph = {}
        for line in block.splitlines():
            arrow = ARROW.match(line)
            if arrow is None:
                continue
            for name in arrow[2].split("&"):
                target = TARGET.match(name.strip())
                if target is not None:
                    found.setdefault(arrow[1], set()).add(target[1])
                    found.setdefault(target[1], set())
        return found
    return None


def reachable(graph: Graph, start: str) -> set[str]:
    """What arrows lead to from `start`, over any number of nodes."""
    found: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph.get(name, ()))
    return found


def problems(manifests: Graph, markdown: str) -> list[str]:
    """What is wrong with the picture.

    `manifests` has, for each crate of the workspace, the crates of the workspace that it depends on directly; `markdown` is
    the text of the page with the picture.
    """
    drawn = arrows(markdown)
    if drawn is None:
        return [f"{PICTURE}: there is no mermaid flowchart of the crates"]
    shown = {
        crate: {name for name in needed if name not in NOT_SHOWN}
        for crate, needed in manifests.items()
        if crate not in NOT_SHOWN
    }
    found = [
        f"{PICTURE}: {crate} is not in the picture: add it, and an arrow for each crate of ours that it depends on"
        for crate in sorted(set(shown) - set(drawn))
    ]
    for crate in sorted(set(drawn) - set(shown)):
        why = "is not shown: it is no part of what is shipped" if crate in NOT_SHOWN else "is no crate of the workspace"
        found.append(f"{PICTURE}: {crate} {why}: take it out of the picture")
    for crate in sorted(set(drawn) & set(shown)):
        wrong = sorted((drawn[crate] & set(shown)) - shown[crate])
        found += [f"{PICTURE}: {crate} --> {name} is no dependency: take the arrow out" for name in wrong]
        missing = sorted((shown[crate] & set(drawn)) - reachable(drawn, crate))
        found += [
            f"{PICTURE}: {crate} depends on {name}, and no arrows lead there: add {crate} --> {name}" for name in missing
        ]
    return found


def read_manifests(root: pathlib.Path) -> Graph:
    """The direct, normal dependencies between the crates in `crates/`, as cargo reads the manifests."""
    told = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1", "--locked"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    folder = root.resolve() / "crates"
    packages = [
        package
        for package in json.loads(told.stdout)["packages"]
        if pathlib.Path(package["manifest_path"]).is_relative_to(folder)
    ]
    names = {package["name"] for package in packages}
    return {
        package["name"]: {needed["name"] for needed in package["dependencies"] if needed["kind"] is None} & names
        for package in packages
    }


def picture_problems(root: pathlib.Path) -> list[str]:
    """What is wrong with the picture of the workspace at `root`."""
    return problems(read_manifests(root), (root / PICTURE).read_text(encoding="utf-8"))
