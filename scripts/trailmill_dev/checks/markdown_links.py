"""Holds every relative link of the Markdown pages against the files and headings that there are."""

import pathlib
import posixpath
import re
import subprocess
from collections.abc import Iterator

LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
CODE = re.compile(r"`[^`]*`")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a page that are not in a block of code, numbered from 1."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def headings(text: str) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them: of two that are equal the second ends in `-1`."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    for _, line in prose(text):
        heading = HEADING.match(line)
        if heading is None:
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
        fragment = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        times = seen.get(fragment, 0)
        seen[fragment] = times + 1
        found.add(f"{fragment}-{times}" if times else fragment)
    return found


def problems(pages: dict[str, str], files: set[str]) -> list[str]:
    """Links that lead nowhere.

    `pages` has the text of each Markdown page by its path from the root; `files` has the paths of all files.
    """
    folders = {str(folder) for name in files for folder in pathlib.PurePosixPath(name).parents}
    found: list[str] = []
    for page, text in sorted(pages.items()):
        for number, line in prose(text):
            for link in LINK.findall(CODE.sub("", line)):
                if re.match(r"[a-z][a-z+.-]*:", link):
                    continue
                path, _, fragment = link.partition("#")
                target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
                if target not in files and target not in folders:
                    found.append(f"{page}:{number}: {path} is not there")
                elif fragment and target in pages and fragment not in headings(pages[target]):
                    where = f"{path} has no heading #{fragment}" if path else f"#{fragment} is no heading of this page"
                    found.append(f"{page}:{number}: {where}")
    return found


def link_problems(root: pathlib.Path) -> list[str]:
    """Links that lead nowhere, of all Markdown pages of the repository at `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    files = {name for name in listed.stdout.splitlines() if (root / name).exists()}
    pages = {name: (root / name).read_text(encoding="utf-8") for name in files if name.endswith(".md")}
    return problems(pages, files)
