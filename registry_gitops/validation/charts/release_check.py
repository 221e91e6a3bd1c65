"""The values of a HelmRelease against its chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry_gitops.documents import Path, Problem, SourceFile, is_decided_later
from registry_gitops.findings import Severity
from registry_gitops.validation.charts.dependencies import process_dependencies
from registry_gitops.validation.charts.helm_chart import ChartError, HelmChart
from registry_gitops.validation.charts.merging import GLOBAL, Values, coalesce, copy_values
from registry_gitops.validation.charts.release_values import Layer, ReleaseValues
from registry_gitops.validation.charts.schema_errors import SchemaError, check_values, is_certain
from registry_gitops.validation.locating import Located


def check_release(chart: HelmChart, given: ReleaseValues) -> Iterator[Located]:
    """Yield what Helm refuses of the values of a release, each at the line of the value. Changes `chart`."""
    try:
        process_dependencies(chart, given.merged)
        merged = coalesce(chart, copy_values(given.merged))
    except ValueError as refused:
        yield from _no_mapping(str(refused), given)
        return
    found = check_values(chart, merged)
    for broken in found.broken:
        source = SourceFile(f"{broken.files.name}/values.schema.json", broken.schema_text)
        message = "this is no valid JSON schema, so Helm refuses all values"
        error = ChartError.at(source, message, "correct the schema")
        yield Located("broken-chart", error.document, Problem((), error.message, error.remedy))
    openings = _openings(chart, given)
    for each in found.errors:
        if _is_true(each, merged, given, openings):
            yield _located(each, given, chart)


def _no_mapping(name: str, given: ReleaseValues) -> Iterator[Located]:
    """Yield the value that is given to a sub-chart, and no mapping."""
    layer = next((each for each in reversed(given.layers) if each.has((name,))), None)
    if layer is None or is_decided_later(layer.values[name]):
        return
    message = f"{name} is a sub-chart, and its values are no mapping: Helm refuses them"
    problem = _problem(layer, (name,), message, "write a mapping of values")
    yield Located("chart-values", layer.subject, problem)


def _openings(chart: HelmChart, given: ReleaseValues) -> list[Path]:
    """Return the paths below which there can be values that are not in sight."""
    missing = [each for each in chart.missing if each in chart.dependencies]
    if given.is_open or any(each.imports for each in missing):
        return [()]
    return [(each.key,) for each in missing]


def _is_true(error: SchemaError, merged: Values, given: ReleaseValues, openings: list[Path]) -> bool:
    """Whether the schema refuses the values whatever the unknown ones are."""
    path = error.path[:-1] if error.kind == "unknown" else error.path
    value = _value_at(merged, error.path)
    if error.kind == "unknown" and (is_decided_later(error.name) or (error.is_conditional and _has_later(merged))):
        return False
    if error.kind != "unknown" and is_decided_later(value):
        return False
    if error.kind == "unknown" and _has_later(value) and not any(layer.has(error.path) for layer in given.layers):
        return False  # A targetPath or a patch sets it.
    is_scalar = not isinstance(value, dict | list)
    certain = is_certain(error) or (not error.is_conditional and is_scalar and error.kind in ("enum", "const"))
    if not certain and (_has_later(value) or (error.is_conditional and _has_later(merged))):
        return False
    if any(opening[: len(path)] == path[: len(opening)] for opening in openings):
        return certain and given.layers[-1].has(error.path)
    return True


def _has_later(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_later, value.values()))
    if isinstance(value, list):
        return any(map(_has_later, value))
    return is_decided_later(value)


def _value_at(values: Any, path: Path) -> Any:
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def _located(error: SchemaError, given: ReleaseValues, chart: HelmChart) -> Located:
    own = (*error.path, error.name) if error.kind == "required" else error.path
    message = f"{error.message}, and null deletes the default" if error.kind == "required" else error.message
    for path in (own, _global_path(own)):
        for layer in reversed(given.layers):
            if path and layer.has(path):
                on_key = error.kind in ("required", "unknown")
                problem = _problem(layer, path, message, error.remedy, on_key=on_key)
                return Located("chart-values", layer.subject, problem)
    inline = given.layers[-1]
    if error.kind == "required" or error.is_conditional or not error.path:
        problem = _problem(inline, error.path, error.message, error.remedy)
        severity = None if given.is_whole else Severity.WARNING
        return Located("chart-values", inline.subject, problem._replace(severity=severity))
    inner = error.path[len(_prefix_of(error.chart, chart)) :]
    documents = [document for document in error.chart.defaults if Layer(document.value, document, ()).has(inner)]
    document = next(reversed(documents), error.chart.metadata)
    problem = Problem(inner, f"values.yaml: {error.message}", error.remedy, on_key=error.kind == "unknown")
    return Located("chart-defaults", document, problem)


def _prefix_of(wanted: HelmChart, chart: HelmChart) -> Path:
    """Return the path of a sub-chart's values in those of the chart."""
    for subchart in chart.subcharts:
        if subchart is wanted:
            return (subchart.name,)
        below = _prefix_of(wanted, subchart)
        if below:
            return (subchart.name, *below)
    return ()


def _global_path(path: Path) -> Path:
    """Return the path from `global` on: a sub-chart has the globals of the release."""
    return path[path.index(GLOBAL) :] if GLOBAL in path[1:] else ()


def _problem(layer: Layer, path: Path, message: str, remedy: str, *, on_key: bool = False) -> Problem:
    return Problem((*layer.path, *path), message, remedy, on_key=on_key)
