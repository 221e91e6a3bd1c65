"""Imports run one way, from layer to layer, and docs/architecture.md draws them as they are."""

from __future__ import annotations

import re
import textwrap
from typing import Final

import pytest

from tests.architecture.modules import MODULES, ROOT, our_imports, part_of

PAGE: Final = ROOT / "docs" / "architecture.md"
DRAWING: Final = re.compile(r"(?<=```text\n)__init__ .*?(?=```)", re.DOTALL)

COMMON: Final = {
    "amounts",
    "errors",
    "findings",
    "forking",
    "git_repository",
    "masking",
    "substitution",
    "version",
    "version_ranges",
}
"""Modules that every package may import, except `registry`; they import nothing but each other."""

MAY_IMPORT: Final[dict[str, set[str]]] = {
    "__init__": {"deployment", "manifests", "registry", "render", "rules", "validation", "values"},
    "__main__": {"cli"},
    "pytest_plugin": {"deployment", "registry", "report", "smoke", "target"},
    "cli": {
        "charts",
        "checksums",
        "cluster",
        "codec",
        "deployment",
        "diff",
        "filenames",
        "importer",
        "registry",
        "render",
        "report",
        "rules",
        "schema",
        "secrets",
        "smoke",
        "starter",
        "target",
        "validation",
    },
    "charts": {"assets", "codec", "render", "smoke"},
    "diff": {
        "assets",
        "checksums",
        "cluster",
        "codec",
        "deployment",
        "documents",
        "facts",
        "filenames",
        "render",
        "report",
        "rules",
        "validation",
        "values",
    },
    "secrets": {"manifests", "model", "values"},
    "registry": set(),
    "importer": {
        "cluster",
        "codec",
        "deployment",
        "documents",
        "facts",
        "filenames",
        "manifests",
        "render",
        "report",
        "repository",
        "rules",
        "schema",
        "secrets",
        "starter",
        "values",
    },
    "starter": {"assets", "codec", "deployment", "documents", "facts", "filenames", "render", "schema"},
    "target": {"cluster", "deployment", "facts", "smoke"},
    "cluster": {"report"},
    "checksums": {"assets", "filenames"},
    "filenames": set(),
    "render": {
        "assets",
        "checksums",
        "codec",
        "deployment",
        "documents",
        "facts",
        "filenames",
        "manifests",
        "report",
        "rules",
        "secrets",
        "values",
    },
    "schema": {"codec", "deployment", "model", "values"},
    "smoke": {"report"},
    "validation": {
        "assets",
        "codec",
        "deployment",
        "documents",
        "filenames",
        "render",
        "report",
        "repository",
        "rules",
    },
    "assets": set(),
    "report": {"model"},
    "rules": {"codec", "deployment", "documents", "facts", "manifests", "model", "repository", "secrets", "values"},
    "repository": {"documents", "filenames"},
    "documents": {"codec"},
    "facts": {"deployment", "model", "values"},
    "deployment": {"codec", "documents", "filenames", "manifests", "model", "values"},
    "codec": set(),
    "manifests": {"model"},
    "values": {"codec", "model"},
    "model": {"codec"},
}
"""Package, or module of the top level -> the others that it imports, besides COMMON; importers come first."""


def imports_of(part: str) -> set[str]:
    """The packages and modules of the top level that the modules of one of them import."""
    targets = {part_of(target) for module in MODULES if part_of(module) == part for target in our_imports()[module]}
    return targets - {part}


def draw_layers() -> str:
    """Draw a layer below all that import from it: a line for each package, and what it imports."""
    remaining, layers = dict(MAY_IMPORT), []
    while remaining:
        top = sorted(remaining.keys() - set().union(*remaining.values()))
        assert top, f"a circle among {sorted(remaining)}"
        layers.append("".join(f"{_draw(part)}\n" for part in top))
        for part in top:
            del remaining[part]
    return f"{'-' * 100}\n".join(layers)


def _draw(part: str) -> str:
    imported = ", ".join(sorted(MAY_IMPORT[part])) or "nothing"
    return textwrap.fill(imported, 100, initial_indent=f"{part:<14} imports ", subsequent_indent=" " * 23)


@pytest.mark.parametrize("part", sorted({part_of(module) for module in MODULES} | MAY_IMPORT.keys()))
def test_part_imports_what_the_table_has_and_nothing_else(part: str) -> None:
    if part in COMMON:
        assert imports_of(part) <= COMMON
    else:
        assert imports_of(part) - (set() if part == "registry" else COMMON) == MAY_IMPORT[part]


def test_page_draws_the_layers_as_they_are(update_goldens: bool) -> None:
    text = PAGE.read_text("utf-8")
    assert DRAWING.search(text)
    drawn = DRAWING.sub(draw_layers(), text)
    if update_goldens:
        PAGE.write_text(drawn, "utf-8")
    assert drawn == PAGE.read_text("utf-8")
