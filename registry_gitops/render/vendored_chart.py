"""Look at the chart in Git: whether it is the one of this version, if others share it, and whether it reaches Flux."""

from __future__ import annotations

import os
from pathlib import Path

from registry_gitops.assets import read_chart
from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.documents import SOURCE_IGNORE_FILE, list_ignored, list_left_out_by_flux
from registry_gitops.git_repository import find_work_tree, list_tracked
from registry_gitops.rules import HiddenChart, SharedChart
from registry_gitops.substitution import may_refer

_METADATA = "Chart.yaml"

_UNNEEDED = frozenset([".helmignore", "templates/NOTES.txt"])
"""Files of the chart without which it installs the same."""


def find_shared_chart(deployment: RegistryDeployment, directory: Path) -> tuple[Path, str] | None:
    """Return where the shared chart is that `deployment`, rendered to `directory`, uses, and how to call that.

    It is called by its path from the root of the Git repository; outside of any, from `directory`. None if the
    deployment shares none, or if its path is not known. Raises OSError.
    """
    source = deployment.source
    if not isinstance(source, GitSource) or source.chart is None or may_refer(source.chart):
        return None
    work_tree = find_work_tree(directory)
    if source.chart.startswith("/"):
        return (work_tree / source.chart[1:], source.chart[1:]) if work_tree else None
    # Not by resolve: Flux, too, reads the path as text.
    path = Path(os.path.normpath(directory.resolve() / source.chart))
    is_inside = work_tree is not None and path.is_relative_to(work_tree)
    return path, path.relative_to(work_tree).as_posix() if work_tree and is_inside else source.chart


def read_shared_chart(path: Path, name: str) -> SharedChart:
    """Return what is in the directory of a shared chart, which need not exist; `name` is how to call that.

    Raises OSError.
    """
    metadata = _read_metadata(path / _METADATA)
    if metadata is None:
        return SharedChart(name)
    ours = read_chart()
    changed = tuple(each for each, text in ours.items() if not _has_text(path / each, text))
    added = tuple(sorted(_files_below(path) - ours.keys()))
    return SharedChart(name, *metadata, changed, added, read_hidden_chart(path, name))


def find_own_chart(deployment: RegistryDeployment, directory: Path) -> Path | None:
    """Return where `render` writes the chart of `deployment` in `directory`. None if it writes none. Raises OSError."""
    writes_one = isinstance(deployment.source, GitSource) and deployment.source.chart is None
    return directory.resolve() / "chart" if writes_one else None


def read_hidden_chart(path: Path, name: str) -> HiddenChart | None:
    """Return what does not reach Flux of the chart in a directory, which need not exist; None if all of it does.

    `name` is how to call the directory. Raises OSError.
    """
    place, files = os.path.realpath(path), sorted(read_chart().keys() - _UNNEEDED)
    ignored = list_ignored(place, files)
    if ignored:
        tracked = list_tracked(Path(place))
        ignored = [file for file in ignored if file not in tracked]
    left_out = list_left_out_by_flux(place, files)
    return HiddenChart(name, tuple(ignored), tuple(left_out)) if ignored or left_out else None


def list_chart_inputs(deployment: RegistryDeployment, directory: Path) -> list[Path]:
    """Return what the check of a chart reads, except what Git ignores: a file that it tracks is not ignored any more.

    That is the directory of a shared chart, and what can exclude a chart from what Flux reads: in the root of the
    repository, which need not exist, and elsewhere. Raises OSError.
    """
    own, shared = find_own_chart(deployment, directory), find_shared_chart(deployment, directory)
    chart = own or (shared[0] if shared else None)
    work_tree = find_work_tree(chart) if chart else None
    above = [each for each in chart.parents if each.is_relative_to(work_tree)] if chart and work_tree else []
    files = [each / SOURCE_IGNORE_FILE for each in above]
    excluding = [file for file in files if file.parent == work_tree or file.exists()]
    return [*([shared[0]] if shared else ()), *excluding]


def _read_metadata(file: Path) -> tuple[str, str] | None:
    """Return name and version of the chart, or None if there is none."""
    try:
        found = load_yaml(file.read_text("utf-8")).value
        return str(found["name"]), str(found["version"])
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError, YAMLError, LookupError, TypeError):
        return None


def _has_text(file: Path, text: str) -> bool:
    try:
        return file.read_bytes() == text.encode()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


def _files_below(path: Path) -> set[str]:
    """Return the files in the directories of a chart: what Helm renders, installs, or reads from templates."""
    found = (each.relative_to(path) for each in path.glob("*/**/*") if each.is_file())
    return {each.as_posix() for each in found if not each.name.startswith(".")}
