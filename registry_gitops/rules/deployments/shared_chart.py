"""The chart that several deployments share is missing, or is not the one that this version renders for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import CHART_NAME, RegistryDeployment
from registry_gitops.masking import mask, quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory, SharedChart
from registry_gitops.version import __version__

_KEY: Final = "source.chart"


def shared_chart(_: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`source.chart` names a directory without the chart, with another version of it, or that Flux does not read.

    Why: the values are checked against the chart of this version of registry-gitops. Flux reports only in the cluster
    that there is no chart, or that another one refuses the values; an older one ignores some of them.

    Bad: `source: {type: git, chart: /charts/docker-registry}` without that directory   Good: the same after
    `registry-gitops chart write charts/docker-registry`
    """
    if directory.shared_chart is not None:
        problem = _problem(directory.shared_chart)
        if problem:
            yield _KEY, f"{quote(directory.shared_chart.path)} {problem}"


def _problem(chart: SharedChart) -> str:
    write = f"run `registry-gitops chart write {mask(shlex.quote(chart.path))}` in the root of the repository"
    if chart.name is None:
        return f"holds no chart, so Flux cannot install the release: {write}"
    if chart.name != CHART_NAME:
        return f"holds the chart {quote(chart.name)} and not {CHART_NAME}: name another directory"
    if chart.version != __version__:
        return (
            f"holds version {quote(chart.version)} of the chart, and this is version {__version__} of registry-gitops: "
            f"install that version of it, or {write}"
        )
    if chart.changed:
        return f"differs from the chart of registry-gitops {__version__} in {_list(chart.changed)}: {write}"
    if chart.is_left_out:
        return "is excluded by .sourceignore, so Flux does not find it: except it there, or move it to what Flux reads"
    if chart.added:
        return f"holds files that are not of the chart, and that Helm reads: remove {_list(chart.added)}"
    return ""


def _list(files: tuple[str, ...]) -> str:
    first, *others = files
    return f"{first} and {len(others)} more files" if len(others) > 1 else " and ".join(files)
