"""The files of `templates/` that come with the package: the chart, the folder's README, the starters of `init`."""

from __future__ import annotations

import functools
from importlib.resources import files
from importlib.resources.abc import Traversable

CHART = "chart/docker-registry"


def _root() -> Traversable:
    package = files("registry_gitops")
    # A wheel carries the templates inside the package; in a checkout they stand beside it.
    installed = package / "_templates"
    return installed if installed.is_dir() else package / ".." / "templates"


@functools.cache
def text(path: str) -> str:
    """The text of one file, `path` from the root of the templates."""
    return (_root() / path).read_text("utf-8")


@functools.cache
def chart() -> dict[str, str]:
    """The Helm chart: path in the chart -> text, in the order of the paths."""
    return dict(sorted(_walk(_root() / CHART, "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            found.append((prefix + entry.name, entry.read_text("utf-8")))
    return found
