"""Compare the chart that a deployment shares with others with the chart of this version."""

from __future__ import annotations

import os
from pathlib import Path

from registry_gitops.assets import read_chart
from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment import GitSource, RegistryDeployment
from registry_gitops.documents import SOURCE_IGNORE_FILE, is_left_out_by_flux
from registry_gitops.git_repository import find_work_tree
from registry_gitops.rules import SharedChart
from registry_gitops.substitution import may_refer

_METADATA = "Chart.yaml"


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
    return SharedChart(name, *metadata, changed, added, is_left_out_by_flux(str(path)))


def list_chart_inputs(path: Path) -> list[Path]:
    """Return what `read_shared_chart` reads: the directory, and what can exclude it from what Flux reads."""
    work_tree = find_work_tree(path)
    above = [each for each in (path, *path.parents) if work_tree and each.is_relative_to(work_tree)]
    return [path, *(each / SOURCE_IGNORE_FILE for each in above[1:])]


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
