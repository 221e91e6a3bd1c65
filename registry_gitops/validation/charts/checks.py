"""All that is wrong with the charts of a run, and with the values that HelmReleases give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath

from registry_gitops.documents import Manifest, Path, Problem, SourceFile, YAMLDocument, read_documents
from registry_gitops.masking import quote
from registry_gitops.repository import FluxRepository
from registry_gitops.validation.charts.chart_source import LocatedChart, join, locate_chart, show
from registry_gitops.validation.charts.helm_chart import ChartError, HelmChart, load_chart, position_of
from registry_gitops.validation.charts.merging import Values, copy_values, merge_maps
from registry_gitops.validation.charts.our_release import (
    check_our_release,
    explain_refusals,
    has_our_chart,
    is_ours,
    our_chart,
)
from registry_gitops.validation.charts.release_check import check_release
from registry_gitops.validation.charts.release_values import ReleaseValues, read_values
from registry_gitops.validation.locating import Located


def check_releases(
    releases: Iterable[Manifest], repository: FluxRepository, named: Mapping[str, str]
) -> Iterator[Located]:
    """Yield what is wrong with the charts of HelmReleases, and with their values; a problem of a chart once."""
    load = cache(load_chart)
    seen: set[tuple[str, str, int, Path, str]] = set()
    for release in releases:
        for found in _check_chart_of(release, repository, named, load):
            document = found.subject.document if isinstance(found.subject, Manifest) else found.subject
            problem = found.problem
            key = (found.rule_id, document.source.name, document.first_line, problem.path, problem.message)
            if key not in seen:
                seen.add(key)
                yield found


def _check_chart_of(
    release: Manifest, repository: FluxRepository, named: Mapping[str, str], load: Callable[[FilePath], HelmChart]
) -> Iterator[Located]:
    located = locate_chart(release, repository, named)
    if located is None and not has_our_chart(release, repository):
        return
    values = read_values(release, repository)
    if values is None:
        return
    if isinstance(located, Problem):
        yield Located("chart-not-found", release, located)
        return
    try:
        chart = (load(located.path) if located else our_chart()).copy()
        files = list(_use_files_of_source(chart, located)) if located else []
    except ChartError as error:
        yield Located("broken-chart", error.document, Problem(error.path, error.message, error.remedy))
        return
    yield from files
    if not files and not _skips_schemas(release):
        yield from _check_values(release, chart, values, repository)


def _check_values(
    release: Manifest, chart: HelmChart, values: ReleaseValues, repository: FluxRepository
) -> Iterator[Located]:
    refused = list(check_release(chart, values))
    if not is_ours(chart):
        yield from refused
    elif refused:
        yield from explain_refusals(refused, release)
    elif not values.is_changed_by_patch:
        yield from check_our_release(release, repository)


def _use_files_of_source(chart: HelmChart, located: LocatedChart) -> Iterator[Located]:
    yield from _add_local_dependencies(chart, located)
    yield from _use_values_files(chart, located)


def _skips_schemas(release: Manifest) -> bool:
    return all(release.get("spec", action, "disableSchemaValidation") is True for action in ("install", "upgrade"))


def _add_local_dependencies(chart: HelmChart, located: LocatedChart) -> Iterator[Located]:
    """Give a chart the dependencies that Flux takes from the repository; it downloads those with another URL."""
    if located.base is None or located.path.is_file():
        return
    folder = located.path.absolute().relative_to(located.base)
    for dependency in [each for each in chart.missing if each.is_local]:
        relative = dependency.repository.removeprefix("file://") or f"charts/{dependency.name}"
        path = join(located.base, str(folder / relative))
        if not (path / "Chart.yaml").is_file():
            listed = [each.key for each in chart.dependencies].index(dependency.key)
            where = quote(dependency.repository) if dependency.repository else "charts/"
            message = f"the dependency {quote(dependency.name)} is not in {where}, so Flux cannot package the chart"
            remedy = "add it, or write the URL of its repository"
            yield Located(
                "missing-chart-dependency", chart.metadata, Problem(("dependencies", listed), message, remedy)
            )
            continue
        chart.subcharts.append(load_chart(show(path)))
        chart.missing.remove(dependency)


def _use_values_files(chart: HelmChart, located: LocatedChart) -> Iterator[Located]:
    """Let the files of `valuesFiles` replace the values of a chart, as source-controller does."""
    order = located.order
    listed = order.subject.list(*order.path, "valuesFiles") if order else []
    if order is None or not listed:
        return
    base = located.base or located.path
    merged: Values = {}
    documents: list[YAMLDocument] = []
    for index, name in enumerate(listed):
        path = join(base, str(name))
        if not path.is_file():
            if order.subject.get(*order.path, "ignoreMissingValuesFiles") is not True:
                where = "from the root of the repository" if located.base else "in the chart"
                message = f"{quote(name)} does not exist {where}, so Flux cannot package the chart"
                remedy = f"create it, or correct the path, which counts {where}"
                problem = Problem((*order.path, "valuesFiles", index), message, remedy)
                yield Located("missing-values-file", order.subject, problem)
            continue
        for document in _read_values(path):
            merged = merge_maps(merged, document.value)
            documents.append(document)
    chart.values, chart.defaults = copy_values(merged), tuple(documents)


def _read_values(path: FilePath) -> list[YAMLDocument]:
    source = SourceFile(str(show(path)), "")
    try:
        source = SourceFile(source.name, path.read_text("utf-8"))
        documents = list(read_documents(source))[:1]
    except OSError as error:
        raise ChartError.at(source, f"this values file cannot be read: {error.strerror}", "restore it") from None
    except ValueError as error:
        message = f"this values file cannot be read, so Flux cannot package the chart: {error}"
        raise ChartError.at(source, message, "correct it", *position_of(error)) from None
    return [document for document in documents if isinstance(document.value, dict)]
