"""The files of `templates/` that come with the package: the chart, the README, and the starter files of `init`."""

from __future__ import annotations

import functools
from importlib.resources import files
from importlib.resources.abc import Traversable

_CHART = "chart/docker-registry"


def find_templates() -> Traversable:
    """Return the directory `templates/`."""
    package = files("registry_gitops")
    # A wheel carries the templates inside the package; in a checkout they are next to it.
    installed = package / "_templates"
    return installed if installed.is_dir() else package / ".." / "templates"


@functools.cache
def read_template(path: str) -> str:
    """Return the text of one file; `path` is relative to `templates/`."""
    return (find_templates() / path).read_text("utf-8")


@functools.cache
def read_chart() -> dict[str, str]:
    """Return the Helm chart as path -> text, sorted by path."""
    return dict(sorted(_walk(find_templates() / _CHART, "")))


def _walk(directory: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in directory.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            found.append((prefix + entry.name, entry.read_text("utf-8")))
    return found
