"""The chart in Git is missing, is not the one that this version renders for, or does not reach Flux."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from registry_gitops.deployment import CHART_NAME, RegistryDeployment
from registry_gitops.masking import mask, quote
from registry_gitops.rules.deployments.output_directory import HiddenChart, OutputDirectory, SharedChart
from registry_gitops.version import __version__


def shared_chart(_: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`source.chart` names a directory without the chart, or with another version of it; or Flux does not get it.

    Why: the values are checked against the chart of this version of registry-gitops. Flux reports only in the cluster
    that there is no chart, or that another one refuses the values; an older one ignores some of them. What `.gitignore`
    or `.sourceignore` excludes does not reach Flux, also of the copy in chart/. `validate` reads `spec.ignore` of the
    GitRepository too (`ignored-path`).

    Bad: `source: {type: git, chart: /charts/docker-registry}` without that directory   Good: the same after
    `registry-gitops chart write charts/docker-registry`
    """
    chart = directory.shared_chart
    hidden = chart.hidden if chart else directory.hidden_chart
    key = "source.chart" if chart else "source.path"
    problem = _problem(chart) if chart else ""
    if problem and chart:
        yield key, f"{quote(chart.path)} {problem}"
    elif hidden:
        yield from ((key, message) for message in _hiding(hidden))


def _hiding(chart: HiddenChart) -> Iterator[str]:
    if chart.ignored:
        find_line = f"git check-ignore -v {mask(shlex.quote(chart.path))}/{chart.ignored[0]}"
        yield (
            f"Git ignores {_list_below(chart.path, chart.ignored)}, so not all of the chart reaches Flux: except "
            f"it in .gitignore (`{find_line}` names the line)"
        )
    if chart.left_out:
        yield (
            f"a .sourceignore excludes {_list_below(chart.path, chart.left_out)}, so not all of the chart "
            "reaches Flux: except it there, or move it to what Flux reads"
        )


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
    if chart.added:
        return f"holds files that are not of the chart, and that Helm reads: remove {_list(chart.added)}"
    return ""


def _list_below(directory: str, files: tuple[str, ...]) -> str:
    return mask(_list(tuple(f"{directory}/{file}" for file in files)))


def _list(files: tuple[str, ...]) -> str:
    first, *others = files
    return f"{first} and {len(others)} more files" if len(others) > 1 else " and ".join(files)
