"""What docs/architecture.md names is there, and each package has its row."""

from __future__ import annotations

import re

from tests.architecture.modules import PACKAGE, PACKAGES, ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)/` \|(.*)$", TEXT, re.MULTILINE)
"""The rows of a table that are about a directory: its name, and the rest of the line."""


def named_in(text: str) -> list[str]:
    """The files and directories that a text names: `file.py`, `directory/`."""
    return re.findall(r"`([\w*./]+(?:\.py|/))`", text)


def test_every_package_has_a_row() -> None:
    packages = {name.split(".")[1] for name in PACKAGES if name.count(".") == 1}
    inside_registry = {name.split(".")[2] for name in PACKAGES if name.startswith("registry_gitops.registry.")}
    assert sorted(name for name, _ in ROWS) == sorted([*packages, *inside_registry])


def test_file_that_a_row_names_is_in_the_directory_of_the_row() -> None:
    named = [
        (path, name)
        for directory, row in ROWS
        for path in [PACKAGE / directory if (PACKAGE / directory).is_dir() else PACKAGE / "registry" / directory]
        for name in named_in(row)
    ]
    elsewhere = {name for path, name in named if not list(path.glob(name)) and not (PACKAGE / name).is_dir()}
    assert elsewhere == set()
    assert len(named) > 30


def test_file_that_the_page_names_is_there() -> None:
    roots = [ROOT, PACKAGE, PACKAGE / "registry"]
    text = re.sub(r"^\| `\w+/` \|.*$", "", TEXT, flags=re.MULTILINE)
    named = named_in(text)
    missing = {name for name in named if not any((root / name).exists() for root in roots)}
    assert missing == set()
    assert len(named) > 20
